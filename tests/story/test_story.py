"""The whole way, once: promise, protect, choose, use, lose, tell, show — asked of
each step, on real parts.

On a generated sample everywhere, and on the 18,148 customers wherever ``../shared/data`` is there.
Real encryption, the run's own database (SQLite or PostgreSQL), the real ledger files, a real SMTP
conversation, and the pages and the API as their users call them.
"""

from __future__ import annotations

import csv
import email
import email.policy
import json
import os
import socket
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client

from aboveboard.access.queries import use_records
from aboveboard.accounts.clients import tokens
from aboveboard.accounts.clients.actions import make_client
from aboveboard.accounts.models import Account, ServiceClient
from aboveboard.basics import clock, settings
from aboveboard.basics.actor import SYSTEM, Role
from aboveboard.choices import queries as choices
from aboveboard.choices.state import ChoiceAnswer
from aboveboard.commands.demo.people import write
from aboveboard.commands.demo.story import (
    LEAK_MEASURES,
    MEASURES,
    ON_THE_LAPTOP,
    STRANGERS,
    DemoStory,
)
from aboveboard.commands.main import main
from aboveboard.delivery import catcher
from aboveboard.delivery.models import Dispatch
from aboveboard.delivery.terms import DispatchState
from aboveboard.engines.listing import ExposureFilter
from aboveboard.incidents import public, queries
from aboveboard.incidents.notices import queries as notices
from aboveboard.incidents.reports import authority_report
from aboveboard.keys.log_signing import sequence_now
from aboveboard.keys.models import PersonKey
from aboveboard.promise.queries import in_force
from aboveboard.vault import queries as vault
from tests.accounts.people import customer_client, staff_client
from tests.story.database import bytes_of_database, change_one_byte, found_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@dataclass(frozen=True)
class Size:
    """How large the story is: who is in the file, how many are on the laptop."""

    file: Path
    people: int
    laptop: int


# With thousands it is the same way, a whole life long.
@pytest.fixture(
    params=["generated", pytest.param("real", marks=[pytest.mark.shared, pytest.mark.crash])]
)
def size(request: pytest.FixtureRequest, tmp_path: Path) -> Size:
    if request.param == "real":
        shared: Path = request.getfixturevalue("shared")
        return Size(shared / "data" / "adventureworks" / "customers.csv", 18_148, 1_200)
    file = tmp_path / "customers.csv"
    write(file, 400)
    return Size(file, 400, 120)


@pytest.fixture
def mailbox(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    monkeypatch.setenv("ABOVEBOARD_MAIL_URL", f"smtp://127.0.0.1:{port}")
    settings.current.cache_clear()
    with catcher.start("127.0.0.1", port, tmp_path / "mail"):
        yield tmp_path / "mail"
    settings.current.cache_clear()


def test_the_whole_way(
    size: Size, mailbox: Path, on_postgres: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with size.file.open(encoding="utf-8", newline="") as text:
        rows = list(csv.DictReader(text))
    story = DemoStory(clock.now(), rows)
    _promise(story)
    _protect(story, size, on_postgres)
    _choose(story)
    _use(story)
    _lose(story, size, tmp_path)
    _duties(story)
    _tell(story, mailbox)
    _show(story)
    _verify(capsys)


def quiet(done: int) -> None:
    """Watch no progress bar."""


def _promise(story: DemoStory) -> None:
    story.promise()
    promise = in_force().promise
    assert set(promise.organisation.trades_in) == {"GB", "US", "AU", "CA", "FR", "DE"}
    bases = {purpose.basis.value for purpose in promise.purposes.values()}
    assert {"contract", "legal_obligation", "consent", "legitimate_interests"} <= bases


def _protect(story: DemoStory, size: Size, on_postgres: bool) -> None:
    run = story.protect(size.file, quiet)
    assert (run.loaded, run.refused) == (size.people, 0)
    again = story.protect(size.file, quiet)
    assert (again.loaded, again.already_held) == (0, size.people)
    assert PersonKey.objects.count() == vault.people_count() == size.people
    dump = bytes_of_database(on_postgres)
    assert found_in(dump, ["people.imported"]), "the search itself must find what is there"
    columns = ("email", "card_number", "customer_id", "phone", "address_line1", "last_name")
    in_the_clear = found_in(dump, (row[column] for row in story.rows for column in columns))
    assert not in_the_clear


def _choose(story: DemoStory) -> None:
    person = story.person(0)
    portal = customer_client(person)
    page = portal.get("/you/").content.decode()
    assert story.rows[0]["first_name"] in page
    assert story.rows[0]["card_number"] not in page
    said = portal.post("/you/choices/personal-offers/", {"answer": "yes"}, follow=True)
    assert said.status_code == 200
    (choice,) = choices.history(person)
    sequence_now()
    receipt = portal.get(f"/you/choices/{choice.id}/receipt.json").json()
    assert receipt["ab:event"]["dpv:hasConsentStatus"] == "dpv:ConsentGiven"
    assert "c2sp.org/tlog-proof" in receipt["ab:proof"]
    adviser = staff_client(account=story_account(story, Role.ADVISER))
    seen = adviser.post("/console/people/answer-contact/", _asked(story.rows[0]["email"]))
    offers = next(row for row in seen.context["choices"] if row["purpose"].key == "personal-offers")
    assert offers["answer"] is ChoiceAnswer.YES
    story.choose(quiet)


def story_account(story: DemoStory, role: Role) -> Account:
    """Return the account of a colleague in the story, of whom the log has an entry."""
    return Account.objects.get(pk=story.cast.actor(role).id)


def _asked(who: str) -> dict[str, object]:
    return {
        "who": who,
        "channel": "phone",
        "fields_wanted": ["first_name", "email"],
        "reference": "417",
    }


def _use(story: DemoStory) -> None:
    story.use(quiet)
    person, row = story.person(0), story.rows[0]
    till, _ = make_client(
        name="story till",
        role="shop-system",
        team="Shops",
        purposes=["deliver-orders"],
        channels=["api"],
        by=SYSTEM,
        at=story.now,
    )
    token = tokens.issue(ServiceClient.objects.get(pk=till.id), at=clock.now())
    body = {
        "person": {"kind": "customer_number", "value": row["customer_id"]},
        "purpose": "deliver-orders",
        "fields": ["first_name", "city"],
        "channel": "api",
    }
    given = _post(token, body)
    assert given.json()["values"] == {"first_name": row["first_name"], "city": row["city"]}
    refused = _post(token, body | {"fields": ["birth_date"]})
    assert [reason["code"] for reason in refused.json()["reasons"]] == ["field_not_in_purpose"]
    assert {use.granted for use in use_records(person)} == {True, False}
    page = customer_client(person).get("/you/who-has-looked/").content.decode()
    assert "Shops" in page
    assert row["email"] not in page


def _post(token: str, body: Mapping[str, object]) -> object:
    return Client().post(
        "/api/v1/uses",
        json.dumps(body),
        content_type="application/json",
        headers={"Authorization": f"Bearer {token}"},
    )


def _lose(story: DemoStory, size: Size, tmp_path: Path) -> None:
    story.export(size.laptop, tmp_path, quiet)
    story.lose()
    page = queries.page(story.lost.number, at=story.now)
    assert page.exposure is not None
    assert page.exposure.people == size.laptop == sum(part.people for part in page.slices)
    on_it = {story.person(index) for index in range(0, size.laptop, 37)}
    listed = _everyone(story.lost.number)
    assert len(listed) == size.laptop
    assert on_it <= {person.person_id for person in listed}
    story.leak()
    page = queries.page(story.leaked.number, at=story.now)
    assert page.exposure is not None
    ours = int(len(story.rows) * 0.3)
    assert page.exposure.people == ours
    assert (page.exposure.stranger_lines, page.exposure.unread_lines) == (STRANGERS, 2)
    for part in page.slices:
        assert (
            queries.count_matching(story.leaked.number, ExposureFilter(band=part.band))
            == part.people
        )


def _everyone(number: int) -> Sequence[queries.ExposedPerson]:
    found: list[queries.ExposedPerson] = []
    while page := queries.people(
        number, ExposureFilter(after=found[-1].person_id if found else 0), limit=500
    ):
        found += page
    return found


def _duties(story: DemoStory) -> None:
    for incident in (story.lost, story.leaked):
        page = queries.page(incident.number, at=story.now)
        named = {duty.jurisdiction for duty in page.duties}
        for place in page.jurisdictions:
            country = place.split("-")[0]
            # Every place stands in the answer: by its own law, its country's, or the Union's.
            assert named & {place, country, {"GB": "UK"}.get(country, country), "EU"}, place
        assert all(duty.citation or duty.not_covered for duty in page.duties)
        assert all(duty.reasons for duty in page.duties)
    leaked = queries.page(story.leaked.number, at=story.now)
    ico = next(
        duty
        for duty in leaked.duties
        if duty.jurisdiction in ("UK", "GB") and duty.recipient_type == "authority"
    )
    assert ico.due_at is not None
    assert (ico.due_at - story.leaked.aware_at).total_seconds() == 72 * 3600
    report = authority_report(story.leaked.number, at=story.now)
    assert report.edpb
    assert report.ico


def _tell(story: DemoStory, mailbox: Path) -> None:
    batch = story.write_notices(story.lost, MEASURES)
    queued = story.approve(batch)
    assert story.send(quiet) == queued
    counts = Counter(
        Dispatch.objects.filter(batch_id=notices.batch(batch.id).delivery_batch).values_list(
            "state", flat=True
        )
    )
    assert counts == {DispatchState.SENT: queued}
    letters = [
        email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
        for file in sorted(mailbox.glob("*.eml"))
    ]
    assert len(letters) == queued == len({str(letter["To"]) for letter in letters})
    by_address = {row["email"]: row for row in story.rows}
    for letter in letters[:50]:
        row = by_address[str(letter["To"])]
        body = letter.get_body(preferencelist=("plain",))
        assert body is not None
        words = body.get_content()
        assert row["first_name"] in words
        assert row["card_number"] not in words
        assert all(
            word not in words.lower()
            for word in ("birth", "carte de paiement", "zahlungskarte", "payment card")
        )
    assert set(ON_THE_LAPTOP) >= {"email", "phone"}
    page = customer_client(story.person(1)).get("/you/").content.decode()
    assert "laptop" in page.lower()
    story.write_notices(story.leaked, LEAK_MEASURES)


def _show(story: DemoStory) -> None:
    sequence_now()
    anyone = Client()
    for address in (
        "/trust/",
        "/trust/promise/",
        "/trust/register/",
        "/trust/incidents/",
        "/trust/check/",
    ):
        assert anyone.get(address).status_code == 200, address
    (shown,) = public.incidents(at=story.now)
    assert shown.notified == shown.people
    assert any(kept.promise.within for kept in shown.kept)
    checkpoint = anyone.get("/log/checkpoint")
    assert b"".join(
        checkpoint.streaming_content if checkpoint.streaming else [checkpoint.content]
    ).startswith(b"localhost/log\n")


def _verify(capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert main(["ledger", "verify"]) == 0, capsys.readouterr().out
    assert main(["ledger", "verify", str(settings.current().path("log"))]) == 0
    capsys.readouterr()
    leaf = change_one_byte(connection)
    assert main(["ledger", "verify", "--json"]) == 1
    said = capsys.readouterr().out
    assert any(finding["leaf_index"] == leaf for finding in json.loads(said)["findings"]), said


def test_the_real_customers_are_demanded_where_ci_runs() -> None:
    """``.ci/run`` sets REQUIRE_SHARED; then the conftest refuses to run without the real data."""
    script = (Path(__file__).parents[2] / ".ci" / "run").read_text("utf-8")
    assert "REQUIRE_SHARED=1" in script
    assert os.access(Path(__file__).parents[2] / ".ci" / "run", os.X_OK)
