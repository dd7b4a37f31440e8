"""Faults of DFIR-IRIS, OpenBao, pressidium and Presidio."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from aboveboard.api.routes import ENDPOINTS
from aboveboard.basics import setting_sections, settings
from aboveboard.basics.actor import Role
from aboveboard.choices import queries as choices
from aboveboard.commands import exits
from aboveboard.commands.demo.people import write
from aboveboard.ledger.models import Entry
from aboveboard.promise.queries import in_force
from tests.accounts.people import customer_client, staff_client
from tests.api.programs import program, token_for
from tests.commands.conftest import clean_environment, command
from tests.house import source
from tests.house.test_routes import ALL
from tests.incidents.conftest import leak_bytes
from tests.peers.conftest import World
from tests.world import MAPPING_FILE, PROMISE_FILE, load

USE = {"purpose": "deliver-orders", "fields": ["city"], "channel": "shop"}
BODIES: dict[str, dict[str, Any]] = {
    "uses": USE,
    "uses/batch": USE,
    "decisions": USE,
    "decisions/batch": USE,
    "context": {"purpose": "deliver-orders", "channel": "shop"},
    "choices": {"purpose": "personal-offers", "answer": "no", "channel": "shop", "evidence": "c-1"},
    "requests": {"kind": "access"},
}
FORGED = {
    "id": 1,
    "pk": 1,
    "path": "../../root.key",
    "file": "/etc/passwd",
    "role": "administrator",
    "scope": "*",
    "entry": 1,
    "at": "2020-01-01T00:00:00Z",
    "by": "somebody else",
}


def post(path: str, body: object, token: str) -> Any:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Client().post(
        f"/api/v1/{path}",
        data,
        content_type="application/json",
        headers={"Authorization": f"Bearer {token}"},
    )


@pytest.mark.django_db
@pytest.mark.parametrize("path", BODIES)
def test_cve_2026_22783_no_member_that_is_not_described_is_taken(path: str) -> None:
    (_, row), *_ = load(1)
    token = token_for("shop-system")
    person = {"kind": "customer_number", "value": row["customer_id"]}
    who: dict[str, Any] = {"people": [person]} if path.endswith("/batch") else {"person": person}
    assert post(path, BODIES[path] | who, token).status_code in (200, 201)
    entries = Entry.objects.count()
    for name, value in FORGED.items():
        assert post(path, BODIES[path] | who | {name: value}, token).status_code == 422, name
    within = (
        {"people": [person | FORGED]} if path.endswith("/batch") else {"person": person | FORGED}
    )
    assert post(path, BODIES[path] | within, token).status_code == 422
    assert Entry.objects.count() == entries
    unnumbered = {name for name in ENDPOINTS if "{" not in name}
    read = {name for name in unnumbered if name.startswith("usage/")} | {
        "disclosures",
        "passwords/policy",
    }
    # tests/api/test_data_rights.py and test_passwords.py: they are about nobody who is held.
    signed = {"data-rights-request", "passwords/check"}
    assert {*BODIES, *read, *signed, "uses/stream", "decisions/stream", "promise"} == unnumbered


@pytest.mark.django_db
@pytest.mark.parametrize(
    "name", ["../../../evil.csv", "/etc/cron.d/evil", "..\\..\\evil", "a\x00b"]
)
def test_cve_2026_42540_where_a_file_is_kept_is_for_us_to_say(name: str) -> None:
    """The name that came with a file is shown, and nothing is stored under it."""
    before = set(settings.current().home.parent.rglob("*"))
    file = SimpleUploadedFile("x.csv", leak_bytes([]), content_type="text/csv")
    file._name = name  # type: ignore[attr-defined]  # its setter would make it safe already
    answer = staff_client(Role.INCIDENT_LEAD).post("/console/incidents/new/leak/", {"file": file})
    assert answer.status_code in (302, 422)
    made = {
        path for path in set(settings.current().home.parent.rglob("*")) - before if path.is_file()
    }
    assert all(
        re.fullmatch(r"[0-9a-f]{32}\.sealed|.*sqlite3.*|customers-.*", path.name) for path in made
    )


@pytest.mark.django_db
def test_cve_2025_62513_and_2026_46358_the_log_holds_no_value_and_loses_no_field() -> None:
    (_, row), *_ = load(1)
    fields = ["first_name", "last_name", "address_line1", "city", "postal_code"]
    token = token_for("shop-system")
    body = {
        "person": {"kind": "customer_number", "value": row["customer_id"]},
        "purpose": "deliver-orders",
        "fields": fields,
        "channel": "shop",
        "reference": "ORD-10023",
    }
    answer = post("uses", body, token)
    entry = bytes(Entry.objects.get(pk=answer.json()["entry"]).body)
    facts = json.loads(entry)["facts"]
    assert sorted(facts["fields"]) == sorted(fields)
    assert (facts["purpose"], facts["channel"]) == ("deliver-orders", "shop")
    assert facts["reference"]
    everything = b"".join(bytes(body) for body in Entry.objects.values_list("body", flat=True))
    for value in (*answer.json()["values"].values(), row["customer_id"], row["email"], token):
        assert str(value).encode() not in everything


def test_cve_2025_6000_and_54997_where_the_log_goes_cannot_be_set() -> None:
    assert set(setting_sections.LogSettings.__dataclass_fields__) == {"level", "form"}
    assert {
        name
        for name in setting_sections.LedgerSettings.__dataclass_fields__
        if "path" in name or "file" in name
    } == set()
    # And no page changes a setting: they are read from the file alone.
    writers = [
        source.named(path)
        for path in source.python("src")
        if settings.FILE_NAME in source.text(path) and "write_text" in source.text(path)
        if not re.search(r"commands/|recovery/", path.as_posix())
    ]
    assert writers == []


@pytest.mark.django_db
def test_ghsa_c36x_cve_2026_45808_and_40264_what_is_anothers_is_not_there(world: World) -> None:
    """Each number that leads somewhere for its owner leads nowhere for another customer."""
    owner, other = world.visitors["customer"], world.visitors["other customer"]
    customer = world.people[0][0]
    token = token_for("shop-system")
    number = world.people[0][1]["customer_id"]
    ask = BODIES["choices"] | {"person": {"kind": "customer_number", "value": number}}
    assert post("choices", ask, token).status_code == 201
    choice = choices.history(customer)[0].id
    entry = Entry.objects.latest("id").pk
    addresses = [f"/you/choices/{choice}/receipt/", f"/you/choices/{choice}/receipt.json"]
    addresses += [f"/you/who-has-looked/{entry}/proof/", "/you/notices/1/"]
    seen = 0
    for address in addresses:
        assert other.get(address).status_code == 404, address
        seen += owner.get(address).status_code == 200
    assert seen >= 2


@pytest.mark.django_db
@pytest.mark.parametrize(
    "name", ["*", "deliver-orders,personal-offers", "deliver*", "+", "/", "a/../b", ""]
)
def test_ghsa_59w7_no_name_widens_a_rule(name: str) -> None:
    (_, row), *_ = load(1)
    _, token = program("narrow", "shop-system", "Shops", ["deliver-orders"], ["shop"])
    _, wide = program("wide", "shop-system", "Shops", [name], [name])
    person = {"kind": "customer_number", "value": row["customer_id"]}
    body = {"person": person, "purpose": "deliver-orders", "fields": ["city"], "channel": "shop"}
    assert post("uses", body, token).status_code == 200
    assert post("uses", body, wide).status_code in (403, 404, 422)
    for member in ("purpose", "channel"):
        assert post("uses", body | {member: name}, token).status_code in (403, 404, 422)
    assert post("uses", body | {"fields": [name]}, token).status_code in (403, 404, 422)


DEEP = b'{"person":' * 50_000
JSON_BOMBS = {
    "deep objects": DEEP,
    "deep lists": b"[" * 100_000,
    "a long number": b'{"person":' + b"9" * 1_000_000 + b"}",
    "a large exponent": b'{"person":1e999999999}',
    "a long string": b'{"purpose":"' + b"a" * 1_900_000 + b'"}',
    "many members": b"{" + b",".join(b'"k%d":1' % number for number in range(100_000)) + b"}",
    "the same member": b"{" + b",".join([b'"purpose":"a"'] * 100_000) + b"}",
    "escapes alone": b'"' + b"\\ud800" * 200_000 + b'"',
    "bytes that are no text": b'{"purpose":"\xe5\xff","channel":"\xc3("}',
    "too long": b'"' + b"a" * 3_000_000 + b'"',
}


@pytest.mark.django_db
@pytest.mark.parametrize("body", JSON_BOMBS.values(), ids=JSON_BOMBS)
def test_cve_2025_59043_json_costs_no_more_than_its_length(body: bytes) -> None:
    load(1)
    token = token_for("shop-system")
    for path in BODIES:
        start = time.process_time()
        assert post(path, body, token).status_code in (400, 413, 422)
        assert time.process_time() - start < 5


def test_cve_2026_5807_key_ceremonies_have_no_address() -> None:
    """Rotation, shares and restoring are commands, for who has the machine: no route begins, goes
    on with or cancels one."""
    words = re.compile(r"rotat|share|ceremon|rekey|unseal|restore|recover(?!y-codes)|backup")
    assert [address for address, _, _ in ALL if words.search(address)] == []


@pytest.mark.django_db
def test_pressidium_195_nobody_makes_a_record_that_proves_nothing(world: World) -> None:
    def counts() -> dict[str, int]:
        # Tries are counted, and a session is begun for who signs in: those say nothing of consent.
        passing = ("sessions", "accounts", "site", "mfa")
        return {
            model._meta.label: model._default_manager.count()
            for model in apps.get_models()
            if model._meta.app_label not in passing
        }

    before = counts()
    nobody = Client()
    body = {"purpose": "personal-offers", "answer": "yes", "evidence": "x", "email": "a@b.example"}
    for page in world.pages():
        nobody.post(page, body)
        nobody.post(page, json.dumps(body), content_type="application/json")
    assert counts() == before
    assert customer_client(world.people[0][0]).get("/you/").status_code == 200
    assert in_force()


_HOOK = """
import os, sys
def _hook(event, arguments):
    if event == "socket.connect":
        place = arguments[1]
    elif event == "socket.getaddrinfo":
        place = arguments[:2]
    else:
        return
    host = place[0] if isinstance(place, tuple) else str(place)
    if host not in ("127.0.0.1", "::1", "localhost", None) and not str(host).startswith("/"):
        with open(os.environ["CONNECTIONS"], "a") as log:
            log.write(f"{event} {place}\\n")
sys.addaudithook(_hook)
"""


@pytest.mark.release
def test_presidio_nothing_reaches_out(tmp_path: Path) -> None:
    """Begin, import, open a leak, count, doctor: in a network of its own, where nothing but the
    machine itself answers, and with every connection that Python opens written down."""
    isolated = ["unshare", "-rn"]
    if (
        shutil.which("unshare") is None
        or subprocess.run([*isolated, "true"], check=False).returncode
    ):
        pytest.skip(reason="left out: this machine gives no network of its own (unshare -rn)")
    (tmp_path / "hook").mkdir()
    (tmp_path / "hook" / "sitecustomize.py").write_text(_HOOK)
    write(tmp_path / "customers.csv", 50, seed=2026)
    rows = [row for _, row in enumerate(_rows(tmp_path / "customers.csv"))]
    (tmp_path / "leak.csv").write_bytes(leak_bytes(rows[:20]))
    log, lead = tmp_path / "connections", "ina@example.org"
    environment = clean_environment() | {
        "ABOVEBOARD_HOME": str(tmp_path / "home"),
        "PYTHONPATH": os.pathsep.join(
            map(str, (tmp_path / "hook", source.ROOT / "src", source.ROOT))
        ),
        "CONNECTIONS": str(log),
    }
    for words in (
        ("init", tmp_path / "home", "--promise", PROMISE_FILE),
        ("import", tmp_path / "customers.csv", "--mapping", MAPPING_FILE),
        ("staff", "add", lead, "--name", "Ina", "--role", "incident-lead", "--team", "IT"),
        ("incident", "open-leak", tmp_path / "leak.csv", "--yes", "--as", lead),
        ("ledger", "verify", "--instance"),
        ("doctor",),
    ):
        # The tables of a new instance are worked out once for all tests.
        begin = (sys.executable, "-m", "tests.schema_once") if words[0] == "init" else command()
        done = subprocess.run(
            [*isolated, *begin, *map(str, words)],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert "Traceback" not in done.stderr, done.stderr
        assert done.returncode == exits.DONE or words[0] == "doctor", done.stderr
        assert "unreachable" not in done.stdout + done.stderr
    assert not log.exists(), log.read_text()
    subprocess.run(
        [sys.executable, "-c", "import socket; socket.getaddrinfo('example.org', 80)"],
        env=environment,
        capture_output=True,
        check=False,
    )
    assert "example.org" in log.read_text(), "what is opened is written down, or this shows nothing"


def _rows(file: Path) -> list[dict[str, str]]:
    import csv

    with file.open(newline="", encoding="utf-8") as text:
        return list(csv.DictReader(text))
