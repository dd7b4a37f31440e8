"""The nightly file: no import undoes an erasure, an objection, a withdrawal or a correction, and
what changed arrives."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aboveboard.basics import clock
from aboveboard.basics.actor import CUSTOMER
from aboveboard.basics.errors import Conflict, NotFound
from aboveboard.choices import queries as choices
from aboveboard.choices.actions import choose
from aboveboard.choices.state import ChoiceAnswer
from aboveboard.intake import erased
from aboveboard.intake import queries as intake
from aboveboard.intake.models import ErasedIdentifier, ErasedPerson
from aboveboard.intake.queries import ImportReport
from aboveboard.ledger.models import Entry
from aboveboard.vault import queries as vault
from aboveboard.vault.limits import ERASED_REMEMBERED
from tests import world
from tests.trials.nightly import (
    FIRST,
    Import,
    corrected_by_hand,
    erase,
    known,
    object_to,
    person,
)
from tests.trials.test_imports import HEADER, row

pytestmark = pytest.mark.django_db
LIVES = st.lists(
    st.tuples(st.sampled_from(["import", "erase", "object", "correct"]), st.integers(1, 3)),
    min_size=2,
    max_size=7,
)


def test_somebody_erased_is_left_out_and_the_import_says_since_when(imported: Import) -> None:
    imported(FIRST)
    object_to("T002")
    erase("T002")
    report = imported(FIRST)
    assert (report.rows, report.loaded, report.already_held, report.left_out) == (3, 0, 2, 1)
    (problem,) = intake.import_problems(report.id)
    assert problem.line == 3
    assert f"erased on {clock.now():%-d %B %Y} and is left out" in problem.sentence
    assert person("T002") is None
    assert list(intake.import_problem_lines(report.id)) == []


@pytest.mark.parametrize(
    ("number", "changed", "code"),
    [
        ("T902", {"email": "other@example.org"}, "maybe_erased"),
        ("T902", {"email": "T002@EXAMPLE.ORG", "phone": "020 7946 0999"}, "maybe_erased"),
        ("T902", {"email": "T002@EXAMPLE.ORG"}, "erased"),
        ("T002", {"email": "other@example.org", "phone": "020 7946 0999"}, "erased"),
        ("T002", {"email": "other@example.org"}, "erased"),
    ],
    ids=["phone alone", "address alone", "address and phone", "number alone", "number and phone"],
)
def test_somebody_who_shares_one_thing_with_the_erased_is_held_back_for_somebody_to_decide(
    imported: Import, number: str, changed: dict[str, str], code: str
) -> None:
    """They are left out as before, since it may be the erased person; but nobody is lost silently,
    and there is a way in that lets the erased person stay erased."""
    with_phone = {"phone": "020 7946 0102"}
    imported(HEADER + row("T001") + row("T002", "Ben,Hale", **with_phone))
    erase("T002")
    report = imported(HEADER + row(number, "Zoe,Park", **with_phone | changed))
    assert (report.loaded, report.left_out) == (0, 1)
    (problem,) = intake.import_problems(report.id)
    assert problem.code == code
    assert intake.held_back(report.id) == (code == "maybe_erased")
    if code != "maybe_erased":
        return
    assert "Held back" in problem.sentence
    assert "aboveboard import --held-back" in problem.sentence
    # Without what is shared they are imported, and the erased person is still held back.
    shared = "phone" if "phone" not in changed else "email"
    again = imported(HEADER + row(number, "Zoe,Park", **with_phone | changed | {shared: ""}))
    assert (again.loaded, again.left_out) == (1, 0)
    last = imported(HEADER + row("T002", "Ben,Hale", **with_phone))
    assert (last.loaded, last.left_out) == (0, 1)


def test_somebody_of_the_household_does_not_end_the_memory_of_who_was_let_in(
    imported: Import,
) -> None:
    with_phone = {"phone": "020 7946 0102"}
    imported(HEADER + row("T001") + row("T002", "Ben,Hale", **with_phone))
    object_to("T002")
    erase("T002")
    kept = ErasedPerson.objects.get()
    erased.readmit(kept.pk, reference="case/9", by=world.ADVISER, at=clock.now())
    stranger = row("T902", "Zoe,Park", email="zoe@example.org", **with_phone)
    assert imported(HEADER + stranger).loaded == 1
    assert ErasedPerson.objects.filter(pk=kept.pk).exists(), "what they objected to is theirs"
    assert imported(HEADER + row("T002", "Ben,Hale", **with_phone)).loaded == 1


@pytest.mark.parametrize(
    ("number", "changed"),
    [
        ("T902", {"email": "T002@EXAMPLE.ORG"}),
        ("t-002", {"email": "other@example.org", "phone": "+44 20 7946 0999"}),
        ("T902", {"email": "new@example.org", "phone": "020 7946 0102"}),
    ],
    ids=["the same address", "the same number", "the same phone"],
)
def test_somebody_erased_is_recognised_however_the_file_writes_them(
    imported: Import, number: str, changed: dict[str, str]
) -> None:
    imported(HEADER + row("T001") + row("T002", "Ben,Hale", phone="+44 20 7946 0102"))
    erase("T002")
    report = imported(HEADER + row(number, "Ben,Hale", **changed))
    assert (report.loaded, report.left_out) == (0, 1)


def test_somebody_erased_after_a_merge_is_recognised_by_either_record(imported: Import) -> None:
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
    erase("T001")
    assert imported(FIRST).left_out == 2
    assert person("T001") is person("T002") is None


def test_somebody_whose_time_was_over_is_left_out_by_their_number_alone(imported: Import) -> None:
    imported(FIRST)
    erase("T002", reason="retention")
    report = imported(HEADER + row("T002", "Ben,Hale") + row("T902", email="t002@example.org"))
    assert (report.loaded, report.left_out) == (1, 1)
    assert person("T902") is not None


def test_an_erasure_in_the_middle_of_an_import_counts_for_the_rest(
    imported: Import, monkeypatch: pytest.MonkeyPatch
) -> None:
    from aboveboard.intake import blocks

    monkeypatch.setattr(blocks, "IMPORT_BATCH", 1)
    imported(HEADER + row("T002", "Ben,Hale"))

    def erased_now(report: ImportReport) -> None:
        if report.rows == 1 and person("T002"):
            erase("T002")

    report = imported(HEADER + row("T001") + row("T002", "Ben,Hale"), progress=erased_now)
    assert (report.loaded, report.left_out) == (1, 1)


def test_what_is_kept_of_somebody_erased_names_nobody_and_ends(imported: Import) -> None:
    imported(FIRST)
    object_to("T002")
    erase("T002")
    (kept,) = ErasedPerson.objects.all()
    assert kept.objections == ["improve-shops"]
    assert kept.ends_on - kept.erased_on == ERASED_REMEMBERED
    names = {field.name for field in ErasedPerson._meta.get_fields()}
    assert not {name for name in names if "person" in name or "entry" in name or "handle" in name}
    plain = {b"T002", b"t002@example.org", b"+442079460101"}
    assert not any(bytes(each.digest) in plain for each in ErasedIdentifier.objects.all())
    assert erased.delete_expired(at=clock.now() + ERASED_REMEMBERED - timedelta(days=1)) == 0
    assert erased.delete_expired(at=clock.now() + ERASED_REMEMBERED + timedelta(days=1)) == 1
    assert not ErasedIdentifier.objects.exists()
    assert imported(FIRST).loaded == 1


def test_who_comes_back_is_let_in_and_their_objection_stands(imported: Import) -> None:
    imported(FIRST)
    object_to("T002")
    erase("T002")
    (kept,) = ErasedPerson.objects.all()
    erased.readmit(kept.id, reference="form/9", by=world.ADVISER, at=clock.now())
    with pytest.raises(Conflict):
        erased.readmit(kept.id, reference="form/9", by=world.ADVISER, at=clock.now())
    report = imported(FIRST)
    assert (report.loaded, report.left_out, report.objecting) == (1, 0, 1)
    assert choices.consent_state(known("T002")).answer("improve-shops") is ChoiceAnswer.NO
    assert not ErasedPerson.objects.exists()
    assert Entry.objects.filter(kind="erased.readmitted").count() == 1


def test_who_was_let_in_stays_out_where_that_was_undone_before_a_file(imported: Import) -> None:
    imported(FIRST)
    erase("T002")
    (kept,) = ErasedPerson.objects.all()
    said = {"by": world.ADVISER, "at": clock.now()}
    erased.readmit(kept.pk, reference="form/9", **said)
    assert [row.reference for row in erased.readmissions()] == ["form/9"]
    erased.undo_readmission(kept.pk, **said)
    kept.refresh_from_db()
    assert (kept.readmitted_by, kept.reference, kept.reference_key) == (None, "", None)
    assert not erased.readmissions()
    assert (imported(FIRST).loaded, imported(FIRST).left_out) == (0, 1)
    assert Entry.objects.filter(kind="erased.readmission-undone").count() == 1

    erased.readmit(kept.pk, reference="form/9", **said)
    assert imported(FIRST).loaded == 1
    with pytest.raises(NotFound):
        erased.undo_readmission(kept.pk, **said)


@pytest.mark.parametrize("changed", [{"email": "T002@example.org"}, {"phone": "020 7946 0102"}])
def test_who_objected_is_recognised_under_a_new_number(
    imported: Import, changed: dict[str, str]
) -> None:
    imported(HEADER + row("T001") + row("T002", "Ben,Hale", phone="+44 20 7946 0102"))
    object_to("T002")
    report = imported(HEADER + row("T902", "Ben,Hale", **{"phone": "+44 20 7946 0777"} | changed))
    assert (report.loaded, report.objecting) == (1, 1)
    assert choices.consent_state(known("T902")).answer("improve-shops") is ChoiceAnswer.NO
    assert choices.consent_state(known("T001")).answer("improve-shops") is None


def test_who_took_their_no_back_objects_under_no_number(imported: Import) -> None:
    imported(HEADER + row("T002", "Ben,Hale"))
    object_to("T002")
    choose(
        known("T002"),
        "improve-shops",
        ChoiceAnswer.YES,
        channel="portal",
        evidence="portal:1",
        by=CUSTOMER,
        at=clock.now(),
    )
    assert imported(HEADER + row("T902", email="t002@example.org")).objecting == 0


NIGHTLY = HEADER + row("T001", email="ada.new@example.org", country="FR", postal_code="75001")


@pytest.mark.one_database("what a file may do; the tests above load on both")
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(life=LIVES)
def test_whatever_happens_the_person_is_stronger_than_the_file(
    imported: Import, life: list[tuple[str, int]]
) -> None:
    from django.db import transaction

    with transaction.atomic():
        imported(FIRST)
        gone: set[str] = set()
        objected: set[str] = set()
        corrected: dict[str, str] = {}
        for step, (deed, which) in enumerate(life):
            number = f"T00{which}"
            if deed == "import":
                imported(FIRST)
            elif number in gone:
                continue
            elif deed == "erase":
                erase(number)
                gone.add(number)
            elif deed == "object":
                object_to(number)
                objected.add(number)
            else:
                corrected[number] = f"step{step}@example.org"
                corrected_by_hand(number, "email", corrected[number], "portal")
        imported(FIRST)
        for number in ("T001", "T002", "T003"):
            if number in gone:
                assert person(number) is None
                continue
            answer = choices.consent_state(known(number)).answer("improve-shops")
            assert (answer is ChoiceAnswer.NO) == (number in objected)
            address = corrected.get(number, f"{number.lower()}@example.org")
            assert vault.find("email", address) == [person(number)]
        transaction.set_rollback(True)
