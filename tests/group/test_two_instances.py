"""Two organisations with an instance each, and one portal over them: separate processes, homes,
keys and ledgers, set up as an operator does. The customer sees both; nothing of one is of any use
at the other; one that is down hides nothing of the rest."""

from __future__ import annotations

import html
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
import requests
from requests.cookies import RequestsCookieJar

from tests.commands.conftest import clean_environment, command
from tests.commands.test_serve import answers, free_port, until
from tests.model.browser import Browser
from tests.world import PROMISE_FILE

ROOT = Path(__file__).parents[2]
SESSION = "aboveboard-session"

PREPARE = """
import django
django.setup()
import json, sys
from aboveboard.access.actions import use_many
from aboveboard.access.use import UseRequest
from aboveboard.basics import clock
from aboveboard.basics.actor import Role
from aboveboard.keys.log_signing import sequence_now
from aboveboard.promise.queries import in_force
from tests import world
from tests.accounts.people import customer_client, staff_client
world.adopt = in_force  # the organisation's own promise
((ada, row),) = world.load(1)
asked = UseRequest(world.ADVISER, "answer-contact", ("email",), "phone")
uses = use_many(asked, [ada] * int(sys.argv[1]), at=clock.now())
entries = [result.entry_id for _, result in uses]
sequence_now()
print(json.dumps({
    "person": ada, "row": row, "entries": entries,
    "customer": customer_client(ada).cookies["aboveboard-session"].value,
    "staff": staff_client(Role.PRIVACY_LEAD).cookies["aboveboard-session"].value,
}))
"""
SUBJECTS = """
import django
django.setup()
import json, sys
from aboveboard.basics import clock
from aboveboard.group.links import links_of
from aboveboard.group.organisations import organisations, secret_of
links = links_of(int(sys.argv[1]), at=clock.now())
print(json.dumps({
    each.key: [links[each.serial].subject.reveal(), each.client_id, secret_of(each).reveal()]
    for each in organisations()
}))
"""


@dataclass
class Instance:
    """One instance of the group, and what was prepared in it."""

    home: Path
    port: int
    prepared: dict[str, Any] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        return clean_environment() | {
            "ABOVEBOARD_HOME": str(self.home),
            "DJANGO_SETTINGS_MODULE": "aboveboard.site.settings",
        }

    def python(self, script: str, *words: object) -> Any:
        done = subprocess.run(
            [sys.executable, "-c", script, *map(str, words)],
            env=self.environment, capture_output=True, text=True, check=True, cwd=ROOT,
        )  # fmt: skip
        return json.loads(done.stdout.splitlines()[-1])

    def browser(self, who: str, prepared: dict[str, Any] | None = None) -> Browser:
        cookies = RequestsCookieJar()
        cookies.set(SESSION, (prepared or self.prepared)[who])
        return Browser(self.address, cookies)

    def start(self) -> None:
        words = command("serve", "--no-worker", "--port", self.port)
        self.process = subprocess.Popen(
            words, env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT
        )

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(30)


@dataclass
class Group:
    """The portal and both organisations, all served."""

    portal: Instance
    water: Instance
    housing: Instance
    tax: Instance

    def run(self, *words: object) -> subprocess.CompletedProcess[str]:
        """Run a command on the portal."""
        return subprocess.run(
            command(*words),
            env=self.portal.environment,
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture(scope="module")
def group(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Group]:
    folder = tmp_path_factory.mktemp("group") / "council"
    made = {
        key: Instance(folder / key, free_port()) for key in ("portal", "water", "housing", "tax")
    }
    names = {"portal": "My council", "water": "Water", "housing": "Housing", "tax": "Tax"}
    for key, instance in made.items():
        promise = folder.parent / f"{key}.yaml"
        text = PROMISE_FILE.read_text("utf-8")
        promise.write_text(text.replace("name: Adventure Works", f"name: {names[key]}", 1))
        common = ["--name", names[key], "--origin", instance.address, "--promise", promise]
        words = (
            ["init", folder, *common]
            if key == "portal"
            else ["add", folder, key, *common, "--role", "shop-system", "--inside", "127.0.0.1"]
        )
        if key == "tax":
            words += ["--field", "customer_number"]
        done = subprocess.run(
            command("group", *words),
            # What is set for one instance must not be every one's.
            env=clean_environment() | {"ABOVEBOARD_DATABASE_URL": "sqlite:nowhere/at/all.sqlite3"},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert "Next, " in done.stdout
        instance.prepared = instance.python(PREPARE, len(key) if key != "portal" else 0)
    for instance in made.values():
        instance.start()
    try:
        for instance in made.values():
            until("the server", 60, lambda here=instance: answers(here.port))
        yield Group(**made)
    finally:
        for instance in made.values():
            instance.stop()


def link_of(page: str, words: str) -> str:
    """Return where the link with these words leads."""
    (found,) = re.findall(rf'<a [^>]*href="([^"]+)"[^>]*>\s*{words}\s*</a>', page)
    return html.unescape(found)


def path_of(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def linked(group: Group, key: str, name: str) -> Browser:
    """Link an organisation as the customer does: there and back again."""
    other: Instance = getattr(group, key)
    mine, there = group.portal.browser("customer"), other.browser("customer")
    leads_to = link_of(mine.get(f"/you/organisations/{key}/"), f"Go to {name}")
    assert leads_to.startswith(f"{other.address}/you/portals/show/?")
    asked = there.get(path_of(leads_to))
    form = dict(re.findall(r'name="(portal|half)" value="([^"]+)"', asked))
    back = link_of(there.post("/you/portals/show/", form), "Go back to My council")
    assert back.startswith(f"{group.portal.address}/you/organisations/{key}/linked/?")
    page = mine.get(path_of(back))
    (half,) = re.findall(r'name="half" value="([^"]+)"', page)
    mine.post(f"/you/organisations/{key}/linked/", {"half": html.unescape(half)})
    return mine


def card_of(page: str, name: str) -> str:
    """Return what the page says of one organisation."""
    after = page[page.index('id="elsewhere"') :]
    begin = after.index(f">{name}<")
    return re.sub(r"<[^>]+>|\s+", " ", after[begin : begin + 6000].partition("</section>")[0])


def test_one_portal_shows_both_and_nothing_of_one_opens_the_other(group: Group) -> None:
    keys = [{(each.home / file).read_bytes() for each in (group.portal, group.water, group.housing)}
            for file in ("root.key", "signing.key")]  # fmt: skip
    assert [len(each) for each in keys] == [3, 3], "keys of their own"

    linked(group, "water", "Water")
    mine = linked(group, "housing", "Housing")
    page = mine.get("/you/who-has-looked/")
    for name in ("Water", "Housing"):
        card = card_of(page, name)
        assert "To answer when you contact us" in card
        assert "Each look stands in the record that they publish" in card
    # Nothing of what was shown is kept at the portal.
    kept = b"".join(file.read_bytes() for file in group.portal.home.glob("aboveboard.sqlite3*"))
    assert b"Leeds shop" not in kept, "nobody of Leeds shop used data of the portal itself"

    crossed(group)
    one_is_down(group, mine)


def test_where_both_hold_one_number_nobody_has_to_sign_in_there(group: Group) -> None:
    mine = group.portal.browser("customer")
    assert "Tax" in mine.get("/you/organisations/")
    assert "by the number that we both have of you" in mine.get("/you/organisations/tax/")
    mine.post("/you/organisations/tax/", {"link": "1"})
    card = card_of(mine.get("/you/who-has-looked/"), "Tax")
    assert "To answer when you contact us" in card
    assert "Each look stands in the record that they publish" in card
    # There it stands that the portal asked, and for whom.
    assert "asked" in group.tax.browser("customer").get("/you/who-has-looked/?own=1").lower()
    listed = group.run("group", "list").stdout
    assert "by customer_number" in listed
    assert "linked by each person" in listed
    mine.post("/you/organisations/tax/", {"end": "1"})
    assert "To answer when" not in card_of(mine.get("/you/who-has-looked/"), "Tax")


def crossed(group: Group) -> None:
    """Try every id and key of one at the other."""
    water, housing = group.water, group.housing
    # Whoever is signed in at one is nobody at the other: customer, staff, and the portal's own.
    for prepared in (water.prepared, group.portal.prepared):
        for who, page in (("customer", "/you/"), ("staff", "/console/")):
            answer = housing.browser(who, prepared).get(page)
            assert "Sign in" in answer
            assert prepared["row"]["first_name"] not in answer
    subjects = group.portal.python(SUBJECTS, group.portal.prepared["person"])
    at_water, client, secret = subjects["water"]
    _, own_client, own_secret = subjects["housing"]
    token = "{}/oauth/token"
    granted = requests.post(
        token.format(water.address), {"grant_type": "client_credentials"},
        auth=(client, secret), timeout=20,
    )  # fmt: skip
    foreign = granted.json()["access_token"]
    # The portal's client at one is unknown at the other, with its secret and with its token.
    denied = requests.post(
        token.format(housing.address), {"grant_type": "client_credentials"},
        auth=(client, secret), timeout=20,
    )  # fmt: skip
    assert denied.status_code == 401
    own = requests.post(
        token.format(housing.address), {"grant_type": "client_credentials"},
        auth=(own_client, own_secret), timeout=20,
    ).json()["access_token"]  # fmt: skip
    half = at_water.partition(".")[0]
    own_half = subjects["housing"][0].partition(".")[0]
    row = water.prepared["row"]
    ids = [at_water, f"{own_half}.{at_water.partition('.')[2]}", half, own_half,
           water.prepared["person"], housing.prepared["person"], row["customer_id"], row["email"],
           client, *water.prepared["entries"]]  # fmt: skip
    unknown = usage(housing, own, "nobody")
    assert unknown.status_code == 404
    for each in ids:
        answer = usage(housing, own, str(each))
        assert (answer.status_code, answer.json()["code"]) == (404, unknown.json()["code"]), each
        assert usage(housing, foreign, str(each)).status_code == 401


def usage(instance: Instance, token: str, code: str) -> requests.Response:
    headers = {"Authorization": f"Bearer {token}", "X-Road-UserId": code}
    address = f"{instance.address}/api/v1/usage/v2/findUsage?userCode={quote(code)}"
    return requests.get(address, headers=headers, timeout=20)


def one_is_down(group: Group, mine: Browser) -> None:
    """The rest is still shown, and what is not says why and since when."""
    group.water.stop()
    page = mine.get("/you/who-has-looked/")
    assert "We cannot reach them now. Since " in card_of(page, "Water")
    assert "To answer when you contact us" in card_of(page, "Housing")
    checked = group.run("group", "check")
    assert checked.returncode == 1
    assert "water: cannot be reached" in checked.stdout
    assert "housing: can be read." in checked.stdout
    # What the person ends at the organisation is over for the portal at once.
    there = group.housing.browser("customer")
    (link,) = re.findall(r'name="link" value="(\d+)"', there.get("/you/portals/"))
    there.post("/you/portals/", {"link": link})
    assert "Your link with them has ended" in card_of(mine.get("/you/who-has-looked/"), "Housing")
    assert group.run("group", "remove", "water").returncode == 0
    assert "Water" not in mine.get("/you/who-has-looked/").partition('id="elsewhere"')[2]
    assert (group.water.home / "aboveboard.sqlite3").exists()
