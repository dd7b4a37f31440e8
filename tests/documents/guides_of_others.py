"""The guides about who stands beside: systems that are notified, agents, other organisations."""

from __future__ import annotations

import json
from contextlib import ExitStack
from types import SimpleNamespace
from typing import Any

import requests

from tests.api.test_data_rights import SigningAgent
from tests.commands.test_serve import answers, free_port
from tests.delivery.receiver import receiving
from tests.documents.guides_of_clients import remember
from tests.documents.instance import SAMPLE, Instance
from tests.documents.reader import PATIENCE, Reader, until

WITHDRAWS = "AW11040"
"""A customer whom no other guide names."""


def notify_your_other_systems(reader: Reader, instance: Instance) -> None:
    """Both systems on this machine; a customer who says no; and a client that asks whose it is."""
    running = ExitStack()
    crm, till = (running.enter_context(receiving()) for _ in range(2))
    taken: list[SimpleNamespace] = []
    verify = crm.take

    def take(body: bytes, headers: dict[str, str]) -> int:
        taken.append(SimpleNamespace(body=body, headers=headers))
        return verify(body, headers)

    crm.take = take  # type: ignore[method-assign]
    reader.replace("https://crm.example/aboveboard", f"{crm.url} --allow 127.0.0.1 --plain-http")
    reader.replace("http://till.internal/hooks", till.url)
    reader.replace("10.1.0.0/16", "127.0.0.0/8")
    for name, system in (("CRM", crm), ("Till", till)):
        reader.after(
            f"aboveboard webhook add {name}",
            lambda system=system: system.secrets.append(reader.printed.split()[-1]),  # type: ignore[misc]
        )
    reference = [""]

    def verified() -> None:
        """Read what is sent within seconds, with the page's own lines."""
        lines = reader.printed
        reader.type(
            "aboveboard client add 'CRM asks' --role shop-system --team Shops"
            " --purpose deliver-orders --channel shop"
        )
        remember(reader, instance, token=True)()
        _say_no(reader, instance)
        until("both are notified", lambda: bool(crm.verified and till.verified))
        seen = {"secret": crm.secrets[0], "request": taken[0]}
        exec(lines, seen)  # noqa: S102 - the page's own lines
        notification: Any = seen["notification"]
        assert notification["type"] == "choice.withdrawn"
        reference[0] = notification["data"]["person"]
        assert reference[0] != till.verified[0]["data"]["person"], "another for every other"

    reader.before("from standardwebhooks.webhooks import Webhook", verified)
    reader.replace("https://data.example/", f"{instance.address}/")
    reader.replace("per_…", lambda: reference[0])

    def answered() -> None:
        assert json.loads(reader.printed)["values"] == {"customer_number": WITHDRAWS}

    reader.after("curl -X POST https://data.example/api/v1/uses", answered)

    def rotated() -> None:
        """The new secret signs; then neither is notified any more of what later guides do."""
        crm.secrets = [reader.printed.split()[-1]]
        before = len(crm.verified)
        reader.type("aboveboard webhook test CRM")
        assert len(crm.verified) > before
        reader.type("aboveboard webhook remove CRM && aboveboard webhook remove Till")
        running.close()

    reader.after("aboveboard webhook rotate CRM", rotated)


def tell_people_by_text_message(reader: Reader, instance: Instance) -> None:
    """A channel is stopped and goes on; a customer at risk is marked, whose number is another."""
    reader.replace("05ANJ-W1WSQ-BPZQJ", instance.person("AW11047"))

    def paused() -> None:
        assert "Nothing leaves by sms" in reader.printed

    reader.after("aboveboard channel pause sms", paused)

    def marked() -> None:
        assert "by sms alone" in reader.printed

    reader.after("aboveboard people safe-contact", marked)


def _say_no(reader: Reader, instance: Instance) -> None:
    """Bring the no of a customer, with the reader's token."""
    no: Any = {
        "person": {"kind": "customer_number", "value": WITHDRAWS},
        "purpose": "personal-offers",
        "answer": "no",
        "channel": "shop",
        "evidence": "letter:7",
    }
    answer = requests.post(
        f"{instance.address}/api/v1/choices",
        json=no,
        headers={"Authorization": f"Bearer {reader.environment['TOKEN']}"},
        timeout=PATIENCE,
    )
    assert answer.ok, answer.text


def take_requests_from_authorised_agents(reader: Reader, instance: Instance) -> None:
    """An agent with a key of its own, which pairs as the protocol says, and is revoked."""
    agent = SigningAgent("AGENT_A")
    reader.environment["VERIFY_KEY"] = agent.verify_key

    def entered() -> None:
        entry = json.loads(reader.printed)
        assert entry["api_base"] == f"{instance.address}/api"
        assert entry["supported_verifications"] == ["email"]

    def paired() -> None:
        address = f"{instance.address}/api/v1/agent/AGENT_A"
        body = agent.sign(agent.claims())
        answer = requests.post(address, body, timeout=PATIENCE)
        assert answer.ok, answer.text
        assert answer.json()["token"]
        assert "AGENT_A  Agent A  until " in reader.type("aboveboard agent list")
        reader.type("aboveboard agent revoke AGENT_A")
        again = requests.post(address, agent.sign(agent.claims()), timeout=PATIENCE)
        assert not again.ok, "ends the key and the token at once"

    reader.after("aboveboard agent entry SHOP", entered)
    reader.after("aboveboard agent add AGENT_A", paired)


def one_portal_over_several_organisations(reader: Reader, instance: Instance) -> None:
    """A group in the reader's folder; the organisation that runs elsewhere is the one of all
    guides."""
    council, portal, housing = reader.folder / "council", free_port(), free_port()
    own = "name: Adventure Works\n"
    for file, name in (("promise", "Our council"), ("housing", "Housing")):
        (reader.folder / f"{file}.yaml").write_text(SAMPLE.replace(own, f"name: {name}\n", 1))
    reader.replace("/srv/council", str(council))
    reader.replace("https://my.council.example", f"http://127.0.0.1:{portal}")
    # Neither has a certificate here.
    inside = "--inside 127.0.0.1"
    reader.replace("https://housing.council.example", f"http://127.0.0.1:{housing} {inside}")
    reader.replace("join water water.json", f"join water water.json {inside}")

    def served() -> None:
        line = f"aboveboard serve --home {council / 'housing'} --port {housing} --no-worker"
        reader.start(line, lambda: answers(housing))

    def brought() -> None:
        (reader.folder / "water.json").write_text(reader.printed)

    def at_portal() -> None:
        reader.environment["ABOVEBOARD_HOME"] = str(council / "portal")

    def checked() -> None:
        said = sorted(reader.printed.splitlines())
        assert said == ["housing: can be read.", "water: can be read."]

    def revoked() -> None:
        reader.environment["ABOVEBOARD_HOME"] = str(instance.home)
        reader.type('aboveboard client revoke "Our council"')

    reader.after("aboveboard group add", served)
    reader.after("aboveboard group admit", brought)
    reader.before("aboveboard group join", at_portal)
    reader.after("aboveboard group check", checked, lambda: None)
    reader.after("aboveboard group remove", revoked)
