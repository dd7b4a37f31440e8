"""In which sectors we are, where the promise does not say so: answered for one incident."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from aboveboard.basics.errors import Invalid
from aboveboard.incidents.models import Incident
from aboveboard.law import organisation

YES: Final = "yes"
NO: Final = "no"


def set_sectors(incident: Incident, answers: Mapping[str, bool | None]) -> list[str]:
    """Write answers into the row, inside the caller's transaction, and return which changed, each
    as ``sector`` with its key; None takes one back.

    Raises:
        Invalid: there is no such sector.
    """
    before = dict(incident.sectors)
    kept = dict(before)
    for key, answer in answers.items():
        if key not in organisation.sectors():
            raise Invalid(
                found="a sector that is not in the list",
                fix="Name one by its key, as docs/reference/duties.md lists them.",
            )
        kept.pop(key, None)
        if answer is not None:
            kept[key] = YES if answer else NO
    incident.sectors = kept
    return sorted(f"sector.{key}" for key in {*before, *kept} if before.get(key) != kept.get(key))


def answered(incident: Incident) -> dict[str, bool]:
    """Return the answers: key of a sector to whether we are in it."""
    return {key: answer == YES for key, answer in incident.sectors.items()}
