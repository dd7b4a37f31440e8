"""Telling somebody that they are answered: in their language, with a link, without the answer."""

from __future__ import annotations

import pytest
from django.core import mail

from aboveboard.access.concerns.actions import answer, raise_concern, take
from aboveboard.access.concerns.terms import Concern, ConcernVerdict
from aboveboard.access.models import RaisedConcern
from aboveboard.accounts.queries import actor_for
from aboveboard.basics import clock
from aboveboard.basics.actor import CUSTOMER, SYSTEM, Role
from aboveboard.delivery.correspondence import instruct
from aboveboard.delivery.terms import CorrespondenceReason
from aboveboard.ledger.models import Entry
from aboveboard.outbox import jobs
from aboveboard.vault import actions as vault_actions
from tests.accounts.people import staff_member
from tests.world import load

pytestmark = pytest.mark.django_db
ANSWER = "It was our letter of spring."


def answered(person: int) -> None:
    at = clock.now()
    raise_concern(person, None, Concern.OTHER, words="Why?", by=CUSTOMER, at=at)
    lead = actor_for(staff_member(Role.PRIVACY_LEAD))
    number = RaisedConcern.objects.get(person_id=person).pk
    take(number, by=lead, at=at)
    answer(number, ConcernVerdict.RIGHT, ANSWER, by=lead, at=at)


def written_to(address: str) -> list[mail.EmailMessage]:
    jobs.run_jobs_once(worker="test", limit=9)
    return [message for message in mail.outbox if message.to == [address.lower()]]


@pytest.mark.parametrize(
    ("country", "subject"),
    [
        ("GB", "We have answered you"),
        ("FR", "Nous vous avons répondu"),
        ("DE", "Wir haben Ihnen geantwortet"),
    ],
)
def test_they_are_told_in_their_language_without_the_answer(country: str, subject: str) -> None:
    person, row = next(each for each in load(40) if each[1]["country"] == country)
    answered(person)
    (sent,) = written_to(row["email"])
    assert sent.subject == subject
    assert "/you/who-has-looked/" in sent.body
    assert not any(each in str(sent.body) for each in (ANSWER, "Why?", row["first_name"]))
    assert Entry.objects.filter(kind="concern.told").count() == 1, "the address was opened"
    jobs.run_jobs_once(worker="test", limit=9)
    assert len(written_to(row["email"])) == 1


def test_who_was_erased_meanwhile_is_not_written_to() -> None:
    person, row = load(3)[0]
    answered(person)
    vault_actions.erase(person, reason="asked", by=SYSTEM, at=clock.now())
    assert not written_to(row["email"])


def test_who_is_not_to_be_written_to_is_not() -> None:
    person, row = load(3)[0]
    instruct(person, CorrespondenceReason.ASKED, instead=None, by=SYSTEM, at=clock.now())
    answered(person)
    assert not written_to(row["email"])
    assert not Entry.objects.filter(kind="concern.told").exists()
