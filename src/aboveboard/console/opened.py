"""Values of people whom a page names by their number, opened as a use under a purpose of the
promise: decided, written down, and seen by the person as any look-up is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from aboveboard.access.actions import use_many
from aboveboard.access.use import UseRequest
from aboveboard.basics import clock
from aboveboard.basics.actor import Actor
from aboveboard.console.people import FieldDetail, field_reason
from aboveboard.kinds.kind import FieldKind
from aboveboard.kinds.values import display
from aboveboard.promise.model import Promise, Purpose


@dataclass(frozen=True, slots=True)
class OpenedPerson:
    """What was opened of one person, or why nothing was; ``entry_id``: the record of it."""

    person_id: int
    entry_id: int
    details: tuple[FieldDetail, ...]
    reasons: tuple[str, ...]


def open_people(
    promise: Promise,
    purpose: Purpose,
    fields: Sequence[str],
    channel: str,
    person_ids: Sequence[int],
    *,
    reference: str,
    by: Actor,
) -> Iterator[OpenedPerson]:
    """Use these fields of each person; yield what came of it, in their order.

    Raises:
        NoPromise, Unavailable: as :func:`aboveboard.access.actions.use_many`.
    """
    asked = UseRequest(by, purpose.key, tuple(fields), channel, reference=reference)
    for person_id, result in use_many(asked, person_ids, at=clock.now()):
        details = tuple(
            FieldDetail(
                promise.fields[name].label,
                display(promise.fields[name].kind_and_format, value.reveal())
                if value
                else "Not held",
                "",
            )
            for name, value in result.values.items()
        )
        reasons = tuple(field_reason(promise, reason) for reason in result.reasons)
        yield OpenedPerson(person_id, result.entry_id, details, reasons)


def readable_fields(promise: Promise, purpose: Purpose) -> list[str]:
    """Return the fields of a purpose that are shown as text: a document is fetched, not shown."""
    return [key for key in purpose.fields if promise.fields[key].kind is not FieldKind.DOCUMENT]


def office_channel(purpose: Purpose) -> str:
    """Return the channel of somebody who works through a list, and whom nobody has called."""
    return "office" if "office" in purpose.channels else purpose.channels[0]
