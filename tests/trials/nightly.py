"""What the tests of a nightly file share: importing a text, and asking what is held of whom."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import pytest
from django.apps import apps

from aboveboard.access.actions import use
from aboveboard.access.use import Subject, UseRequest
from aboveboard.basics import clock
from aboveboard.basics.actor import CUSTOMER, SYSTEM
from aboveboard.choices.actions import choose
from aboveboard.choices.state import ChoiceAnswer
from aboveboard.intake import load as loading
from aboveboard.intake import mapping as mappings
from aboveboard.intake import notes
from aboveboard.intake import queries as intake
from aboveboard.intake.dry_run import dry_run
from aboveboard.intake.queries import ImportReport
from aboveboard.promise.queries import AdoptedPromise, in_force
from aboveboard.vault import actions, changing
from aboveboard.vault import queries as vault
from aboveboard.vault.origin import ValueOrigin
from tests import world
from tests.trials.test_imports import HEADER, row

Import = Callable[..., ImportReport]
FIRST = HEADER + row("T001") + row("T002", "Ben,Hale") + row("T003", "Cleo,Ng")


@pytest.fixture
def adopted() -> AdoptedPromise:
    return world.adopt()


@pytest.fixture
def imported(tmp_path: Path, adopted: AdoptedPromise) -> Import:
    """Import a text as a file, with the sample mapping and some settings added to it."""
    path = tmp_path / "customers.csv"

    def run(
        text: str, more: str = "", *, changed_mapping: tuple[str, str] = ("", ""), **changed: object
    ) -> ImportReport:
        sample = world.MAPPING_FILE.read_text("utf-8").replace(*changed_mapping) + more
        mapping = mappings.load(sample, name="mapping.yaml")
        path.write_text(text, "utf-8")
        source = loading.ImportSource(path, mapping, kinds(), adopted.serial)
        before = _rows()
        promised = dry_run(source, at=clock.now())
        assert _rows() == before, "a dry run writes nothing"
        report = loading.load(source, by=SYSTEM, at=clock.now(), **changed)  # type: ignore[arg-type]
        # Else something happens meanwhile, or part of it happened before.
        if not changed and not report.resumed:
            ours, theirs = _figures(promised.report), _figures(report)
            different = {name for name, value in ours.items() if value != theirs[name]}
            assert not different, "it does what was said before"
            would = [(each.line, each.field, each.code) for each in promised.problems]
            assert would == codes(report)
            assert promised.held_back == intake.held_back(report.id)
        return report

    return run


def _figures(report: ImportReport) -> dict[str, object]:
    """What a report says besides which import it is and when."""
    own = {"id", "file_digest", "started_at", "finished_at", "resumed"}
    return {name: value for name, value in asdict(report).items() if name not in own}


def _rows() -> dict[str, int]:
    """How many rows each table has."""
    return {model._meta.label: model._base_manager.count() for model in apps.get_models()}


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
        ChoiceAnswer.NO,
        channel="phone",
        evidence="call:1",
        by=world.ADVISER,
        at=clock.now(),
    )


def erase(number: str, reason: str = "asked") -> None:
    actions.erase(known(number), reason=reason, by=world.ADVISER, at=clock.now())


def codes(report: ImportReport) -> list[tuple[int, str, str]]:
    return [(each.line, each.field, each.code) for each in intake.import_problems(report.id)]


def corrected_by_hand(number: str, field: str, value: str, channel: str) -> None:
    person_id = known(number)
    origin = ValueOrigin(in_force().serial, clock.now(), channel, "answer-contact")
    changing.replace(
        person_id,
        {field: value},
        kinds=kinds(),
        origins={field: origin},
        by=world.ADVISER,
        at=clock.now(),
    )
    notes.note_corrected(person_id, [field], at=clock.now())
