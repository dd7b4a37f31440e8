"""By which channels somebody may be written to, and what is written down of it."""

from __future__ import annotations

import pytest
from django.db import connection

from aboveboard.basics import clock
from aboveboard.basics.errors import NotFound
from aboveboard.basics.person_codes import person_code
from aboveboard.commands import exits
from aboveboard.commands.main import main
from aboveboard.delivery import contact_limits
from aboveboard.delivery.contact_limits import ContactLimitRefused
from aboveboard.delivery.terms import Channel
from aboveboard.identity import actions as identity
from aboveboard.ledger.models import Entry
from tests.world import ADVISER, load

pytestmark = pytest.mark.django_db


def skipped(person: int) -> dict[str, str]:
    limits = contact_limits.limits_of([person]).get(person)
    return {each.value: limits.skipped_for(each) for each in Channel} if limits else {}


def count(kind: str) -> int:
    return Entry.objects.filter(kind=kind).count()


def test_only_what_is_safe_is_used_and_the_same_mark_is_written_down_once(person: int) -> None:
    said = {"by": ADVISER, "at": clock.now()}
    for _ in range(2):
        contact_limits.protect(person, [Channel.SMS], reason="At home.", **said)
    assert skipped(person) == {"email": "not-safe", "post": "not-safe", "sms": ""}
    assert count("contact.limited") == 1
    contact_limits.protect(person, [], reason="At home.", **said)
    assert set(skipped(person).values()) == {"not-safe"}
    contact_limits.end_protection(person, **said)
    assert skipped(person) == {}
    with pytest.raises(NotFound):
        contact_limits.end_protection(person, **said)
    with pytest.raises(ContactLimitRefused):
        contact_limits.protect(person, [], reason=" ", **said)
    assert (count("contact.limited"), count("contact.limit-ended")) == (2, 2)


def test_a_mark_that_was_changed_past_the_program_lets_nothing_be_sent(person: int) -> None:
    contact_limits.protect(person, [Channel.SMS], reason="At home.", by=ADVISER, at=clock.now())
    with connection.cursor() as cursor:
        cursor.execute("UPDATE delivery_contactlimit SET why = 'stopped'")
    assert set(skipped(person).values()) == {"not-safe"}


def test_what_is_barred_is_written_down_once_and_the_mark_of_risk_stays(person: int) -> None:
    said = {"by": ADVISER, "at": clock.now()}
    contact_limits.protect(person, [Channel.SMS, Channel.EMAIL], reason="At home.", **said)
    for _ in range(2):
        contact_limits.bar(person, Channel.SMS, **said)
    assert skipped(person) == {"email": "", "post": "not-safe", "sms": "asked-to-stop"}
    for _ in range(2):
        contact_limits.unbar(person, Channel.SMS, **said)
    assert skipped(person) == {"email": "", "post": "not-safe", "sms": ""}
    assert (count("contact.limited"), count("contact.limit-ended")) == (2, 1)


def test_two_records_of_one_person_are_at_risk_together_and_apart_again() -> None:
    kept, merged = (number for number, _ in load(2))
    said = {"by": ADVISER, "at": clock.now()}
    contact_limits.protect(kept, [Channel.SMS, Channel.POST], reason="One.", **said)
    contact_limits.protect(merged, [Channel.SMS, Channel.EMAIL], reason="Two.", **said)
    done = identity.merge(kept, merged, chosen={}, reference="case/1", **said)
    assert skipped(kept) == skipped(merged) == {"email": "not-safe", "post": "not-safe", "sms": ""}
    identity.split(done.id, kinds={}, reference="case/2", **said)
    assert skipped(kept) == {"email": "not-safe", "post": "", "sms": ""}
    assert skipped(merged) == {"email": "", "post": "not-safe", "sms": ""}


def test_the_command_marks_somebody_and_takes_it_back(
    person: int, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["people", "safe-contact", person_code(person)]
    assert main([*words, "--by", "sms"]) == exits.INVALID, "it needs a reason"
    assert main([*words, "--by", "nothing", "--reason", "At home."]) == exits.DONE
    assert "for a call by a person" in capsys.readouterr().out
    assert set(skipped(person).values()) == {"not-safe"}
    assert main([*words, "--any"]) == exits.DONE
    assert skipped(person) == {}
