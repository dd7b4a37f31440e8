"""Customers, and a parcel made of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from aboveboard.custody import actions
from aboveboard.custody.exporting import ExportFormat
from aboveboard.custody.queries import ExportRow
from tests import world
from tests.incidents.conftest import AT, EXPORTED, STAFF

People = Sequence[tuple[int, dict[str, str]]]


@pytest.fixture
def people(db: None) -> People:
    """Twelve made-up customers in the vault."""
    return world.load(12)


def parcel_to(key: str, people: People, out: Path, **changed: object) -> ExportRow:
    said: dict[str, object] = {
        "purpose": "deliver-orders",
        "recipient": "courier",
        "file_format": ExportFormat(age_keys=(key,)),
        "by": STAFF,
        "at": AT,
    }
    return actions.make_export(
        [person_id for person_id, _ in people], EXPORTED, out=out, **(said | changed)
    )  # type: ignore[arg-type]
