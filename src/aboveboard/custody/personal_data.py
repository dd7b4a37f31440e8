"""What custody holds of people: who is in which file that left."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from aboveboard.basics import clock
from aboveboard.basics.canonical import Json
from aboveboard.basics.package import NotNeeded, Numbers, PersonalData
from aboveboard.custody.models import ExportPerson
from aboveboard.law.categories import from_bitmap


def _export(numbers: Numbers) -> Iterator[Mapping[str, Json]]:
    rows = ExportPerson.objects.filter(person_id__in=numbers).select_related("export__device")
    for row in rows.order_by("export_id", "person_id"):
        made = row.export
        yield {
            "purpose": made.purpose,
            "recipient": made.recipient or None,
            "device": made.device.kind if made.device else None,
            "made_at": clock.to_text(made.made_at) if made.made_at else None,
            "categories": sorted(from_bitmap(row.categories)),
            "refused_for": list(row.reasons.split()),
        }


DISCLOSURES = PersonalData(
    name="files_that_left",
    tables=("custody.ExportPerson",),
    export_by=("custody.ExportPerson.person_id",),
    export=_export,
    erase=NotNeeded(
        "the file that left still holds them, and a loss of it must count them (GDPR Art. 33(3)(a))"
    ),
    merge=NotNeeded(
        "a line keeps the number that the person had when the file was made; a count follows it to "
        "the record it was merged into"
    ),
    split=NotNeeded("a merge changes nothing here"),
    re_encrypt=NotNeeded("a line says which categories are in the file, and holds no value"),
    in_use=NotNeeded("a file that left needs nothing of the person's record here"),
)
