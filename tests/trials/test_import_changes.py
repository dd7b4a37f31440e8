"""The nightly file: what changed arrives, is asked about, or is kept, as the mapping says."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st

from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM
from aboveboard.basics.errors import Conflict, Invalid
from aboveboard.choices import queries as choices
from aboveboard.choices.state import ChoiceAnswer
from aboveboard.intake import notes
from aboveboard.intake.changes import NoteState
from aboveboard.intake.models import FieldNote
from aboveboard.intake.queries import ImportReport
from aboveboard.ledger.models import Entry
from aboveboard.vault import queries as vault
from aboveboard.vault.field_erasure import erase_fields
from tests import world
from tests.trials.nightly import (
    FIRST,
    Import,
    codes,
    corrected_by_hand,
    held,
    kinds,
    known,
    object_to,
)
from tests.trials.test_imports import HEADER, row

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.one_database("what a file changes; test_import_again loads on both"),
]
NIGHTLY = HEADER + row("T001", email="ada.new@example.org", country="FR", postal_code="75001")


def test_a_changed_address_and_country_are_taken_over_with_their_origin(imported: Import) -> None:
    imported(FIRST)
    object_to("T001")
    report = imported(NIGHTLY)
    assert (report.loaded, report.already_held, report.changed, report.asked) == (0, 1, 1, 0)
    assert held("T001", "email") == "ada.new@example.org"
    assert vault.find("email", "ada.new@example.org") == [known("T001")]
    assert vault.find("email", "t001@example.org") == []
    facets = vault.person(known("T001"))
    assert facets is not None
    assert (facets.jurisdiction, facets.language) == ("FR", "fr")
    assert vault.provenance(known("T001"))["email"].channel == "shop"
    assert choices.consent_state(known("T001")).answer("improve-shops") is ChoiceAnswer.NO
    assert Entry.objects.filter(kind="correction.made").count() == 3
    assert codes(report) == [
        (2, "country", "changed"),
        (2, "email", "changed"),
        (2, "postal_code", "changed"),
    ]
    again = imported(NIGHTLY)
    assert (again.already_held, again.changed, codes(again)) == (1, 0, [])


def test_a_phone_number_written_otherwise_is_no_change(imported: Import) -> None:
    imported(FIRST)
    report = imported(HEADER + row("T001", phone="020 7946 0101", email="T001@Example.org"))
    assert (report.changed, report.asked, codes(report)) == (0, 0, [])


def test_an_empty_cell_takes_nothing_away(imported: Import) -> None:
    imported(FIRST)
    report = imported(HEADER + row("T001", email="", phone=""))
    assert (report.already_held, report.changed, codes(report)) == (1, 0, [])
    assert held("T001", "email") == "t001@example.org"


def test_a_file_that_keeps_says_what_differs_and_changes_nothing(imported: Import) -> None:
    imported(FIRST)
    report = imported(NIGHTLY, "\nchanges: keep\n")
    assert (report.changed, report.asked) == (0, 0)
    assert {(field, code) for _, field, code in codes(report)} == {
        ("email", "kept"),
        ("country", "kept"),
        ("postal_code", "kept"),
    }
    assert held("T001", "email") == "t001@example.org"


def test_a_file_that_asks_changes_nothing_before_somebody_decided(imported: Import) -> None:
    imported(FIRST)
    asks = "\nchanges: {default: ask, country: newer}\n"
    report = imported(NIGHTLY, asks)
    assert (report.changed, report.asked) == (1, 1)
    waiting = {each.field: each for each in notes.list_differences()}
    assert set(waiting) == {"email", "postal_code"}
    assert (waiting["email"].file_name, waiting["email"].line) == ("customers.csv", 2)
    notes.answer_difference(waiting["email"].id, NoteState.TAKE, by=world.ADVISER, at=clock.now())
    notes.answer_difference(
        waiting["postal_code"].id, NoteState.KEEP, by=world.ADVISER, at=clock.now()
    )
    with pytest.raises(Conflict):
        notes.answer_difference(
            waiting["email"].id, NoteState.KEEP, by=world.ADVISER, at=clock.now()
        )
    imported(NIGHTLY, asks)
    assert held("T001", "email") == "ada.new@example.org"
    assert held("T001", "postal_code") == "LS1 1AA"
    assert notes.count_differences() == 0
    assert imported(NIGHTLY, asks).asked == 0
    other = NIGHTLY.replace("75001", "75002")
    assert imported(other, asks).asked == 1
    assert Entry.objects.filter(kind="difference.answered").count() == 2


def test_an_answer_that_is_none_is_refused(imported: Import) -> None:
    imported(FIRST)
    imported(NIGHTLY, "\nchanges: ask\n")
    with pytest.raises(Invalid):
        notes.answer_difference(
            notes.list_differences()[0].id, NoteState.ERASED, by=world.ADVISER, at=clock.now()
        )


@pytest.mark.parametrize("channel", ["portal", "phone", "shop"])
def test_what_was_corrected_by_hand_is_not_put_back_by_the_next_file(
    imported: Import, channel: str
) -> None:
    imported(FIRST)
    corrected_by_hand("T001", "email", "mine@example.org", channel)
    report = imported(FIRST)
    assert (report.changed, report.asked) == (0, 1)
    assert held("T001", "email") == "mine@example.org"
    assert [each.field for each in notes.list_differences()] == ["email"]
    # The other system has caught up: nothing is left to decide, and files win again.
    imported(FIRST.replace("t001@example.org", "mine@example.org"))
    assert not FieldNote.objects.exists()


def test_what_was_erased_of_somebody_who_stays_is_not_brought_back(imported: Import) -> None:
    imported(FIRST)
    erase_fields(
        known("T001"),
        ["birth_date"],
        kinds=kinds(),
        reason="retention",
        by=SYSTEM,
        at=clock.now(),
    )
    report = imported(FIRST)
    assert codes(report) == [(2, "birth_date", "kept")]
    assert "birth_date" not in vault.held_fields(known("T001"))


def test_a_number_given_to_somebody_else_changes_nothing_before_somebody_looked(
    imported: Import,
) -> None:
    imported(FIRST)
    other = row("T001", "Zoe,Other", email="zoe@example.org", birth_date="1999-09-09")
    report = imported(HEADER + other)
    assert (report.changed, report.asked) == (0, 1)
    assert held("T001", "email") == "t001@example.org"


def test_an_older_file_asks(imported: Import) -> None:
    imported(FIRST)
    older = "channel: shop\n  day: 2019-05-31"
    report = imported(NIGHTLY, changed_mapping=("channel: shop", older))
    assert (report.changed, report.asked) == (0, 1)
    assert held("T001", "email") == "t001@example.org"


def test_a_row_found_by_the_number_of_a_merged_record_is_not_compared(imported: Import) -> None:
    from aboveboard.identity.actions import merge

    imported(FIRST)
    merge(
        known("T001"),
        known("T002"),
        chosen={},
        reference="case/1",
        by=world.ADVISER,
        at=clock.now(),
    )
    report = imported(FIRST)
    assert (report.already_held, report.changed, report.asked) == (3, 0, 0)


def test_a_change_that_was_killed_is_made_once(
    imported: Import, monkeypatch: pytest.MonkeyPatch
) -> None:
    from aboveboard.intake import blocks

    imported(FIRST)
    monkeypatch.setattr(blocks, "IMPORT_BATCH", 1)

    def killed(report: ImportReport) -> None:
        if report.rows == 1:
            raise KeyboardInterrupt

    text = NIGHTLY + row("T002", "Ben,Hale", email="ben.new@example.org")
    with pytest.raises(KeyboardInterrupt):
        imported(text, progress=killed)
    report = imported(text)
    assert (report.rows, report.changed, report.resumed) == (2, 2, 1)
    assert Entry.objects.filter(kind="correction.made").count() == 4


LIVES = st.lists(
    st.tuples(st.sampled_from(["import", "erase", "object", "correct"]), st.integers(1, 3)),
    min_size=2,
    max_size=7,
)
