"""What holds, restrictions and sweeps keep of people, declared: for export, erasure, merging."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from aboveboard.basics import clock
from aboveboard.basics.canonical import Json
from aboveboard.basics.package import NotNeeded, Numbers, PersonalData
from aboveboard.retention.actions import refresh
from aboveboard.retention.models import Hold, Restriction, SweepRow

_CLEAR: Final = NotNeeded("nothing of it is sealed")
_ON_PERSON: Final = NotNeeded("a sweep reads what is open on the person before it asks others")


def _holds(numbers: Numbers) -> Iterator[Mapping[str, Json]]:
    yield from map(_row, Hold.objects.filter(person_id__in=numbers).order_by("id"))


def _restrictions(numbers: Numbers) -> Iterator[Mapping[str, Json]]:
    yield from map(_row, Restriction.objects.filter(person_id__in=numbers).order_by("id"))


def _row(row: Hold | Restriction) -> Mapping[str, Json]:
    return {
        "person": row.person_id,
        "why": row.why,
        "reference": row.reference,
        "at": clock.to_text(row.at),
        "entry": row.entry_id,
        "until": clock.to_text(row.until) if row.until else None,
        "ended_at": clock.to_text(row.ended_at) if row.ended_at else None,
        "ended_reference": row.ended_reference,
        "ended_entry": row.ended_entry_id,
    }


def _sweep_rows(numbers: Numbers) -> Iterator[Mapping[str, Json]]:
    for row in SweepRow.objects.filter(person_id__in=numbers).order_by("id"):
        yield {
            "person": row.person_id,
            "sweep": row.sweep_id,
            "fields": row.fields,
            "whole": row.whole,
            "outcome": row.outcome,
            "at": clock.to_text(row.at) if row.at else None,
        }


def _forget_number(numbers: Numbers) -> None:
    """The row stays, without the number: the sweep's digest binds it."""
    SweepRow.objects.filter(person_id__in=numbers).update(person_id=None)


def _merge(kept: int, merged: int) -> Json:
    """The rows stay under the number they were placed for; what is open on either is open on the
    person kept."""
    refresh(kept)
    return None


def _split(kept: int, merged: int, state: Json) -> None:
    refresh(kept)
    refresh(merged)


# Holds and restrictions go with the person, although they say why something was kept: a row ties
# the number to an entry, and so to the handle. What must be shown later is in the log (decision
# 0011).
PERSONAL_DATA: Final = (
    PersonalData(
        name="holds",
        tables=("retention.Hold",),
        export_by=("retention.Hold.person_id",),
        export=_holds,
        erase=lambda numbers: Hold.objects.filter(person_id__in=numbers).delete(),
        merge=_merge,
        split=_split,
        re_encrypt=_CLEAR,
        in_use=_ON_PERSON,
    ),
    PersonalData(
        name="restrictions",
        tables=("retention.Restriction",),
        export_by=("retention.Restriction.person_id",),
        export=_restrictions,
        erase=lambda numbers: Restriction.objects.filter(person_id__in=numbers).delete(),
        merge=NotNeeded("what is open is written on the person together with the holds"),
        split=NotNeeded("what is open is written on the person together with the holds"),
        re_encrypt=_CLEAR,
        in_use=_ON_PERSON,
    ),
    PersonalData(
        name="sweep_rows",
        tables=("retention.SweepRow",),
        export_by=("retention.SweepRow.person_id",),
        export=_sweep_rows,
        erase=_forget_number,
        merge=NotNeeded("a row of a number that was merged comes to nothing: nobody has it"),
        split=NotNeeded("nothing was moved"),
        re_encrypt=_CLEAR,
        in_use=NotNeeded("it is the sweep's own list"),
    ),
)
