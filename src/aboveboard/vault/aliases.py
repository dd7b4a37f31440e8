"""Whose number it is now: the numbers of merged records lead to the person.

There are no chains: a record that others were merged into cannot be merged away itself
(``identity.actions``), so one step always arrives.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Final

from aboveboard.basics import clock
from aboveboard.keys import rows
from aboveboard.vault import prepared
from aboveboard.vault.models import Alias

# By hand: asked of every few hundred people who are written to, where the ORM took longer.
_LEADING_ON: Final = f"""
    SELECT merged_id, person_id, at, mac FROM {prepared.ALIAS} WHERE merged_id {{some}}
"""  # noqa: S608 - the table is our own; ids are parameters
_LED_TO: Final = f"""
    SELECT person_id FROM {prepared.ALIAS} WHERE person_id {{some}}
"""  # noqa: S608 - as above


def current_number(person_id: int) -> int:
    """Return the number that the person has now: another when theirs was merged into it."""
    return current_numbers([person_id])[person_id]


def current_numbers(person_ids: Collection[int]) -> dict[int, int]:
    """Return the same for many, in one statement."""
    leading = prepared.ask(_LEADING_ON, person_ids) if person_ids else []
    return {person_id: person_id for person_id in person_ids} | {
        merged_id: person_id
        for merged_id, person_id, since, mac in leading
        if is_authentic_alias(merged_id, person_id, since, mac)
    }


def is_authentic_alias(merged_id: int, person_id: int, since: object, mac: bytes | None) -> bool:
    """Whether this program wrote that a number leads to a person, for statements by hand. One that
    it did not write leads nowhere."""
    at = clock.from_database(since) if isinstance(since, (str, datetime)) else None
    if rows.is_authentic(Alias._meta.label, merged_id, (person_id, at), mac):
        return True
    rows.report_not_authentic(Alias._meta.label, merged_id)
    return False


def all_merged() -> Iterator[tuple[int, int]]:
    """Yield every number that was merged, with the one that the person has now."""
    yield from Alias.objects.order_by("merged_id").values_list("merged_id", "person_id").iterator()


def people_with_aliases(person_ids: Collection[int]) -> frozenset[int]:
    """Return those whom other records were merged into."""
    aliases = prepared.ask(_LED_TO, person_ids) if person_ids else []
    return frozenset(person_id for (person_id,) in aliases)


def numbers_of(person_id: int) -> list[int]:
    """Return every number that is this person's: their own first, then those that lead to it."""
    # In a fixed order, their own number first: whoever picks one of them picks the same each time.
    aliases = Alias.objects.filter(person_id=person_id).order_by("at", "merged_id")
    return [person_id, *(alias.merged_id for alias in aliases if alias.authentic)]


def authenticate(merged_id: int, person_id: int) -> None:
    """Give a row from before there were MACs its MAC: that the number leads there, the caller has
    found in the log."""
    for alias in Alias.objects.filter(merged_id=merged_id, person_id=person_id, mac=None):
        Alias._base_manager.filter(pk=alias.pk).update(mac=alias.new_mac())


def all_aliases() -> dict[int, int]:
    """Return every number that leads to somebody, and to whom: for the comparison with the
    merges."""
    return dict(Alias.objects.values_list("merged_id", "person_id"))
