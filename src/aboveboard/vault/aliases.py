"""Whose number it is now: the numbers of merged records lead to the person."""

from __future__ import annotations

from collections.abc import Collection

from aboveboard.identity.models import MergedPerson


def current(person_id: int) -> int:
    """Return the number that the person has now: another when theirs was merged
    into it, else the same."""
    return current_of([person_id])[person_id]


def current_of(person_ids: Collection[int]) -> dict[int, int]:
    """Return the same for many, in one statement."""
    rows = MergedPerson.objects.filter(merged_id__in=person_ids, split_at__isnull=True).values_list(
        "merged_id", "person_id"
    )
    return {one: one for one in person_ids} | dict(rows)


def numbers_of(person_id: int) -> list[int]:
    """Return every number that is this person's: their own first, then those that lead to it."""
    merged = MergedPerson.objects.filter(person_id=person_id, split_at__isnull=True).order_by("id")
    return [person_id, *merged.values_list("merged_id", flat=True)]
