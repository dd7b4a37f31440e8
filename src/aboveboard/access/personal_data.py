"""What ``access`` keeps of people beside the ledger, declared."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Final, TypeVar

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from aboveboard.access.concerns import words
from aboveboard.access.emergency import notes
from aboveboard.access.models import EmergencyUse, QuietRefusal, RaisedConcern, UseIndex
from aboveboard.access.use_index import upkeep
from aboveboard.basics import clock
from aboveboard.basics.canonical import Json
from aboveboard.basics.package import NotNeeded, Numbers, PersonalData
from aboveboard.keys.queries import person_key

_Sealed = TypeVar("_Sealed", EmergencyUse, RaisedConcern)
_NO_REASON: Final = NotNeeded("that data was used is never a reason to keep it")


def _refusals(numbers: Numbers) -> Iterator[Mapping[str, Json]]:
    for row in QuietRefusal.objects.filter(person_id__in=numbers).order_by("entry_id"):
        yield {
            "person": row.person_id,
            "entry": row.entry_id,
            "reasons": row.reasons,
            "reference_key": bytes(row.reference_key).hex() if row.reference_key else "",
        }


def _merge_refusals(kept: int, merged: int) -> Json:
    entries = list(QuietRefusal.objects.filter(person_id=merged).values_list("entry_id", flat=True))
    QuietRefusal.objects.filter(person_id=merged).update(person_id=kept)
    return entries


def _split_refusals(kept: int, merged: int, state: Json) -> None:
    rows = QuietRefusal.objects.filter(person_id=kept, entry_id__in=_entries(state))
    rows.update(person_id=merged)


def _emergencies(numbers: Numbers) -> Iterator[Mapping[str, Json]]:
    for row in EmergencyUse.objects.filter(person_id__in=numbers).order_by("entry_id"):
        yield {
            "person": row.person_id,
            "entry": row.entry_id,
            "why": row.why,
            "fields": row.fields,
            "asked_by": {"role": row.actor["role"], "team": row.actor["team"]},
            "at": clock.to_text(row.at),
            "until": clock.to_text(row.until),
            "verdict": row.verdict,
            "sealed_note": bool(row.words),
        }


def _forget_emergencies(numbers: Numbers) -> None:
    """The row stays for its reviewers, without the person; the note went with the key."""
    EmergencyUse.objects.filter(person_id__in=numbers).update(person_id=None)


def _merge_emergencies(kept: int, merged: int) -> Json:
    """Give them to the person kept, and seal each note under the key of that person: the merged
    person's goes when the merge can no longer be undone."""
    rows = list(EmergencyUse.objects.filter(person_id=merged))
    _give(rows, merged, kept, notes.re_encrypt_one)
    return [row.entry_id for row in rows]


def _split_emergencies(kept: int, merged: int, state: Json) -> None:
    rows = EmergencyUse.objects.filter(person_id=kept, entry_id__in=_entries(state))
    _give(rows, kept, merged, notes.re_encrypt_one)


def _concerns(numbers: Numbers) -> Iterator[Mapping[str, Json]]:
    for row in RaisedConcern.objects.filter(person_id__in=numbers).order_by("entry_id"):
        yield {
            "person": row.person_id,
            "entry": row.entry_id,
            "about": row.about,
            "concern": row.concern,
            "at": clock.to_text(row.at),
            "due": clock.to_text(row.due_at),
            "sealed_words": bool(row.words),
            "answered_at": clock.to_text(row.answered_at) if row.answered_at else "",
            "verdict": row.verdict,
            "sealed_answer": bool(row.answer_words),
        }


def _merge_concerns(kept: int, merged: int) -> Json:
    """Give them to the person kept, as uses in an emergency are given."""
    rows = list(RaisedConcern.objects.filter(person_id=merged))
    _give(rows, merged, kept, words.re_encrypt_one)
    return [row.entry_id for row in rows]


def _split_concerns(kept: int, merged: int, state: Json) -> None:
    rows = RaisedConcern.objects.filter(person_id=kept, entry_id__in=_entries(state))
    _give(rows, kept, merged, words.re_encrypt_one)


def _awaiting_answer(person_ids: Collection[int], at: datetime) -> Mapping[int, str]:
    waiting = RaisedConcern.objects.filter(person_id__in=list(person_ids), answered_at=None)
    return dict.fromkeys(waiting.values_list("person_id", flat=True), "awaits_answer")


def _drop_index(numbers: Numbers) -> None:
    UseIndex.objects.filter(person_id__in=numbers).delete()


def _merge_index(kept: int, merged: int) -> Json:
    """Nothing is kept: the entries of both are the ledger's, and are found from there."""
    _drop_index([kept, merged])
    return None


def _give(
    rows: Iterable[_Sealed],
    giver: int,
    taker: int,
    re_encrypt_one: Callable[[_Sealed, AESGCM, AESGCM], object],
) -> None:
    old, new = person_key(giver), person_key(taker)
    for row in rows:
        row.person_id = taker
        row.save(update_fields=["person"])
        if old is not None and new is not None:
            re_encrypt_one(row, AESGCM(old), AESGCM(new))


def _entries(state: Json) -> list[int]:
    return [int(str(entry)) for entry in state] if isinstance(state, list) else []


PERSONAL_DATA: Final = (
    PersonalData(
        name="refused_look_ups",
        tables=("access.QuietRefusal",),
        export_by=("access.QuietRefusal.person_id",),
        export=_refusals,
        erase=lambda numbers: QuietRefusal.objects.filter(person_id__in=numbers).delete(),
        merge=_merge_refusals,
        split=_split_refusals,
        re_encrypt=NotNeeded("nothing of it is sealed"),
        in_use=_NO_REASON,
    ),
    PersonalData(
        name="emergency_uses",
        tables=("access.EmergencyUse",),
        export_by=("access.EmergencyUse.person_id",),
        export=_emergencies,
        erase=_forget_emergencies,
        merge=_merge_emergencies,
        split=_split_emergencies,
        re_encrypt=notes.re_encrypt,
        in_use=_NO_REASON,
    ),
    PersonalData(
        name="concerns",
        tables=("access.RaisedConcern",),
        export_by=("access.RaisedConcern.person_id",),
        export=_concerns,
        erase=lambda numbers: RaisedConcern.objects.filter(person_id__in=numbers).delete(),
        merge=_merge_concerns,
        split=_split_concerns,
        re_encrypt=words.re_encrypt,
        in_use=_awaiting_answer,
        in_use_words={"awaits_answer": "they asked about a use and wait for the answer"},
    ),
    PersonalData(
        name="use_indexes",
        tables=("access.UseIndex",),
        export=NotNeeded("it is an index of the entries, and those are in the copy"),
        erase=_drop_index,
        merge=_merge_index,
        split=lambda kept, merged, state: _drop_index([kept, merged]),
        re_encrypt=upkeep.re_encrypt,
        in_use=_NO_REASON,
    ),
)
"""``EmergencyAsked`` counts what members of staff asked, and names no customer."""
