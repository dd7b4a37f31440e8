"""Sakila from end to end: connected, discovered, confirmed, asked, collected, reviewed, blacked out
and erased, through whole requests; and nothing of anybody else's is touched (PostgreSQL)."""

from __future__ import annotations

import io
import zipfile
from collections import Counter
from pathlib import Path

import pytest
import sqlalchemy as sa
import yaml

from aboveboard.basics import clock
from aboveboard.basics.actor import CUSTOMER, SYSTEM
from aboveboard.basics.personal import Personal
from aboveboard.connectors import actions as systems
from aboveboard.connectors import registry
from aboveboard.connectors.contract import EMAIL, Identifier, Record
from aboveboard.connectors.own import KEY as OWN
from aboveboard.discovery.survey import ColumnState, declaration_of, survey_systems
from aboveboard.outbox import jobs
from aboveboard.promise.queries import in_force
from aboveboard.rights.pack import release, reviewing
from aboveboard.rights.pack.contents import PackFacts, PackSystem
from aboveboard.rights.pack.seal import NO_SEAL, make_keys
from aboveboard.rights.requests import actions, proving, queries
from aboveboard.rights.requests.state import RequestStage
from aboveboard.rights.requests.terms import (
    Answer,
    NewRequest,
    ProofEvidence,
    RequestChannel,
    RequestDetails,
    RequestKind,
    StepVerb,
)
from aboveboard.rights.running import collected
from tests import world
from tests.world import ADVISER

pytestmark = [pytest.mark.shared, pytest.mark.django_db]
DECLARATION = Path(__file__).with_name("sakila.yaml")
BARBARA = "BARBARA.JONES@sakilacustomer.org"
NUMBER, ADDRESS = 4, 8
RENTALS, PAYMENTS = 22, 22


def declared(url: sa.URL) -> str:
    """Return the declaration as somebody begins it: how to find people, and little of what is
    personal. Who served them is somebody else, which nobody says."""
    text = DECLARATION.read_text("utf-8")
    for line in ("port: 5432", "user: aboveboard", "database: sakila"):
        name = line.partition(":")[0]
        text = text.replace(line, f"{name}: {getattr(url, {'user': 'username'}.get(name, name))}")
    document = yaml.safe_load(text)
    collections = document["collections"]
    collections["address"].pop("fields")
    del collections["customer"]["fields"]["last_name"]
    collections["rental"]["refers"]["served_by"] = "staff_id.email"
    return yaml.safe_dump(document, sort_keys=False)


def confirmed(text: str) -> str:
    """Return the declaration with what discovery proposes of the collections that it has."""
    (survey,) = survey_systems(["rentals"])
    assert survey.problem == ""
    document = yaml.safe_load(text)
    for name, proposed in declaration_of(survey).items():
        if name in document["collections"]:
            fields = document["collections"][name].setdefault("fields", {})
            fields.update(proposed["fields"])
    assert (
        document["collections"]["customer"]["fields"]["last_name"]["category"] == "user.name.last"
    )
    assert document["collections"]["address"]["fields"]["phone"]["category"].startswith(
        "user.contact"
    )
    return yaml.safe_dump(document, sort_keys=False)


def ask(kind: RequestKind, email: str) -> int:
    """Ask as somebody without an account, who then types the code that was sent to the address."""
    identifiers = (Identifier(EMAIL, Personal(email)),)
    new = NewRequest(
        kind=kind,
        channel=RequestChannel.PORTAL,
        received_at=clock.now(),
        jurisdiction="DE",
        details=RequestDetails(identifiers=identifiers, contact=Personal(email)),
    )
    number = actions.ask(new, by=CUSTOMER, at=clock.now())
    work()
    assert queries.request(number).state.steps == {}, "nothing is asked before they are proved"
    contact, proves = proving.CodeUse.CONTACT, ProofEvidence.CONTACT_CODE
    code = proving.make_code(number, contact, evidence=proves, by=SYSTEM, at=clock.now())
    proving.prove_by_code(number, contact, code, by=CUSTOMER, at=clock.now())
    work()
    assert queries.request(number).state.stage is RequestStage.REVIEWING
    return number


def work() -> None:
    jobs.run_jobs_once(worker="test")


def pack_of(number: int) -> zipfile.ZipFile:
    """Return what the person fetches by the link of their request."""
    answers: reviewing.CollectedAnswers = {
        gave.system: lambda gave=gave: iter(gave.contents)  # type: ignore[misc]
        for gave in collected.collected(number)
    }
    shop = registry.declaration("rentals")
    facts = PackFacts(
        promise=in_force().promise,
        language="en",
        request=number,
        received_on=clock.now().date(),
        made_at=clock.now(),
        authority="",
        systems=(PackSystem("rentals", shop.name, shop.why, (), shop.source),),
    )
    own = [Personal("Barbara"), Personal("Jones"), Personal(BARBARA)]
    keys = make_keys(NO_SEAL)
    token = release.build(number, facts, answers, own, keys=keys, by=ADVISER, at=clock.now())
    code = proving.make_code(number, proving.CodeUse.PACK, by=ADVISER, at=clock.now())
    opened = release.open_link(
        token, person_id=None, code=code, passphrase=None, by=CUSTOMER, at=clock.now()
    )
    return zipfile.ZipFile(io.BytesIO(b"".join(opened.chunks)))


def rows_of_others(engine: sa.Engine) -> dict[str, object]:
    """Return a count and a digest of all rows of every table but Barbara's."""
    hers = {"customer": f"customer_id = {NUMBER}", "address": f"address_id = {ADDRESS}"}
    tables = sa.inspect(engine).get_table_names()
    with engine.connect() as connection:
        return {
            table: connection.execute(
                sa.text(
                    "SELECT count(*), md5(string_agg(t::text, '' ORDER BY t::text)) "  # noqa: S608
                    f'FROM "{table}" t WHERE NOT ({condition})'
                )
            ).one()
            for table in tables
            if not table.startswith("payment_")  # parts of one that is read whole
            for condition in [
                hers.get(
                    table,
                    hers["customer"] if table in ("rental", "payment") else "false",
                )
            ]
        }


def test_a_customer_gets_everything_and_is_erased_and_nobody_else_is_touched(
    database: sa.Engine, sakila_url: sa.URL
) -> None:
    world.load(1)
    text = declared(sakila_url)
    systems.declare(text, name="rentals.yaml", by=ADVISER, at=clock.now())
    assert systems.test("rentals", at=clock.now()).ok
    systems.declare(confirmed(text), name="rentals.yaml", by=ADVISER, at=clock.now())
    (survey,) = survey_systems(["rentals"])
    states = {
        (each.collection, each.path): each.state
        for each in survey.findings
        if each.collection in ("customer", "address")
    }
    assert set(states.values()) == {ColumnState.CONFIRMED}
    before = rows_of_others(database)

    access = ask(RequestKind.ACCESS, BARBARA.lower())
    state = queries.request(access).state
    assert state.steps[OWN, StepVerb.FIND].facts["records"] == 0, "we hold nothing of her ourselves"
    (gave,) = collected.collected(access)
    records = [each for each in gave.contents if isinstance(each, Record)]
    counts = Counter(each.collection for each in records)
    assert counts == {"customer": 1, "address": 1, "rental": RENTALS, "payment": PAYMENTS}
    actions.review(access, by=ADVISER, at=clock.now())
    pack = pack_of(access)
    data = pack.read("data/rentals.json").decode()
    assert BARBARA in data
    assert "sakilastaff.com" not in data, "who served her is somebody else"
    assert all(b"sakilastaff" not in pack.read(name) for name in pack.namelist())
    actions.answer(access, Answer.DONE, by=ADVISER, at=clock.now())

    erasure = ask(RequestKind.ERASURE, BARBARA)
    steps = queries.request(erasure).state.steps
    counted = steps["rentals", StepVerb.DRY_RUN].facts["collections"]
    assert counted == dict(sorted(counts.items()))
    assert rows_of_others(database) == before
    with database.connect() as connection:
        held = sa.text(f"SELECT count(*) FROM rental WHERE customer_id = {NUMBER}")  # noqa: S608
        assert connection.execute(held).scalar_one() == RENTALS, "counted, and nothing changed"
        actions.review(erasure, by=ADVISER, at=clock.now())
        work()
        record = queries.request(erasure)
        assert record.state.stage is RequestStage.ANSWERED
        assert record.state.steps["rentals", StepVerb.ERASE].facts["collections"] == counted
        connection.rollback()
        assert connection.execute(held).scalar_one() == 0
    assert rows_of_others(database) == before

    again = ask(RequestKind.ACCESS, BARBARA)
    searched = queries.request(again).state.steps
    assert {event.facts["records"] for event in searched.values()} == {0}, "held nowhere any more"
