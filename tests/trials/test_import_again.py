"""The nightly file: no import undoes an erasure, an objection, a withdrawal or a correction, and
what changed arrives."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aboveboard.access.actions import use
from aboveboard.access.use import Subject, UseRequest
from aboveboard.basics import clock
from aboveboard.basics.actor import CUSTOMER, SYSTEM
from aboveboard.basics.errors import Conflict, Invalid
from aboveboard.choices import queries as choices
from aboveboard.choices.actions import choose
from aboveboard.choices.state import Answer
from aboveboard.intake import erased, notes
from aboveboard.intake import load as loading
from aboveboard.intake import mapping as mappings
from aboveboard.intake import queries as intake
from aboveboard.intake.changes import NoteState
from aboveboard.intake.models import ErasedIdentifier, ErasedPerson, FieldNote
from aboveboard.intake.queries import ImportReport
from aboveboard.ledger.models import Entry
from aboveboard.promise.queries import Adopted, in_force
from aboveboard.vault import actions, changing
from aboveboard.vault import queries as vault
from aboveboard.vault.field_erasure import erase_fields
from aboveboard.vault.limits import ERASED_REMEMBERED
from aboveboard.vault.origin import Origin
from tests import world
from tests.trials.test_imports import HEADER, row

pytestmark = pytest.mark.django_db

Import = Callable[..., ImportReport]
FIRST = HEADER + row("T001") + row("T002", "Ben,Hale") + row("T003", "Cleo,Ng")


@pytest.fixture
def adopted() -> Adopted:
    return world.adopt()


@pytest.fixture
def imported(tmp_path: Path, adopted: Adopted) -> Import:
    """Import a text as a file, with the sample mapping and some settings added to it."""
    path = tmp_path / "customers.csv"

    def run(
        text: str, more: str = "", *, changed_mapping: tuple[str, str] = ("", ""), **changed: object
    ) -> ImportReport:
        sample = world.MAPPING_FILE.read_text("utf-8").replace(*changed_mapping) + more
        mapping = mappings.load(sample, name="mapping.yaml")
        path.write_text(text, "utf-8")
        source = loading.Source(path, mapping, kinds(), adopted.serial)
        return loading.load(source, by=SYSTEM, at=clock.now(), **changed)  # type: ignore[arg-type]

    return run


def kinds() -> dict[str, str]:
    return {key: field.kind_and_format for key, field in in_force().promise.fields.items()}


def person(number: str) -> int | None:
    return next(iter(vault.find("customer_number", number)), None)


def known(number: str) -> int:
    person_id = person(number)
    assert person_id is not None
    return person_id


def held(number: str, field: str) -> str | None:
    asked = UseRequest(CUSTOMER, "show-you-your-data", (field,), "portal", Subject(known(number)))
    value = use(asked, at=clock.now()).values[field]
    return value and value.reveal()


def object_to(number: str, purpose: str = "improve-shops") -> None:
    choose(
        known(number),
        purpose,
        Answer.NO,
        channel="phone",
        evidence="call:1",
        by=world.ADVISER,
        at=clock.now(),
    )


def erase(number: str, reason: str = "asked") -> None:
    actions.erase(known(number), reason=reason, by=world.ADVISER, at=clock.now())


def codes(report: ImportReport) -> list[tuple[int, str, str]]:
    return [(each.line, each.field, each.code) for each in intake.import_problems(report.id)]


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
    assert erased.sweep(at=clock.now() + ERASED_REMEMBERED - timedelta(days=1)) == 0
    assert erased.sweep(at=clock.now() + ERASED_REMEMBERED + timedelta(days=1)) == 1
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
    assert choices.consent_state(known("T002")).answer("improve-shops") is Answer.NO
    assert not ErasedPerson.objects.exists()
    assert Entry.objects.filter(kind="erased.readmitted").count() == 1


@pytest.mark.parametrize("changed", [{"email": "T002@example.org"}, {"phone": "020 7946 0102"}])
def test_who_objected_is_recognised_under_a_new_number(
    imported: Import, changed: dict[str, str]
) -> None:
    imported(HEADER + row("T001") + row("T002", "Ben,Hale", phone="+44 20 7946 0102"))
    object_to("T002")
    report = imported(HEADER + row("T902", "Ben,Hale", **{"phone": "+44 20 7946 0777"} | changed))
    assert (report.loaded, report.objecting) == (1, 1)
    assert choices.consent_state(known("T902")).answer("improve-shops") is Answer.NO
    assert choices.consent_state(known("T001")).answer("improve-shops") is None


def test_who_took_their_no_back_objects_under_no_number(imported: Import) -> None:
    imported(HEADER + row("T002", "Ben,Hale"))
    object_to("T002")
    choose(
        known("T002"),
        "improve-shops",
        Answer.YES,
        channel="portal",
        evidence="portal:1",
        by=CUSTOMER,
        at=clock.now(),
    )
    assert imported(HEADER + row("T902", email="t002@example.org")).objecting == 0


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
    assert choices.consent_state(known("T001")).answer("improve-shops") is Answer.NO
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
    waiting = {each.field: each for each in notes.asked()}
    assert set(waiting) == {"email", "postal_code"}
    assert (waiting["email"].file_name, waiting["email"].line) == ("customers.csv", 2)
    notes.answer(waiting["email"].id, NoteState.TAKE, by=world.ADVISER, at=clock.now())
    notes.answer(waiting["postal_code"].id, NoteState.KEEP, by=world.ADVISER, at=clock.now())
    with pytest.raises(Conflict):
        notes.answer(waiting["email"].id, NoteState.KEEP, by=world.ADVISER, at=clock.now())
    imported(NIGHTLY, asks)
    assert held("T001", "email") == "ada.new@example.org"
    assert held("T001", "postal_code") == "LS1 1AA"
    assert notes.asked_count() == 0
    assert imported(NIGHTLY, asks).asked == 0
    other = NIGHTLY.replace("75001", "75002")
    assert imported(other, asks).asked == 1
    assert Entry.objects.filter(kind="difference.answered").count() == 2


def test_an_answer_that_is_none_is_refused(imported: Import) -> None:
    imported(FIRST)
    imported(NIGHTLY, "\nchanges: ask\n")
    with pytest.raises(Invalid):
        notes.answer(notes.asked()[0].id, NoteState.ERASED, by=world.ADVISER, at=clock.now())


def corrected_by_hand(number: str, field: str, value: str, channel: str) -> None:
    person_id = known(number)
    origin = Origin(in_force().serial, clock.now(), channel, "answer-contact")
    changing.replace(
        person_id,
        {field: value},
        kinds=kinds(),
        origins={field: origin},
        by=world.ADVISER,
        at=clock.now(),
    )
    notes.note_corrected(person_id, [field], at=clock.now())


@pytest.mark.parametrize("channel", ["portal", "phone", "shop"])
def test_what_was_corrected_by_hand_is_not_put_back_by_the_next_file(
    imported: Import, channel: str
) -> None:
    imported(FIRST)
    corrected_by_hand("T001", "email", "mine@example.org", channel)
    report = imported(FIRST)
    assert (report.changed, report.asked) == (0, 1)
    assert held("T001", "email") == "mine@example.org"
    assert [each.field for each in notes.asked()] == ["email"]
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
            assert (answer is Answer.NO) == (number in objected)
            address = corrected.get(number, f"{number.lower()}@example.org")
            assert vault.find("email", address) == [person(number)]
        transaction.set_rollback(True)
