"""What is kept of who acts for whom, declared: for export, erasure, merging."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from django.db.models import Q

from aboveboard.basics import clock
from aboveboard.basics.canonical import Json
from aboveboard.basics.package import NotNeeded, Numbers, PersonalData
from aboveboard.representation.models import Death, Representation


def _of(numbers: Numbers) -> Q:
    return Q(person_id__in=numbers) | Q(representative_id__in=numbers)


def _export(numbers: Numbers) -> Iterator[Mapping[str, Json]]:
    """Yield both what others may do for them and what they may do for others. Whom it is about, or
    who acts, is another person: their number stands in neither's copy."""
    for row in Representation.objects.filter(_of(numbers)).order_by("id"):
        yield {
            "acts": row.representative_id in numbers,
            "as": row.capacity,
            "may": row.powers,
            "reference": row.reference,
            "by_court": row.by_court,
            "since": clock.to_text(row.since),
            "until": clock.to_text(row.until) if row.until else None,
            "recorded_at": clock.to_text(row.at),
            "approved_at": clock.to_text(row.approved_at) if row.approved_at else None,
            "ended_at": clock.to_text(row.ended_at) if row.ended_at else None,
            "entry": row.entry_id,
        }


def _export_deaths(numbers: Numbers) -> Iterator[Mapping[str, Json]]:
    for row in Death.objects.filter(person_id__in=numbers).order_by("id"):
        yield {
            "reference": row.reference,
            "recorded_at": clock.to_text(row.at),
            "approved_at": clock.to_text(row.approved_at) if row.approved_at else None,
            "taken_back_at": clock.to_text(row.ended_at) if row.ended_at else None,
            "entry": row.entry_id,
        }


def _erase(numbers: Numbers) -> None:
    """Nobody acts for who is erased, and who is erased acts for nobody."""
    Representation.objects.filter(_of(numbers)).delete()


PERSONAL_DATA: Final = (
    PersonalData(
        name="representations",
        tables=("representation.Representation",),
        export_by=(
            "representation.Representation.person_id",
            "representation.Representation.representative_id",
        ),
        export=_export,
        erase=_erase,
        merge=NotNeeded("a row stays under the numbers it was made for; every number is read"),
        split=NotNeeded("each number has its own rows still"),
        re_encrypt=NotNeeded("nothing of it is sealed"),
        in_use=NotNeeded("it serves what is held, and is never a reason to keep it"),
    ),
    PersonalData(
        name="deaths",
        tables=("representation.Death",),
        export_by=("representation.Death.person_id",),
        export=_export_deaths,
        erase=lambda numbers: Death.objects.filter(person_id__in=numbers).delete(),
        merge=NotNeeded("a report stays under its number; every number is read"),
        split=NotNeeded("each number has its own reports still"),
        re_encrypt=NotNeeded("nothing of it is sealed"),
        in_use=NotNeeded("what is held of the dead is kept no longer than was promised"),
    ),
)
