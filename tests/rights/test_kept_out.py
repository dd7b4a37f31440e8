"""An emergency opened the record of somebody who keeps that role or team out: they are written to,
unless they are not to be written to."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from aboveboard.access.emergency.actions import break_glass
from aboveboard.access.emergency.queries import awaiting_review
from aboveboard.access.emergency.reasons import EmergencyGround, ReviewVerdict
from aboveboard.access.emergency.review import review
from aboveboard.access.use import Subject
from aboveboard.accounts.queries import actor_for
from aboveboard.basics import clock
from aboveboard.basics.actor import CUSTOMER, SYSTEM, Actor, Role
from aboveboard.choices.boundaries import Boundary, BoundaryKind
from aboveboard.choices.bounding import set_boundary
from aboveboard.delivery.actions import drain
from aboveboard.delivery.correspondence import instruct
from aboveboard.delivery.queries import for_person
from aboveboard.delivery.terms import CorrespondenceReason
from aboveboard.ledger.models import Entry
from aboveboard.outbox import jobs
from tests.accounts.people import staff_member
from tests.story.recording import Recorder, recording
from tests.world import load

pytestmark = pytest.mark.django_db


@pytest.fixture
def adviser() -> Actor:
    return actor_for(staff_member(Role.ADVISER, team="Claims"))


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Recorder]:
    with recording(monkeypatch) as running:
        yield running


def keep_out(person: int, kind: BoundaryKind, name: str) -> None:
    set_boundary(
        person, Boundary(kind, name), channel="portal", evidence="portal:1", by=CUSTOMER,
        at=clock.now(),
    )  # fmt: skip


def emergency(row: dict[str, str], by: Actor, why: str = "life-in-danger") -> None:
    subject = Subject(kind="email", value=row["email"])
    result = break_glass(subject, ("phone",), EmergencyGround(why), by=by, at=clock.now())
    assert result.allowed


def work() -> None:
    jobs.run_jobs_once(worker="test", limit=9)
    drain(worker="test", at=clock.now())


def test_who_keeps_a_role_out_is_told_that_it_opened_their_record_and_not_what(
    adviser: Actor, server: Recorder
) -> None:
    (person, row), (other, others), *_ = load(3)
    keep_out(person, BoundaryKind.ROLE, "adviser")
    emergency(row, adviser)
    emergency(others, adviser)
    work()
    work()
    (letter,) = for_person([person])
    assert letter.state == "sent"
    assert not for_person([other]), "who keeps nobody out sees it on their page"
    (sent,) = server.texts
    assert "/you/who-has-looked/" in sent
    assert "our advisers (Claims)" in " ".join(sent.split())
    for words in (row["first_name"], row["phone"], "life-in-danger"):
        assert words not in sent
    (entry,) = Entry.objects.filter(kind="emergency.told")
    assert "@" not in bytes(entry.body).decode()


def test_who_is_not_to_be_written_to_is_not_and_that_is_a_row(
    adviser: Actor, server: Recorder
) -> None:
    person, row = load(3)[0]
    keep_out(person, BoundaryKind.TEAM, adviser.team)
    instruct(person, CorrespondenceReason.ASKED, instead=None, by=SYSTEM, at=clock.now())
    emergency(row, adviser)
    work()
    (letter,) = for_person([person])
    assert (letter.state, letter.reason) == ("skipped", "do-not-write-asked")
    assert not server.texts
    assert not Entry.objects.filter(kind="emergency.told").exists(), "no address was opened"


def test_who_must_be_protected_is_told_after_the_review(adviser: Actor, server: Recorder) -> None:
    person, row = load(3)[0]
    keep_out(person, BoundaryKind.ROLE, "adviser")
    emergency(row, adviser, "vulnerable-person")
    work()
    assert not for_person([person])
    (waiting,) = awaiting_review()
    lead = actor_for(staff_member(Role.PRIVACY_LEAD))
    review(waiting.id, ReviewVerdict.JUSTIFIED, by=lead, at=clock.now())
    work()
    assert [each.state for each in for_person([person])] == ["sent"]
    assert len(server.texts) == 1
