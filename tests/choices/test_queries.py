"""What is read of choices: merged records, rows changed past the program, yeses that wait, the
key of the evidence, and how a row is compared with its entry."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext

from aboveboard.basics import clock
from aboveboard.basics.actor import CUSTOMER, SYSTEM, Actor, ActorKind, Role
from aboveboard.basics.package import NotHeld, RecordedEntry
from aboveboard.basics.sealing import verify_text
from aboveboard.choices import actions, queries
from aboveboard.choices.deciding import DECIDING
from aboveboard.choices.entries import ChoiceMade
from aboveboard.choices.models import Choice
from aboveboard.choices.state import ChoiceAnswer, ChoiceRecord
from aboveboard.identity.actions import merge
from aboveboard.recovery.comparing import typed_entry
from tests.world import ADVISER, OFFERS, entries, load

pytestmark = pytest.mark.django_db
COLLEAGUE = Actor(ActorKind.STAFF, "8", Role.ADVISER, "Leeds shop")
PURPOSE = "personal-offers"


def say(person: int, answer: ChoiceAnswer, by: Actor, purpose: str = PURPOSE) -> ChoiceRecord:
    return actions.choose(
        person, purpose, answer, channel="phone", evidence="call:1", by=by, at=clock.now()
    )


def _past_the_program(person: int, **changes: str) -> None:
    QuerySet(Choice).filter(person_id=person).update(**changes)


@pytest.fixture
def people() -> list[int]:
    return [person for person, _ in load(4)]


def test_a_row_changed_past_the_program_is_a_no_of_that_person_and_of_nobody_else(
    people: list[int],
) -> None:
    made = [say(person, ChoiceAnswer.YES, CUSTOMER) for person in people[:2]]
    _past_the_program(people[0], channel="shop")
    answers = [state.answer(PURPOSE) for state in queries.consent_states(people[:3]).values()]
    assert answers == [ChoiceAnswer.YES, ChoiceAnswer.YES, None], "the channel decides nothing"
    _past_the_program(people[0], purpose="improve-shops")
    states = queries.consent_states(people[:3])
    assert [states[person].answer(PURPOSE) for person in people[:3]] == [
        ChoiceAnswer.NO,
        ChoiceAnswer.YES,
        None,
    ]
    assert states[people[0]].answer("surveys") is ChoiceAnswer.NO, (
        "which purpose it was is not known"
    )
    assert queries.history(people[0]) == []
    assert queries.choice_of(people[0], made[0].id) is None
    assert queries.has_refusals() is False


def test_about_nobody_the_database_is_not_asked(people: list[int]) -> None:
    """Every use asks about those who were merged, and mostly there are none."""
    with CaptureQueriesContext(connection) as asked:
        assert queries.consent_states([]) == {}
    assert len(asked) == 0
    with CaptureQueriesContext(connection) as asked:
        assert list(queries.consent_states(people[:2])) == people[:2]
    assert len(asked) == 1, "one statement for all of them"


def test_anybody_refused_from_the_first_no_on(people: list[int]) -> None:
    say(people[1], ChoiceAnswer.NO, CUSTOMER)
    assert queries.has_refusals() is True


def test_a_choice_is_read_by_its_own_person_alone(people: list[int]) -> None:
    made = say(people[0], ChoiceAnswer.YES, CUSTOMER)
    assert queries.choice_of(people[0], made.id) == made
    assert queries.choice_of(people[1], made.id) is None
    later = say(people[0], ChoiceAnswer.NO, OFFERS)
    assert queries.history(people[0]) == [later, made], "newest first"


def test_a_yes_waits_for_a_colleague_and_is_listed_for_them_alone(people: list[int]) -> None:
    for person in people[:3]:
        say(person, ChoiceAnswer.NO, CUSTOMER)
    waits = [say(person, ChoiceAnswer.YES, ADVISER) for person in people[:3]]
    assert all(choice.waits for choice in waits)
    assert queries.waiting_choices(confirmable_by=COLLEAGUE) == waits
    assert queries.waiting_choices(confirmable_by=COLLEAGUE, limit=2) == waits[:2]
    assert queries.waiting_choices(confirmable_by=ADVISER) == []
    assert queries.waiting_choice(waits[0].id, confirmable_by=COLLEAGUE) == waits[0]
    assert queries.waiting_choice(waits[0].id, confirmable_by=ADVISER) is None


def test_a_yes_waits_also_where_the_clock_of_another_machine_was_behind(people: list[int]) -> None:
    """The later of two is told by its moment, as everywhere, and not by its number."""
    say(people[0], ChoiceAnswer.NO, CUSTOMER)
    waits = say(people[0], ChoiceAnswer.YES, ADVISER)
    actions.choose(
        people[0],
        PURPOSE,
        ChoiceAnswer.NO,
        channel="phone",
        evidence="call:2",
        by=ADVISER,
        at=waits.at - timedelta(microseconds=1),
    )
    assert queries.consent_state(people[0]).waiting[PURPOSE].id == waits.id
    assert queries.waiting_choices(confirmable_by=COLLEAGUE) == [waits]


def test_a_no_on_one_record_stands_against_a_later_yes_on_the_other_until_they_say_more(
    people: list[int],
) -> None:
    """Whoever said yes there may not have known that they are asked twice."""
    kept, merged, *_ = people
    say(merged, ChoiceAnswer.NO, CUSTOMER)
    say(kept, ChoiceAnswer.YES, CUSTOMER)
    merge(kept, merged, chosen={}, reference="case/9", by=SYSTEM, at=clock.now())
    assert queries.consent_state(kept).answer(PURPOSE) is ChoiceAnswer.NO
    say(kept, ChoiceAnswer.YES, CUSTOMER)
    assert queries.consent_state(kept).answer(PURPOSE) is ChoiceAnswer.YES


def test_of_two_records_that_became_one_the_newest_yes_waits_for_who_recorded_neither(
    people: list[int],
) -> None:
    """Also where the record that is left never heard the no, nor the yes."""
    kept, merged, other = people[:3]
    say(merged, ChoiceAnswer.NO, CUSTOMER)
    by_adviser = say(merged, ChoiceAnswer.YES, ADVISER)
    say(other, ChoiceAnswer.NO, CUSTOMER)
    by_colleague = say(other, ChoiceAnswer.YES, COLLEAGUE)
    third = Actor(ActorKind.STAFF, "9", Role.ADVISER, "Leeds shop")
    assert queries.waiting_choices(confirmable_by=third) == [by_adviser, by_colleague]
    for record in (merged, other):
        merge(kept, record, chosen={}, reference="case/9", by=SYSTEM, at=clock.now())
    # The adviser's own was answered by the no on the other record, which came later.
    assert queries.waiting_choices(confirmable_by=third) == [by_colleague]
    assert queries.waiting_choices(confirmable_by=ADVISER) == [by_colleague]
    assert queries.waiting_choices(confirmable_by=COLLEAGUE) == []
    state = queries.consent_state(kept)
    assert state.refused == {PURPOSE}, "their own no on either is their own no"
    say(kept, ChoiceAnswer.YES, third)
    assert queries.waiting_choices(confirmable_by=third) == []
    assert queries.consent_state(kept).answer(PURPOSE) is ChoiceAnswer.YES


def test_what_was_answered_or_recorded_again_waits_no_more(people: list[int]) -> None:
    say(people[0], ChoiceAnswer.NO, CUSTOMER)
    first = say(people[0], ChoiceAnswer.YES, ADVISER)
    second = say(people[0], ChoiceAnswer.YES, OFFERS)
    assert queries.waiting_choices(confirmable_by=COLLEAGUE) == [second], (
        "the newest stands for both"
    )
    assert queries.waiting_choice(first.id, confirmable_by=COLLEAGUE) is None
    confirmed = say(people[0], ChoiceAnswer.YES, COLLEAGUE)
    assert not confirmed.waits
    assert queries.waiting_choices(confirmable_by=Actor(ActorKind.STAFF, "9", Role.ADVISER)) == []
    assert queries.waiting_choice(second.id, confirmable_by=COLLEAGUE) is None
    assert queries.waiting_choice(confirmed.id, confirmable_by=COLLEAGUE) is None
    assert queries.consent_state(people[0]).answer(PURPOSE) is ChoiceAnswer.YES


def test_the_receipt_has_the_key_that_opens_its_evidence_and_no_other(people: list[int]) -> None:
    first, second = (
        say(people[0], ChoiceAnswer.YES, CUSTOMER),
        say(people[0], ChoiceAnswer.NO, CUSTOMER),
    )
    keys = [queries.receipt_of(choice).evidence_key for choice in (first, second)]
    sealed = [
        str(entry.facts["evidence"]) for entry in reversed(entries(people[0], ChoiceMade.kind))
    ]
    held = [[verify_text(fact, "call:1", bytes.fromhex(key)) for key in keys] for fact in sealed]
    assert held == [[True, False], [False, True]]


def test_a_receipt_knows_what_was_answered_before_about_its_purpose_and_counted(
    people: list[int],
) -> None:
    """Whether it is a refusal or a withdrawal hangs on it; what is answered later changes no
    receipt."""
    yes, no = ChoiceAnswer.YES, ChoiceAnswer.NO
    say(people[0], yes, CUSTOMER, "improve-shops")
    say(people[1], yes, CUSTOMER)
    said = [(no, CUSTOMER), (yes, ADVISER), (no, CUSTOMER), (yes, CUSTOMER), (no, CUSTOMER)]
    made = [say(people[0], answer, by) for answer, by in said]
    assert [choice.waits for choice in made] == [False, True, False, False, False]
    earlier = [queries.receipt_of(choice).earlier for choice in made]
    assert earlier == [set(), {no}, {no}, {no}, {no, yes}], "the yes that waits never counted"


def test_evidence_whose_key_is_lost_has_an_empty_one(people: list[int]) -> None:
    made = say(people[0], ChoiceAnswer.YES, CUSTOMER)
    Choice.objects.filter(pk=made.id).update(evidence="call:2")  # a word that the log did not seal
    changed = queries.choice_of(people[0], made.id)
    assert changed is not None
    assert queries.receipt_of(changed).evidence_key == ""


def test_said_yes_lists_whoever_ever_did_in_pages(people: list[int]) -> None:
    for person in people[:3]:
        say(person, ChoiceAnswer.YES, CUSTOMER)
    say(people[3], ChoiceAnswer.NO, CUSTOMER)
    everyone = sorted(people[:3])
    assert queries.ever_consented(PURPOSE, after=0, limit=9) == everyone
    assert queries.ever_consented(PURPOSE, after=everyone[0], limit=1) == everyone[1:2]
    assert queries.ever_consented("improve-shops", after=0, limit=9) == []


# -- the rows beside the log -----------------------------------------------------------------------

OTHERWISE: dict[str, Callable[[Choice], Any]] = {
    "purpose": lambda row: "improve-shops",
    "contact": lambda row: "email",
    "answer": lambda row: "no",
    "channel": lambda row: "shop",
    "promise_serial": lambda row: row.promise_serial + 1,
    "waits": lambda row: True,
    "actor": lambda row: {**row.actor, "team": "York"},
}


def test_a_row_that_is_not_as_its_entry_says_is_named_by_the_column(people: list[int]) -> None:
    say(people[0], ChoiceAnswer.YES, ADVISER)
    (entry,) = entries(people[0], ChoiceMade.kind)
    row = Choice.objects.get(entry_id=entry.id)
    (table,) = DECIDING
    typed = typed_entry(entry, ChoiceMade)
    assert table.differs(row, typed) == ""
    for column, value in OTHERWISE.items():
        true = getattr(row, column)
        setattr(row, column, value(row))
        assert table.differs(row, typed) == column
        setattr(row, column, true)


def test_a_choice_that_outlived_its_row_is_put_back_once(people: list[int]) -> None:
    made = say(people[0], ChoiceAnswer.YES, ADVISER)
    (entry,) = entries(people[0], ChoiceMade.kind)
    typed = typed_entry(entry, ChoiceMade)
    known = RecordedEntry(typed.id, typed.at, typed.by, typed.facts, people[0])
    with pytest.raises(NotHeld):
        actions.repeat(typed)  # nobody is known whom it is about
    assert actions.repeat(known) is False
    Choice.objects.filter(pk=made.id).delete()
    assert actions.repeat(known) is True
    (back,) = queries.history(people[0])
    assert (back.purpose, back.answer, back.at, back.actor, back.waits) == (
        made.purpose,
        made.answer,
        made.at,
        made.actor,
        made.waits,
    )
