"""What requests, and letters that confirm addresses, keep of people, declared: for export, erasure,
merging."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Final

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from aboveboard.basics import clock
from aboveboard.basics.canonical import Json
from aboveboard.basics.package import NotNeeded, Numbers, PersonalData
from aboveboard.rights.models import (
    AddressLetter,
    RequestCode,
    RequestEventRow,
    RequestStep,
    RightsRequest,
)
from aboveboard.rights.requests import files, sealing
from aboveboard.rights.requests.state import RequestStage

OPEN: Final = "open_request"


def _export(numbers: Numbers) -> Iterator[Mapping[str, Json]]:
    rows = list(RightsRequest.objects.filter(person_id__in=numbers).order_by("id"))
    happened: dict[int, list[RequestEventRow]] = {row.pk: [] for row in rows}
    for event in RequestEventRow.objects.filter(request_id__in=list(happened)).order_by("id"):
        happened[event.request_id].append(event)
    for row in rows:
        yield {
            "person": row.person_id,
            "asked": row.kind,
            "channel": row.channel,
            "asked_by": row.asker,
            "received_at": clock.to_text(row.received_at),
            "entry": row.entry_id,
            "closed_at": clock.to_text(row.closed_at) if row.closed_at else "",
            "sealed_details": bool(row.details),
            "events": [
                {
                    "event": event.kind,
                    "at": clock.to_text(event.at),
                    "code": event.code,
                    "system": event.system,
                    "done": event.verb,
                    "entry": event.entry_id,
                }
                for event in happened[row.pk]
            ],
        }


def _erase(numbers: Numbers) -> None:
    """The rows stay without the person, as the record of what was asked and done (GDPR Art. 5(2));
    what was said and collected is destroyed. An erasure that was asked for keeps its own key, of
    the instance, until it is answered: the person is still to be told what became of it."""
    for row in RightsRequest.objects.filter(person_id__in=numbers):
        row.person_id = None
        if row.key_of is not None:
            files.delete_all(row.pk)
            row.key, row.key_of, row.details = b"", None, b""
            RequestStep.objects.filter(request_id=row.pk).update(matches=b"")
            RequestCode.objects.filter(request_id=row.pk).delete()
            if row.closed_at is None:
                row.forgotten, row.stage = True, RequestStage.FORGOTTEN.value
                row.closed_at, row.next_at = clock.now(), None
        row.save()


def _merge(kept: int, merged: int) -> Json:
    """Give them to the person kept, with their keys: the merged person's goes when the merge can no
    longer be undone."""
    rows = list(RightsRequest.objects.filter(person_id=merged))
    _give(rows, kept)
    return [row.pk for row in rows]


def _split(kept: int, merged: int, state: Json) -> None:
    numbers = [int(str(number)) for number in state] if isinstance(state, list) else []
    _give(RightsRequest.objects.filter(person_id=kept, pk__in=numbers), merged)


def _give(rows: Iterable[RightsRequest], taker: int) -> None:
    for row in rows:
        row.person_id = taker
        if row.key_of is not None:
            sealing.wrap_key(row, sealing.request_key(row), taker)
        row.save()


def _re_encrypt(person_id: int, old: AESGCM, new: AESGCM) -> None:
    for row in RightsRequest.objects.filter(key_of=person_id):
        sealing.re_wrap(row, old, new)
        row.save(update_fields=["key"])


def _in_use(person_ids: Collection[int], at: datetime) -> Mapping[int, str]:
    waiting = RightsRequest.objects.filter(person_id__in=list(person_ids), closed_at=None)
    return dict.fromkeys(waiting.values_list("person_id", flat=True), OPEN)


def _export_letters(numbers: Numbers) -> Iterator[Mapping[str, Json]]:
    for row in AddressLetter.objects.filter(person_id__in=numbers).order_by("id"):
        yield {
            "person": row.person_id,
            "field": row.field,
            "asked_at": clock.to_text(row.made_at),
            "expires_at": clock.to_text(row.expires_at),
            "confirmed_at": clock.to_text(row.used_at) if row.used_at else "",
            "entry": row.entry_id,
        }


def _erase_letters(numbers: Numbers) -> None:
    """Links that confirm nothing any more go with the person."""
    AddressLetter.objects.filter(person_id__in=numbers).delete()


PERSONAL_DATA: Final = (
    PersonalData(
        name="requests",
        tables=(
            "rights.RightsRequest",
            "rights.RequestEventRow",
            "rights.RequestStep",
            "rights.RequestCode",
        ),
        files=(files.FOLDER,),
        export=_export,
        erase=_erase,
        merge=_merge,
        split=_split,
        re_encrypt=_re_encrypt,
        in_use=_in_use,
        in_use_words={OPEN: "they asked for something under their rights and wait for the answer"},
    ),
    PersonalData(
        name="address_letters",
        tables=("rights.AddressLetter",),
        export_by=("rights.AddressLetter.person_id",),
        export=_export_letters,
        erase=_erase_letters,
        merge=NotNeeded(
            "a letter is about a value of the record it was sent for, and ends with it"
        ),
        split=NotNeeded("each number has its own letters still"),
        re_encrypt=NotNeeded("nothing of it is sealed under the person's key"),
        in_use=NotNeeded("an address that nobody confirmed is no reason to keep it"),
    ),
)
