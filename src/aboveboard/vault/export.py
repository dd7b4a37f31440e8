"""Gathering everything that is held about one person, from what every package declares."""

from __future__ import annotations

from collections.abc import Mapping

from aboveboard.basics.canonical import Json
from aboveboard.basics.package import NotNeeded, personal_data
from aboveboard.vault import aliases


def export_person(person_id: int) -> dict[str, list[Mapping[str, Json]]]:
    """Return the rows that are held about a person, by the name of the declaration they belong to.

    Under all of their numbers; a declaration with nothing to show has no rows. This is structure:
    what is sealed is named and not opened, because only ``access`` opens.
    """
    numbers = aliases.numbers_of(aliases.current(person_id))
    return {
        data.name: [] if isinstance(data.export, NotNeeded) else list(data.export(numbers))
        for _, data in personal_data()
    }
