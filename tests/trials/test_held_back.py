"""A row that may be of another person than the one who was erased: somebody decides, the next
import does it, and nobody who was erased comes back by it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection

from aboveboard.basics import clock
from aboveboard.basics.errors import Conflict, Invalid, NotFound
from aboveboard.choices import queries as choices
from aboveboard.choices.state import ChoiceAnswer
from aboveboard.intake import erased, held_back
from aboveboard.intake import queries as intake
from aboveboard.intake.changes import HeldBackState
from aboveboard.intake.held_back import HeldBackCounts, HeldBackRecord
from aboveboard.intake.limits import HELD_BACK_KEPT
from aboveboard.intake.models import HeldBackRow
from aboveboard.keys.rows import RowNotAuthentic
from aboveboard.ledger import queries as ledger
from aboveboard.ledger.models import Entry
from tests import world
from tests.trials.nightly import Import, codes, erase, known, object_to, person
from tests.trials.test_imports import HEADER, row

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.one_database("what is decided of a row; test_import_again loads on both"),
]

PHONE = {"phone": "020 7946 0102"}
FILE = HEADER + row("T001") + row("T902", "Zoe,Park", email="zoe@example.org", **PHONE)


@pytest.fixture
def waiting(imported: Import) -> HeldBackRecord:
    """Zoe, who shares a phone with Ben, who was erased."""
    imported(HEADER + row("T001") + row("T002", "Ben,Hale", **PHONE))
    object_to("T002")
    erase("T002")
    report = imported(FILE)
    assert codes(report) == [(3, "", "maybe_erased")]
    (each,) = held_back.list_held_back(run_id=report.id)
    return each


def decide(each: HeldBackRecord, state: HeldBackState, reference: str = "call/7") -> HeldBackRecord:
    return held_back.decide(each.id, state, reference=reference, by=world.ADVISER, at=clock.now())


def test_it_says_where_it_stands_and_why_and_nothing_of_whom(waiting: HeldBackRecord) -> None:
    assert (waiting.line, waiting.file_name) == (3, "customers.csv")
    assert waiting.sentence.startswith("It has the phone number of somebody who was erased on ")
    assert held_back.count_held_back() == HeldBackCounts(waiting=1, decided=0)
    kept = HeldBackRow.objects.values().get()
    assert "T902" not in str(kept)
    assert "zoe" not in str(kept).lower()
    assert "79460102" not in str(kept)
    assert not {name for name in kept if "person" in name or "entry" in name}


def test_who_is_another_person_comes_in_with_the_next_import_and_the_erased_stay_erased(
    imported: Import, waiting: HeldBackRecord
) -> None:
    assert decide(waiting, HeldBackState.TAKE).state is HeldBackState.TAKE
    ben = row("T002", "Ben,Hale", email="ben@example.org", **PHONE)
    report = imported(FILE + ben)
    assert (report.loaded, report.left_out) == (1, 1)
    assert person("T902") is not None
    assert person("T002") is None
    assert choices.consent_state(known("T902")).answer("improve-shops") is ChoiceAnswer.NO
    with pytest.raises(NotFound):
        held_back.held_back_row(waiting.id)
    again = imported(FILE)
    assert (again.loaded, again.already_held, again.left_out) == (0, 2, 0)


@pytest.mark.parametrize(
    "changed",
    [
        {"number": "T903"},
        {"email": "t002@example.org"},
        {"email": "zoe.park@example.org"},
    ],
    ids=["another number", "both details of the erased", "another address"],
)
def test_a_decision_is_about_exactly_that_row(
    imported: Import, waiting: HeldBackRecord, changed: dict[str, str]
) -> None:
    """Or whoever was erased would come back behind the decision about somebody else."""
    decide(waiting, HeldBackState.TAKE)
    values = {"number": "T902", "email": "zoe@example.org"} | PHONE | changed
    report = imported(HEADER + row(values.pop("number"), "Zoe,Park", **values))
    assert (report.loaded, report.left_out) == (0, 1)


def test_a_decision_about_one_erasure_lets_nobody_past_another(
    imported: Import, waiting: HeldBackRecord
) -> None:
    decide(waiting, HeldBackState.TAKE)
    assert imported(HEADER + row("T004", "Cleo,Ng", **PHONE)).left_out == 1
    erased.readmit(waiting.erasure, reference="form/1", by=world.ADVISER, at=clock.now())
    imported(HEADER + row("T002", "Ben,Hale", **PHONE))
    assert not HeldBackRow.objects.exists(), "the rows go with what is remembered of the erasure"
    erase("T002")
    assert codes(imported(FILE)) == [(3, "", "maybe_erased")]


def test_who_is_kept_out_stays_out_and_is_not_asked_about_again(
    imported: Import, waiting: HeldBackRecord
) -> None:
    decide(waiting, HeldBackState.KEEP_OUT, reference="")
    report = imported(FILE)
    assert codes(report) == [(3, "", "kept_out")]
    assert intake.held_back(report.id) == 0
    assert held_back.count_held_back() == HeldBackCounts(waiting=0, decided=1)
    assert held_back.list_held_back() == []
    (listed,) = held_back.list_held_back(decided=True)
    assert (listed.run_id, listed.decided_by) == (report.id, world.ADVISER)


@pytest.mark.parametrize("state", held_back.ANSWERS)
def test_a_decision_is_undone_until_a_file_carried_it_out(
    imported: Import, waiting: HeldBackRecord, state: HeldBackState
) -> None:
    with pytest.raises(Conflict):
        held_back.undo(waiting.id, by=world.ADVISER, at=clock.now())
    decide(waiting, state)
    with pytest.raises(Conflict):
        decide(waiting, state)
    undone = held_back.undo(waiting.id, by=world.ADVISER, at=clock.now())
    assert (undone.state, undone.decided_by) == (HeldBackState.WAITING, None)
    assert codes(imported(FILE)) == [(3, "", "maybe_erased")]
    facts = [entry.facts for entry in ledger.entries_of({"held-back.decided"})]
    assert [each["answer"] for each in facts] == [state.value, "undone"]
    assert "call/7" not in str(facts)


def test_to_take_somebody_needs_a_reference_and_an_answer(waiting: HeldBackRecord) -> None:
    for state, reference in (
        (HeldBackState.TAKE, ""),
        (HeldBackState.TAKE, "Zoe Park"),
        (HeldBackState.WAITING, "call/7"),
    ):
        with pytest.raises(Invalid):
            decide(waiting, state, reference)
    assert not Entry.objects.filter(kind="held-back.decided").exists()


def test_a_decision_that_somebody_wrote_past_the_program_lets_nobody_in(
    imported: Import, waiting: HeldBackRecord
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE intake_heldbackrow SET state = 'take'")
    report = imported(FILE)
    assert codes(report) == [(3, "", "maybe_erased")]
    with pytest.raises(RowNotAuthentic):
        held_back.undo(waiting.id, by=world.ADVISER, at=clock.now())


def test_it_ends_by_itself_and_a_file_that_comes_keeps_it(
    imported: Import, waiting: HeldBackRecord
) -> None:
    decide(waiting, HeldBackState.KEEP_OUT)
    HeldBackRow.objects.update(ends_on=clock.now().date() + timedelta(days=1))
    assert codes(imported(FILE)) == [(3, "", "kept_out")]
    assert held_back.held_back_row(waiting.id).ends_on == clock.now().date() + HELD_BACK_KEPT
    assert held_back.delete_expired(at=clock.now() + HELD_BACK_KEPT - timedelta(days=1)) == 0
    assert held_back.delete_expired(at=clock.now() + HELD_BACK_KEPT + timedelta(days=1)) == 1
    assert codes(imported(FILE)) == [(3, "", "maybe_erased")], "a later file asks again"
