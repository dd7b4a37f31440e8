"""Asking for changes before approving: who may, what it blocks, and what becomes of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core import mail
from django.db import connection

from aboveboard.basics.actor import SYSTEM, Actor, ActorKind, Role
from aboveboard.basics.errors import Conflict, NotFound, Refused
from aboveboard.incidents.limits import CHANGE_WORDS
from aboveboard.incidents.models import ChangeRequest
from aboveboard.incidents.notices import actions, changes
from aboveboard.keys.rows import RowNotAuthentic
from aboveboard.ledger.models import Entry
from aboveboard.outbox import jobs
from tests.accounts.people import staff_member
from tests.incidents.conftest import AT, LEAD, SECOND, STAFF, People
from tests.loss import lost_laptop

pytestmark = pytest.mark.django_db

NOTE = "Say on which train it was."
THIRD = Actor(ActorKind.STAFF, "900013", Role.INCIDENT_LEAD, "Security")


@pytest.fixture
def batch(people: People, tmp_path: Path) -> int:
    lost = lost_laptop([person_id for person_id, _ in people[:5]], tmp_path, at=AT)
    return actions.prepare(lost.number, by=LEAD, at=AT).id


def test_nobody_approves_until_it_is_answered(batch: int) -> None:
    asked = changes.request_changes(batch, f" {NOTE}\r\nAnd when. ", by=SECOND, at=AT)
    assert asked.words == f"{NOTE}\nAnd when."
    for second in (SECOND, THIRD):
        with pytest.raises(changes.ChangesOpen):
            actions.approve(batch, by=second, at=AT)
    changes.answer(batch, "Nobody knows.", by=LEAD, at=AT)
    (seen,) = changes.change_requests(batch)
    assert (seen.outcome, seen.answer, seen.is_open) == ("answered", "Nobody knows.", False)
    assert actions.approve(batch, by=SECOND, at=AT).step == "approved"


def test_who_asked_takes_it_back(batch: int) -> None:
    changes.request_changes(batch, NOTE, by=SECOND, at=AT)
    for other in (LEAD, THIRD, SYSTEM):
        with pytest.raises(Refused):
            changes.withdraw(batch, by=other, at=AT)
    changes.withdraw(batch, by=SECOND, at=AT)
    with pytest.raises(NotFound):
        changes.withdraw(batch, by=SECOND, at=AT)
    assert actions.approve(batch, by=THIRD, at=AT).step == "approved"


def test_who_may_ask_and_answer(batch: int) -> None:
    for nobody in (LEAD, STAFF, SYSTEM):
        with pytest.raises(Refused):
            changes.request_changes(batch, NOTE, by=nobody, at=AT)
    with pytest.raises(NotFound):
        changes.answer(batch, "Done.", by=LEAD, at=AT)
    changes.request_changes(batch, NOTE, by=SECOND, at=AT)
    with pytest.raises(changes.ChangesOpen):
        changes.request_changes(batch, NOTE, by=THIRD, at=AT)
    for other in (SECOND, THIRD):
        with pytest.raises(Refused):
            changes.answer(batch, "Done.", by=other, at=AT)
    with pytest.raises(NotFound):
        changes.request_changes(999_999, NOTE, by=SECOND, at=AT)


@pytest.mark.parametrize("words", ["", " \n", "x" * (CHANGE_WORDS + 1)])
def test_words_that_are_none_or_too_many(batch: int, words: str) -> None:
    with pytest.raises(changes.WordsRefused):
        changes.request_changes(batch, words, by=SECOND, at=AT)
    assert not ChangeRequest.objects.exists()
    changes.request_changes(batch, "x" * CHANGE_WORDS, by=SECOND, at=AT)
    with pytest.raises(changes.WordsRefused):
        changes.answer(batch, words, by=LEAD, at=AT)


def test_what_is_decided_is_not_changed(batch: int) -> None:
    changes.request_changes(batch, NOTE, by=SECOND, at=AT)
    actions.send_back(batch, note="", by=LEAD, at=AT)
    for late in (
        lambda: changes.request_changes(batch, NOTE, by=THIRD, at=AT),
        lambda: changes.answer(batch, NOTE, by=LEAD, at=AT),
        lambda: changes.withdraw(batch, by=SECOND, at=AT),
    ):
        with pytest.raises(Conflict):
            late()


def test_what_was_written_is_sealed_and_in_no_entry(batch: int) -> None:
    changes.request_changes(batch, NOTE, by=SECOND, at=AT)
    changes.answer(batch, "Nobody knows.", by=LEAD, at=AT)
    row = ChangeRequest.objects.get()
    assert NOTE.encode() not in bytes(row.words)
    assert b"Nobody" not in bytes(row.answer)
    bodies = b"".join(bytes(body) for body in Entry.objects.values_list("body", flat=True))
    assert b"train" not in bodies
    assert b"changes_requested" in bodies
    # Put into the place of the other it does not open.
    ChangeRequest.objects.filter(pk=row.pk).update(words=row.answer)
    assert changes.change_request(row.pk).words is None


@pytest.mark.parametrize(
    "change", ["closed_at = '2026-11-20 09:00:00+00'", "outcome = 'withdrawn'", "batch_id = 424242"]
)
def test_a_request_that_was_ended_past_the_program_still_blocks(batch: int, change: str) -> None:
    changes.request_changes(batch, NOTE, by=SECOND, at=AT)
    if "batch_id" in change:
        other = f"by = replace(CAST(by AS text), '{SECOND.id}', '{THIRD.id}')"
        change = f"{other}{'::jsonb' if connection.vendor == 'postgresql' else ''}"
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE incidents_changerequest SET {change}")  # noqa: S608
    with pytest.raises(changes.ChangesOpen):
        actions.approve(batch, by=SECOND, at=AT)
    with pytest.raises((RowNotAuthentic, NotFound)):
        changes.withdraw(batch, by=THIRD, at=AT)


def test_whoever_prepared_them_and_whoever_asked_get_a_mail(people: People, tmp_path: Path) -> None:
    lead, second = staff_member(Role.INCIDENT_LEAD), staff_member(Role.PRIVACY_LEAD)
    mine, theirs = (
        Actor(ActorKind.STAFF, str(each.pk), each.role, each.team) for each in (lead, second)
    )
    lost = lost_laptop([people[0][0]], tmp_path, at=AT)
    batch = actions.prepare(lost.number, by=mine, at=AT).id
    changes.request_changes(batch, NOTE, by=theirs, at=AT)
    jobs.run_jobs_once(worker="test")
    changes.answer(batch, "Nobody knows.", by=mine, at=AT)
    jobs.run_jobs_once(worker="test")
    sent = [(each.to, each.subject) for each in mail.outbox]
    assert sent == [
        ([lead.email], f"Changes to the notices of {lost.reference} were requested"),
        ([second.email], f"Your request to change the notices of {lost.reference} was answered"),
    ]
    assert all(f"/notices/{batch}/" in each.body for each in mail.outbox)
    assert not any("train" in each.body or "Nobody knows" in each.body for each in mail.outbox)


def test_of_notices_that_the_operator_prepared_the_contact_is_told(
    people: People, tmp_path: Path
) -> None:
    lost = lost_laptop([people[0][0]], tmp_path, at=AT)
    batch = actions.prepare(lost.number, by=SYSTEM, at=AT).id
    changes.request_changes(batch, NOTE, by=SECOND, at=AT)
    jobs.run_jobs_once(worker="test")
    assert len(mail.outbox) == 1
    changes.answer(batch, "Nobody knows.", by=SYSTEM, at=AT)
    assert not changes.change_requests(batch)[0].is_open
