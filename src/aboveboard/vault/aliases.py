"""Whose number it is now: the numbers of merged records lead to the person.

There are no chains: a record that others were merged into cannot be merged away itself
(``identity.actions``), so one step always arrives.
"""

from __future__ import annotations

from collections.abc import Collection

from aboveboard.vault.models import Alias


def current(person_id: int) -> int:
    """Return the number that the person has now: another when theirs was merged into it."""
    return current_of([person_id])[person_id]


def current_of(person_ids: Collection[int]) -> dict[int, int]:
    """Return the same for many, in one statement."""
    rows = Alias.objects.filter(merged_id__in=person_ids).values_list("merged_id", "person_id")
    return {person_id: person_id for person_id in person_ids} | dict(rows)


def numbers_of(person_id: int) -> list[int]:
    """Return every number that is this person's: their own first, then those that lead to it."""
    aliases = Alias.objects.filter(person_id=person_id).order_by("at", "merged_id")
    return [person_id, *aliases.values_list("merged_id", flat=True)]
