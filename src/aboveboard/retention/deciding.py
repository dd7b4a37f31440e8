"""How the rows of holds and restrictions are compared with the log and with what stands on the
person, declared."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from aboveboard.basics.facts import Facts
from aboveboard.basics.package import DecidingTable, RecordedEntry
from aboveboard.retention.actions import refresh
from aboveboard.retention.entries import (
    HoldPlaced,
    HoldReleased,
    RestrictionLifted,
    RestrictionPlaced,
)
from aboveboard.retention.models import Hold, Restriction
from aboveboard.retention.queries import end_date, is_unended
from aboveboard.vault.aliases import current_numbers
from aboveboard.vault.holds import latest_end
from aboveboard.vault.queries import people


def _differs(row: Hold | Restriction, entry: RecordedEntry[Any]) -> str:
    if isinstance(entry.facts, (HoldPlaced, RestrictionPlaced)):
        if row.entry_id != entry.id:
            return "entry_id"
        if row.why != entry.facts.why.value:
            return "why"
        return "" if row.until == entry.facts.until else "until"
    return "" if row.ended_entry_id == entry.id and row.ended_at is not None else "ended_at"


def _ended_without_entry(model: type[Hold | Restriction]) -> Iterator[str]:
    """Yield rows that are ended and name no entry that ended them."""
    for key in model.objects.filter(ended_at__isnull=False, ended_entry_id=None).values_list(
        "pk", flat=True
    ):
        yield f"{model._meta.label} {key} is ended, and names no entry that ended it."


def _unlike_person() -> Iterator[str]:
    """Yield people on whom another end is written than their holds and restrictions say."""
    open_rows: dict[int, tuple[list[Hold], list[Restriction]]] = {}
    for place, model in enumerate((Hold, Restriction)):
        for row in model.objects.all():
            if is_unended(row):
                open_rows.setdefault(row.person_id, ([], []))[place].append(row)
    now = current_numbers(open_rows)
    merged: dict[int, tuple[list[Hold], list[Restriction]]] = {}
    for number, (holds, restrictions) in open_rows.items():
        both = merged.setdefault(now[number], ([], []))
        both[0].extend(holds)
        both[1].extend(restrictions)
    for person_id, person in people(merged).items():
        holds, restrictions = merged[person_id]
        for name, written, rows in (
            ("held_until", person.held_until, holds),
            ("restricted_until", person.restricted_until, restrictions),
        ):
            if written != latest_end(end_date(row) for row in rows):
                yield f"vault.Person {person_id}: {name} is not as the open rows say."


def _write_on_people() -> None:
    """Write what stands on each person, with its MAC, from the rows."""
    numbers = {
        number
        for model in (Hold, Restriction)
        for number in model.objects.values_list("person_id", flat=True)
    }
    held = people(set(current_numbers(numbers).values()))
    for person_id in held:
        refresh(person_id)


def _table(
    model: type[Hold | Restriction], placed: type[Facts], ended: type[Facts]
) -> DecidingTable:
    def check() -> Iterator[str]:
        yield from _ended_without_entry(model)
        if model is Hold:  # once for both tables
            yield from _unlike_person()

    return DecidingTable(
        table=model._meta.label,
        speaks_of={
            placed: lambda entry: ("entry_id", entry.id),
            ended: lambda entry: ("entry_id", entry.facts.placed),
        },
        named_in=("entry_id", "ended_entry_id"),
        differs=_differs,
        check=check,
        upgraded=_write_on_people,
    )


DECIDING: Final = (
    _table(Hold, HoldPlaced, HoldReleased),
    _table(Restriction, RestrictionPlaced, RestrictionLifted),
)
