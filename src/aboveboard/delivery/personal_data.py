"""What delivery holds of people: who was, or is to be, sent a notice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from aboveboard.basics import clock
from aboveboard.basics.canonical import Json
from aboveboard.basics.package import NotNeeded, Numbers, PersonalData
from aboveboard.delivery.models import Correspondence, Dispatch
from aboveboard.vault import changing


def _export(numbers: Numbers) -> Iterator[Mapping[str, Json]]:
    rows = Dispatch.objects.filter(person_id__in=numbers).select_related("batch").order_by("id")
    for row in rows:
        yield {
            "notice": row.batch.kind,
            "channel": row.channel,
            "language": row.language,
            "state": row.state,
            "reason": row.reason,
            "queued_at": clock.to_text(row.batch.created_at),
            "sent_at": clock.to_text(row.sent_at) if row.sent_at else None,
        }


NOTICES = PersonalData(
    name="notices_sent",
    tables=("delivery.Dispatch",),
    export=_export,
    erase=NotNeeded(
        "that a notice was sent, and when, is kept to show that it was (GDPR Art. 5(2), 33(5)); "
        "the row holds no address, and one still queued is skipped, since nothing opens any more"
    ),
    merge=NotNeeded(
        "a row keeps the number that the person had when it was queued; a use of that number, and "
        "the list of what somebody was sent, follow it to the record it was merged into"
    ),
    split=NotNeeded("a merge changes nothing here"),
    re_encrypt=NotNeeded("a row holds no value of the person, sealed or not"),
    in_use=NotNeeded(
        "whoever waits for a notice is in an incident that is still open, which is asked itself"
    ),
)


def _export_correspondence(numbers: Numbers) -> Iterator[Mapping[str, Json]]:
    for row in Correspondence.objects.filter(person_id__in=numbers).order_by("id"):
        yield {
            "person": row.person_id,
            "why": row.why,
            "written_to_instead": row.sealed is not None,
            "at": clock.to_text(row.at),
            "entry": row.entry_id,
        }


def _erase_correspondence(numbers: Numbers) -> None:
    Correspondence.objects.filter(person_id__in=numbers).delete()


def _re_encrypt_correspondence(person_id: int, old: Any, new: Any) -> None:
    for row in Correspondence.objects.filter(person_id=person_id, sealed__isnull=False):
        row.sealed = changing.reseal_former(person_id, bytes(row.sealed or b""), old, new)
        row.save(update_fields=["sealed"])


CORRESPONDENCE = PersonalData(
    name="correspondence",
    tables=("delivery.Correspondence",),
    export=_export_correspondence,
    erase=_erase_correspondence,
    merge=NotNeeded(
        "it keeps the number it was recorded for: a notice to the merged number obeys it, and one "
        "to the person kept obeys their own"
    ),
    split=NotNeeded("a merge changes nothing here"),
    re_encrypt=_re_encrypt_correspondence,
    in_use=NotNeeded("it serves notices alone"),
)
