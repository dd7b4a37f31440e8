"""How far a batch is, who is in each state and why, what a person was sent, and
what the catcher caught."""

from __future__ import annotations

import email.policy
import hashlib
import heapq
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any, Final

from django.db.models import Count, Exists, Min, OuterRef, QuerySet

from aboveboard.basics import limits
from aboveboard.basics.actor import Actor, ActorKind
from aboveboard.basics.errors import NotFound
from aboveboard.delivery import tallies, waits
from aboveboard.delivery.models import Batch, ChannelWait, Dispatch
from aboveboard.delivery.terms import Channel, DispatchState

_ASKED_AT_ONCE: Final = 5_000
"""People who are asked for in one statement. Our choice: SQLite takes 32,766 values."""


@dataclass(frozen=True, slots=True)
class DispatchTally:
    """How many dispatches are in a state for a reason. :func:`dispatches` lists them."""

    state: DispatchState
    reason: str
    count: int


@dataclass(frozen=True, slots=True)
class ChannelProgress:
    """How far a batch is on one channel. ``trouble`` is a code such as ``mail-server-unreachable``
    while the channel takes nothing, with the moment at which it is asked again, or empty;
    ``is_paused``: somebody stopped the channel."""

    channel: Channel
    counts: Mapping[DispatchState, int]
    trouble: str
    retry_at: datetime | None
    is_paused: bool

    @property
    def total(self) -> int:
        """How many dispatches there are."""
        return sum(self.counts.values())

    def count(self, state: DispatchState) -> int:
        """Return how many dispatches are in a state."""
        return self.counts.get(state, 0)

    @property
    def waiting(self) -> int:
        """How many are queued or being sent."""
        return self.count(DispatchState.QUEUED) + self.count(DispatchState.SENDING)


@dataclass(frozen=True, slots=True)
class BatchProgress:
    """How far a batch is. ``tallies`` add up to ``total``, and so do ``channels``; what is queued
    with a reason waits for another try."""

    batch_id: int
    kind: str
    created_at: datetime
    paused_at: datetime | None
    paused_by: Actor | None
    channels: tuple[ChannelProgress, ...]
    tallies: tuple[DispatchTally, ...]
    next_try_at: datetime | None

    def count(self, state: DispatchState) -> int:
        """Return how many dispatches are in a state, whatever the reason."""
        return sum(tally.count for tally in self.tallies if tally.state is state)

    @property
    def total(self) -> int:
        """How many dispatches there are."""
        return sum(tally.count for tally in self.tallies)

    @property
    def trouble(self) -> str:
        """Why a channel takes nothing, of the first on which somebody waits for it; or ""."""
        return next((each.trouble for each in self.channels if each.waiting and each.trouble), "")

    @property
    def is_over(self) -> bool:
        """Whether nothing is queued or being sent."""
        return not self.count(DispatchState.QUEUED) and not self.count(DispatchState.SENDING)


@dataclass(frozen=True, slots=True)
class DispatchRow:
    """A dispatch as a list shows it; who the person is, only ``access`` can say. ``receipt``: what
    became of it after it left, or ""; ``follows``: the dispatch in whose place it is."""

    id: int
    batch_id: int
    person_id: int
    template: str
    channel: str
    language: str
    state: DispatchState
    reason: str
    attempts: int
    due_at: datetime
    sent_at: datetime | None
    smtp_code: int
    receipt: str
    follows: int | None


def progress(batch_id: int) -> BatchProgress:
    """Return how far a batch is.

    Raises:
        NotFound: there is no such batch.
    """
    batch = Batch.objects.filter(id=batch_id).first()
    if batch is None:
        raise NotFound(what="batch")
    mine = Dispatch.objects.filter(batch_id=batch_id)
    counts = _split_in_hand(tallies.counts(batch_id), mine)
    lines: Counter[tuple[DispatchState, str]] = Counter()
    for (_, state, reason), count in counts.items():
        lines[state, reason] += count
    return BatchProgress(
        batch_id=batch.id,
        kind=batch.kind,
        created_at=batch.created_at,
        paused_at=batch.paused_at,
        paused_by=_actor(batch.paused_by),
        channels=tuple(_channels(counts)),
        tallies=tuple(
            DispatchTally(state, reason, count)
            for (state, reason), count in sorted(lines.items())
            if count
        ),
        next_try_at=mine.filter(state=DispatchState.QUEUED).aggregate(next=Min("due_at"))["next"],
    )


def _channels(counts: Mapping[tuple[str, DispatchState, str], int]) -> Iterator[ChannelProgress]:
    each: dict[str, Counter[DispatchState]] = {}
    for (channel, state, _), count in counts.items():
        if count:
            each.setdefault(channel, Counter())[state] += count
    fares = {row.channel: row for row in ChannelWait.objects.filter(channel__in=each)}
    for channel in (known for known in Channel if known in each):
        row = fares.get(channel)
        yield ChannelProgress(
            channel,
            each[channel],
            row.trouble if row else "",
            row.retry_at if row else None,
            waits.is_paused(channel),
        )


def _split_in_hand(
    counts: dict[tuple[str, DispatchState, str], int], rows: QuerySet[Dispatch]
) -> dict[tuple[str, DispatchState, str], int]:
    """Return the counts with what workers have in hand apart from what is queued."""
    in_hand = rows.filter(state=DispatchState.SENDING).order_by().values_list("channel", "reason")
    for channel, reason, count in in_hand.annotate(count=Count("id")):
        queued = counts.get((channel, DispatchState.QUEUED, reason), 0)
        # Queued and taken since the counts were read: the total stays what they say.
        taken = min(count, queued)
        counts[channel, DispatchState.QUEUED, reason] = queued - taken
        counts[channel, DispatchState.SENDING, reason] = taken
    return counts


@dataclass(frozen=True, slots=True)
class DispatchFilter:
    """Which dispatches of a batch: None lets all pass. ``sent_from`` and ``sent_before``: the
    moment from which on, and before which, they were sent."""

    state: DispatchState | None = None
    reason: str | None = None
    channel: Channel | None = None
    person_id: int | None = None
    sent_from: datetime | None = None
    sent_before: datetime | None = None


def dispatches(
    batch_id: int,
    which: DispatchFilter | None = None,
    *,
    falling: bool = False,
    after: int = 0,
    limit: int = limits.PAGE_SIZE,
) -> list[DispatchRow]:
    """Return a page of a batch's dispatches by id, after the id ``after``; ``falling``: the
    greatest first, ``after`` 0 is their beginning too."""
    rows = _matching(batch_id, which)
    if after:
        rows = rows.filter(id__lt=after) if falling else rows.filter(id__gt=after)
    return [_row(row) for row in rows.order_by("-id" if falling else "id")[:limit]]


def count_dispatches(
    batch_id: int, which: DispatchFilter | None = None, *, most: int | None = None
) -> int:
    """Return how many dispatches of a batch there are; ``most``: enough to know, as there may be
    millions."""
    return _matching(batch_id, which).order_by()[:most].count()


def _matching(batch_id: int, which: DispatchFilter | None) -> QuerySet[Dispatch]:
    which = which or DispatchFilter()
    wanted = {
        "state": which.state,
        "reason": which.reason,
        "channel": which.channel,
        "person_id": which.person_id,
        "sent_at__gte": which.sent_from,
        "sent_at__lt": which.sent_before,
    }
    given = {name: value for name, value in wanted.items() if value is not None}
    return Dispatch.objects.filter(batch_id=batch_id, **given)


def states_of(
    batch_ids: Collection[int], person_ids: Collection[int]
) -> Iterator[tuple[int, DispatchState]]:
    """Yield where each notice of these people stands in these batches, by the number that it has of
    them."""
    rows = Dispatch.objects.filter(batch_id__in=batch_ids)
    waiting = iter(person_ids)
    while people := list(islice(waiting, _ASKED_AT_ONCE)):
        for person_id, state in rows.filter(person_id__in=people).values_list("person_id", "state"):
            yield person_id, DispatchState(state)


def count_states(batch_ids: Collection[int]) -> dict[DispatchState, int]:
    """Return how many dispatches of these batches are in each state; those in a worker's hand are
    queued."""
    counts: dict[DispatchState, int] = {}
    for batch_id in batch_ids:
        for (_, state, _), count in tallies.counts(batch_id).items():
            counts[state] = counts.get(state, 0) + count
    return counts


def people_in(batch_ids: Collection[int], *, sent: bool) -> list[int]:
    """Return the numbers of those whose notice in these batches was sent, or of the others."""
    rows = Dispatch.objects.filter(batch_id__in=batch_ids)
    # By what it is and not by what it is not: the index has the states in order.
    others = [state for state in DispatchState if state is not DispatchState.SENT]
    rows = rows.filter(state__in=[DispatchState.SENT] if sent else others)
    return list(rows.values_list("person_id", flat=True))


def for_person(numbers: Sequence[int], *, limit: int = limits.PAGE_SIZE) -> list[DispatchRow]:
    """Return what was or will be sent to a person, newest first. ``numbers``: every number of
    theirs, since a dispatch keeps the one that they had."""
    rows = Dispatch.objects.filter(person_id__in=numbers).order_by("-id")
    return [_row(row) for row in rows[:limit]]


@dataclass(frozen=True, slots=True)
class CaughtMessage:
    """A message in the demonstration's mailbox. ``text`` and ``html`` are empty in a list."""

    name: str
    at: datetime
    sender: str
    to: str
    subject: str
    text: str = ""
    html: str = ""

    def __repr__(self) -> str:
        return f"Caught({self.name})"


def mailbox_of(address: str) -> str:
    """Return how the catcher marks the file names of one recipient's messages."""
    return hashlib.sha256(address.lower().encode("utf-8", "replace")).hexdigest()[:16]


def caught_messages(
    folder: Path, *, to: str = "", before: str = "", limit: int = limits.PAGE_SIZE
) -> list[CaughtMessage]:
    """Return a page of the messages that the catcher put in ``folder``, newest first, older
    than the name ``before``."""
    # By a digest in the name: whose messages these are is found without opening any.
    pattern = f"*-{mailbox_of(to)}.eml" if to else "*.eml"
    names = (path.name for path in folder.glob(pattern) if not before or path.name < before)
    return [_read_message(folder / name, with_body=False) for name in heapq.nlargest(limit, names)]


def read_caught(folder: Path, name: str) -> CaughtMessage:
    """Return one message in ``folder`` with its text.

    Raises:
        NotFound: there is no message of that name.
    """
    # Only names that the catcher makes: what comes from an address of ours could climb out of the
    # folder.
    if not re.fullmatch(r"[0-9]{20}-[0-9a-f]{16}\.eml", name) or not (folder / name).is_file():
        raise NotFound(what="message")
    return _read_message(folder / name, with_body=True)


def _read_message(path: Path, *, with_body: bool) -> CaughtMessage:
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    text = message.get_body(("plain",)) if with_body else None
    html = message.get_body(("html",)) if with_body else None
    return CaughtMessage(
        name=path.name,
        at=datetime.fromtimestamp(int(path.name[:20]) / 1e9, UTC),
        sender=str(message["From"] or ""),
        to=str(message["To"] or ""),
        subject=str(message["Subject"] or ""),
        text=text.get_content() if text else "",
        html=html.get_content() if html else "",
    )


def _row(row: Dispatch) -> DispatchRow:
    return DispatchRow(
        id=row.id,
        batch_id=row.batch_id,
        person_id=row.person_id,
        template=row.template,
        channel=row.channel,
        language=row.language,
        state=DispatchState(row.state),
        reason=row.reason,
        attempts=row.attempts,
        due_at=row.due_at,
        sent_at=row.sent_at,
        smtp_code=row.smtp_code,
        receipt=row.receipt,
        follows=row.follows_id,
    )


def _actor(stored: dict[str, Any] | None) -> Actor | None:
    return (
        Actor(ActorKind(stored["kind"]), stored["id"], stored["role"], stored["team"])
        if stored
        else None
    )


def unsent_batches() -> list[int]:
    """Return the batches in which somebody still waits for their notice."""
    # The first row that waits says it, and an index finds that one: no row is counted.
    mine = Dispatch.objects.filter(batch_id=OuterRef("id"))
    queued = Exists(mine.filter(state=DispatchState.QUEUED))
    in_hand = Exists(mine.filter(state=DispatchState.SENDING))
    batches = Batch.objects.filter(paused_at=None).filter(queued | in_hand)
    return list(batches.order_by("id").values_list("id", flat=True))


def sent_span(batch_id: int) -> tuple[datetime | None, datetime | None]:
    """Return when the first and the last notice of a batch were sent; None while none was."""
    return tallies.sent_span(batch_id)
