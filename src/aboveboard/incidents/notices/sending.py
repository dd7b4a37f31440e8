"""What ``delivery`` calls to turn dispatches into messages: open the address
and name, render, forget.

Each opening is a use with its ledger entry, for the purpose ``tell-you-of-a-loss``; the customer
sees it among those who looked. Whoever cannot be written to is a row with the reason.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from aboveboard.access.actions import use_many
from aboveboard.access.use import UseRequest
from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM
from aboveboard.basics.errors import Conflict
from aboveboard.delivery import actions as delivery
from aboveboard.delivery import contact_limits, correspondence
from aboveboard.delivery.rendering import DispatchItem, RenderedNotice, SkippedNotice
from aboveboard.delivery.terms import Channel
from aboveboard.engines import listing
from aboveboard.engines.listing import ExposureRow
from aboveboard.incidents.case.freezing import is_frozen
from aboveboard.incidents.notices import letters, texting
from aboveboard.incidents.notices.losses import PreparingNotices, loss_details
from aboveboard.incidents.notices.models import NoticeBatch
from aboveboard.incidents.notices.queries import PURPOSE, step_of
from aboveboard.incidents.notices.recipients import recipients_file
from aboveboard.incidents.notices.rendering import TEXTS
from aboveboard.incidents.terms import BatchStep
from aboveboard.kinds.kind import FieldKind
from aboveboard.promise.model import Promise
from aboveboard.promise.queries import in_force
from aboveboard.vault import aliases


class BatchStopped(Conflict):
    """This batch of notices was stopped, so nothing of it is sent."""

    code = "batch_stopped"
    next_step = "To let it go on, somebody must resume it."


def render_notices(
    items: Sequence[DispatchItem],
) -> Iterator[tuple[int, RenderedNotice | SkippedNotice]]:
    """Yield a message, or the reason why there is none, for each dispatch of one batch.

    Raises:
        BatchStopped: the batch is not approved, or was stopped, or communications are frozen.
    """
    batch = NoticeBatch.objects.select_related("incident__device", "exposure__incident").get(
        delivery_batch=items[0].batch_id
    )
    stopped = step_of(batch) not in (BatchStep.APPROVED, BatchStep.RESUMED)
    if batch.authentic and (stopped or is_frozen(batch.incident)):
        # Somebody stopped it, and delivery does not know, or no longer: whoever writes the database
        # may have let it go on. They wait, and the rest of them in the queue.
        delivery.pause(items[0].batch_id, by=SYSTEM, at=clock.now())
        raise BatchStopped
    if reason := _withheld_reason(batch):
        yield from ((item.id, SkippedNotice(reason)) for item in items)
        return
    prepared = PreparingNotices(loss_details(batch))
    # Whoever is not in the count that was approved gets nothing, even if a row was queued for them.
    exposed = _window(recipients_file(batch)).people([item.person_id for item in items])
    by_person = {item.person_id: item for item in items if item.person_id in exposed}
    yield from (
        (item.id, SkippedNotice("not-exposed")) for item in items if item.person_id not in exposed
    )
    for person_id in _redirect_merged(batch, by_person, exposed):
        yield by_person.pop(person_id).id, SkippedNotice("merged")
    instructions = correspondence.instructions(list(by_person))
    for person_id, instruction in instructions.items():
        if not instruction.instead:
            # Decided before anything is opened: the address of somebody who died is not needed.
            yield by_person.pop(person_id).id, SkippedNotice(instruction.skipped_for)
    yield from _withhold_unsafe(by_person)
    by_phone = {
        number: by_person.pop(number)
        for number in list(by_person)
        if by_person[number].channel == Channel.SMS and number not in instructions
    }
    yield from texting.by_sms(batch, by_phone, exposed)
    by_post = {
        number: by_person.pop(number)
        for number in list(by_person)
        if by_person[number].channel == Channel.POST and number not in instructions
    }
    yield from letters.by_post(batch, by_post, exposed, prepared)
    yield from _by_email(batch, by_person, exposed, prepared, instructions)


def _withhold_unsafe(by_person: dict[int, DispatchItem]) -> Iterator[tuple[int, SkippedNotice]]:
    """Take out whoever is not to be written to by this channel: before anything is opened, as a
    message there could put them in danger."""
    for person_id, limits in contact_limits.limits_of(list(by_person)).items():
        if reason := limits.skipped_for(Channel(by_person[person_id].channel)):
            yield by_person.pop(person_id).id, SkippedNotice(reason)


def _by_email(
    batch: NoticeBatch,
    by_person: Mapping[int, DispatchItem],
    exposed: Mapping[int, ExposureRow],
    prepared: PreparingNotices,
    instructions: Mapping[int, correspondence.WritingInstruction],
) -> Iterator[tuple[int, RenderedNotice | SkippedNotice]]:
    address, name = _fields(in_force().promise)
    asked = UseRequest(
        SYSTEM,
        PURPOSE,
        tuple(field for field in (address, name) if field),
        "email",
        reference=batch.incident.reference,
    )
    for person_id, result in use_many(asked, by_person, at=clock.now()):
        item = by_person[person_id]
        if not result.allowed:
            yield item.id, SkippedNotice(result.reasons[0].code.value.replace("_", "-"))
            continue
        to, first_name = result.values.get(address), result.values.get(name) if name else None
        note = ""
        if person_id in instructions:
            to = instructions[person_id].open(at=clock.now())
            note = correspondence.WRITTEN_INSTEAD
        if to is None:
            yield item.id, SkippedNotice("no-address")
            continue
        notice = prepared(exposed[person_id], item.language)
        called = first_name.reveal() if first_name else ""
        text, html = notice.text_for(called), notice.html_for(called)
        yield item.id, RenderedNotice(to, notice.notice.subject, text, html, note=note)


# What was exposed stands in the file alone: a row of the queue is not believed to say it.
@lru_cache(maxsize=1)
def _window(exposure: Path) -> listing.ExposureWindow:
    return listing.ExposureWindow(exposure)


def _withheld_reason(batch: NoticeBatch) -> str:
    """Return why nothing of a batch is sent, or "" where it is."""
    if not batch.authentic:
        # Nobody approved it: this is not the row that the program wrote when somebody did.
        return "not-approved"
    # What was approved is not what would be sent: nothing leaves until someone reads it again.
    return "" if batch.texts == TEXTS.digest() else "texts-changed"


def _redirect_merged(
    batch: NoticeBatch, person_ids: Collection[int], exposed: dict[int, ExposureRow]
) -> list[int]:
    """Return those who were merged since they were queued and are told under another number; to
    that one, in ``exposed``, all comes that was exposed of them: one letter to one person."""
    others = []
    for person_id in _merged(person_ids):
        numbers = aliases.numbers_of(aliases.current_number(person_id))
        rows = listing.people(recipients_file(batch), numbers)
        if next(number for number in numbers if number in rows) != person_id:
            others.append(person_id)
        else:
            exposed[person_id] = _combine_exposures(list(rows.values()))
    return others


def _merged(person_ids: Collection[int]) -> list[int]:
    """Return those who are the same person as somebody else's number."""
    current = aliases.current_numbers(person_ids)
    several = aliases.people_with_aliases(person_ids)
    return [
        person_id
        for person_id in person_ids
        if current[person_id] != person_id or person_id in several
    ]


def _combine_exposures(rows: Sequence[ExposureRow]) -> ExposureRow:
    """Return what was exposed of one person who was several records."""
    categories = readable = 0
    for row in rows:
        categories |= row.categories
        # What was readable in either record was readable: the worse reading.
        readable |= row.categories & ~row.protected
    return replace(rows[0], categories=categories, protected=categories & ~readable)


def _fields(promise: Promise) -> tuple[str, str]:
    """Return the names of the fields that hold the e-mail address and the first name; ""
    for a name nobody keeps."""
    wanted = promise.purposes[PURPOSE].fields
    address = next(key for key in wanted if promise.fields[key].kind is FieldKind.EMAIL)
    name = next((key for key in wanted if promise.fields[key].category == "user.name.first"), "")
    return address, name
