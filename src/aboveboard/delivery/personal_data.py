"""What delivery holds of people: who was, or is to be, sent a notice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.db.models import QuerySet

from aboveboard.basics import clock
from aboveboard.basics.canonical import Json
from aboveboard.basics.package import NotNeeded, Numbers, PersonalData
from aboveboard.delivery.models import (
    ContactLimit,
    Correspondence,
    Dispatch,
    PrintLetter,
    WebhookEndpoint,
    WebhookMessage,
)
from aboveboard.delivery.terms import FailureReason, WebhookState
from aboveboard.vault import changing
from aboveboard.vault.references import references_for


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
    export_by=("delivery.Dispatch.person_id",),
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


def _export_letters(numbers: Numbers) -> Iterator[Mapping[str, Json]]:
    rows = PrintLetter.objects.filter(dispatch__person_id__in=numbers).order_by("id")
    for row in rows.select_related("parcel"):
        yield {
            "letter": f"{row.parcel_id}-{row.number}",
            "pages": row.pages,
            "country": row.country,
            "state": row.state,
            "on": row.on.isoformat() if row.on else None,
            "sealed_at": clock.to_text(row.parcel.made_at) if row.parcel.made_at else None,
        }


LETTERS = PersonalData(
    name="letters",
    tables=("delivery.PrintLetter",),
    files=("letters",),
    export_by=("delivery.PrintLetter",),
    export=_export_letters,
    erase=NotNeeded(
        "that a letter was sent is kept as of every notice; the file is sealed to the print house, "
        "nobody here opens it, and it is removed once the print house has it"
    ),
    merge=NotNeeded("a letter is of a notice, which keeps the number that it was queued for"),
    split=NotNeeded("a merge changes nothing here"),
    re_encrypt=NotNeeded("a row holds no value of the person, sealed or not"),
    in_use=NotNeeded("as of notices: the incident that is open is asked itself"),
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


def _move(row: Correspondence, to: int) -> None:
    """Let an instruction be about another number of the same person, sealed under its key."""
    of, sealed = row.person_id, row.sealed
    if sealed is not None:
        row.sealed = changing.move_former(bytes(sealed), of=of, to=to)
    row.delete()  # a number has one: another takes its place in this very transaction
    row.pk, row.person_id = None, to
    row.save(force_insert=True)


def _merge_correspondence(kept: int, merged: int) -> Json:
    """Let the newer instruction be the person's: whoever recorded it knew more. The other waits
    under the merged number for a split."""
    rows = {
        row.person_id: row for row in Correspondence.objects.filter(person_id__in=[kept, merged])
    }
    ours, theirs = rows.get(kept), rows.get(merged)
    if theirs is None or (ours is not None and ours.at > theirs.at):
        return None
    state: Json = {"moved": theirs.entry_id, "kept": ours.entry_id if ours else None}
    if ours is not None:
        held = bytes(ours.sealed) if ours.sealed is not None else None
        ours.delete()
        _move(theirs, kept)
        ours.pk, ours.person_id = None, merged
        ours.sealed = None if held is None else changing.move_former(held, of=kept, to=merged)
        ours.save(force_insert=True)
    else:
        _move(theirs, kept)
    return state


def _split_correspondence(kept: int, merged: int, state: Any) -> None:
    """Give each their own again. One that was replaced or ended since stays as it is with the
    number kept."""
    if not state:
        return
    waiting = Correspondence.objects.filter(person_id=merged).first()
    if waiting is not None:
        waiting.delete()
    moved = Correspondence.objects.filter(person_id=kept, entry_id=state["moved"]).first()
    if moved is not None:
        _move(moved, merged)
        if waiting is not None and waiting.entry_id == state["kept"]:
            if waiting.sealed is not None:
                waiting.sealed = changing.move_former(bytes(waiting.sealed), of=merged, to=kept)
            waiting.pk, waiting.person_id = None, kept
            waiting.save(force_insert=True)


CORRESPONDENCE = PersonalData(
    name="correspondence",
    tables=("delivery.Correspondence",),
    export_by=("delivery.Correspondence.person_id",),
    export=_export_correspondence,
    erase=_erase_correspondence,
    merge=_merge_correspondence,
    split=_split_correspondence,
    re_encrypt=_re_encrypt_correspondence,
    in_use=NotNeeded("it serves notices alone"),
)


def _export_limits(numbers: Numbers) -> Iterator[Mapping[str, Json]]:
    for row in ContactLimit.objects.filter(person_id__in=numbers).order_by("id"):
        yield {
            "person": row.person_id,
            "why": row.why,
            "channels": row.channels,
            "has_reason": row.sealed is not None,
            "at": clock.to_text(row.at),
            "entry": row.entry_id,
        }


def _erase_limits(numbers: Numbers) -> None:
    ContactLimit.objects.filter(person_id__in=numbers).delete()


def _re_encrypt_limits(person_id: int, old: Any, new: Any) -> None:
    for row in ContactLimit.objects.filter(person_id=person_id, sealed__isnull=False):
        row.sealed = changing.reseal_former(person_id, bytes(row.sealed or b""), old, new)
        row.save(update_fields=["sealed"])


def _move_limits(rows: Iterable[ContactLimit], to: int) -> list[int]:
    """Let rows be about another number of the same person, sealed under its key; return their
    entries."""
    entries = []
    for row in rows:
        if row.sealed is not None:
            row.sealed = changing.move_former(bytes(row.sealed), of=row.person_id, to=to)
        row.person_id = to
        row.save(update_fields=["person_id", "sealed"])
        entries.append(row.entry_id)
    return entries


def _merge_limits(kept: int, merged: int) -> Json:
    """Let all hold: whoever was at risk under either number is."""
    moved: list[Json] = []
    moved += _move_limits(ContactLimit.objects.filter(person_id=merged).order_by("id"), kept)
    return moved or None


def _split_limits(kept: int, merged: int, state: Any) -> None:
    """Give each their own again. One that ended since stays ended."""
    rows = ContactLimit.objects.filter(person_id=kept, entry_id__in=state or [])
    _move_limits(rows.order_by("id"), merged)


CONTACT_LIMITS = PersonalData(
    name="contact_limits",
    tables=("delivery.ContactLimit",),
    export_by=("delivery.ContactLimit.person_id",),
    export=_export_limits,
    erase=_erase_limits,
    merge=_merge_limits,
    split=_split_limits,
    re_encrypt=_re_encrypt_limits,
    in_use=NotNeeded("it serves notices alone"),
)


def _messages_about(numbers: Numbers) -> QuerySet[WebhookMessage]:
    """Return what is sent, or was, of one person: each endpoint knows them by another name."""
    recipients = WebhookEndpoint.objects.values_list("serial", flat=True)
    return WebhookMessage.objects.filter(person__in=references_for(recipients, numbers))


def _export_webhooks(numbers: Numbers) -> Iterator[Mapping[str, Json]]:
    for row in _messages_about(numbers).select_related("endpoint").order_by("id"):
        yield {
            "recipient": row.endpoint.name,
            "event": row.type,
            "at": clock.to_text(row.at),
            "entry": row.entry_id,
            "state": row.state,
        }


def _erase_webhooks(numbers: Numbers) -> None:
    """Send nothing more of them, and forget which messages were theirs. Their erasure is an event
    of its own, which comes after."""
    rows = _messages_about(numbers)
    waiting = rows.filter(state=WebhookState.QUEUED)
    waiting.update(state=WebhookState.SKIPPED, reason=FailureReason.ERASED, done_at=clock.now())
    for row in rows.order_by("id"):
        if row.authentic:
            row.person = ""
            row.save(update_fields=["person"])
        else:  # it says nothing, and cannot be given a MAC
            row.delete()


WEBHOOKS = PersonalData(
    name="webhook_messages",
    tables=("delivery.WebhookMessage",),
    export_by=("delivery.WebhookMessage",),
    export=_export_webhooks,
    erase=_erase_webhooks,
    merge=NotNeeded("what stands for a merged number leads to the record that it was merged into"),
    split=NotNeeded("a merge changes nothing here"),
    re_encrypt=NotNeeded("a row holds no value of the person, sealed or not"),
    in_use=NotNeeded("that another system is notified is no reason to keep their data"),
)
