"""What choices keep of people, declared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from aboveboard.basics import clock
from aboveboard.basics.canonical import Json
from aboveboard.basics.package import NotNeeded, Numbers, PersonalData
from aboveboard.choices.models import Choice


def _export(numbers: Numbers) -> Iterator[Mapping[str, Json]]:
    for row in Choice.objects.filter(person_id__in=numbers).order_by("at", "id"):
        yield {
            "person": row.person_id,
            "purpose": row.purpose,
            "contact": row.contact,
            "answer": row.answer,
            "channel": row.channel,
            "evidence": row.evidence,
            "at": clock.to_text(row.at),
            "waits": row.waits,
            "promise": row.promise_serial,
            "recorded_by": {"role": row.actor["role"], "team": row.actor["team"]},
            "entry": row.entry_id,
        }


def _erase(numbers: Numbers) -> None:
    """Delete an erased person's choices: each row names both the person and the entry that carries
    their handle.

    That a choice was made stays in the ledger, and in the receipt that the person was given
    (``docs/decisions/0011``).
    """
    Choice.objects.filter(person_id__in=numbers).delete()


PERSONAL_DATA: Final = (
    PersonalData(
        name="choices",
        tables=("choices.Choice",),
        export_by=("choices.Choice.person_id",),
        export=_export,
        erase=_erase,
        merge=NotNeeded("a choice stays under the number it was made under; every number is read"),
        split=NotNeeded("each number has its own choices still"),
        re_encrypt=NotNeeded("nothing of it is sealed"),
        in_use=NotNeeded("a choice is about data, and never a reason to keep it"),
    ),
)
