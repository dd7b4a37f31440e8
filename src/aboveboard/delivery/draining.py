"""Sending what is due: claim, render, hand to what carries it, record, again.

Each channel by itself: what one waits for, another does not.

1. Claim up to ``limits.DELIVERY_CHUNK`` dispatches of a batch on one channel. The claim is durable.
2. Once the channel takes messages of ours: render them, in memory, through the renderer of
   the room that queued them.
   To render is a use of people's data, which they see; a server that is away must not add one to
   their list at each try.
3. Hand them to what carries the channel (:mod:`.channels`), such as the mail server.
4. Record what it said, in groups, soon: what is recorded is never sent again.
5. Between groups: hold on to the rest of the claim; give it back if the batch or the channel was
   paused.

A crash between 3 and 4 leaves claimed rows; when their lease runs out they are claimed and sent
again, with the same Message-ID. That window is ``limits.DELIVERY_GROUP`` messages, or
``DELIVERY_GROUP_WAIT``.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic
from typing import Final

from aboveboard.basics import settings
from aboveboard.basics.errors import AboveboardError
from aboveboard.delivery import claims, limits, rendering, waits
from aboveboard.delivery.channels import (
    ChannelCarrier,
    DeliveryOutcome,
    DeliveryVerdict,
    NoChannel,
)
from aboveboard.delivery.claims import DispatchClaim, DispatchResult
from aboveboard.delivery.post.carrier import post_carrier
from aboveboard.delivery.providers.carrier import ProviderCarrier
from aboveboard.delivery.rendering import DispatchItem
from aboveboard.delivery.sms.carrier import SmsCarrier
from aboveboard.delivery.smtp.carrier import SmtpCarrier
from aboveboard.delivery.terms import Channel, DispatchState
from aboveboard.kinds.kind import KindMismatch
from aboveboard.outbox import reference
from aboveboard.outbox.actions import retry_delay

log = logging.getLogger(__name__)


def _email_carrier() -> ChannelCarrier:
    return ProviderCarrier() if settings.current().mail.provider else SmtpCarrier()


CARRIERS: Final[Mapping[Channel, Callable[[], ChannelCarrier | None]]] = {
    Channel.EMAIL: _email_carrier,
    Channel.SMS: SmsCarrier.of_settings,
    Channel.POST: post_carrier,
}
"""What carries each channel, made by the settings of now; None where they name nothing that does. A
dispatch that nothing carries is skipped, as ``channel-not-available``."""


def is_carried(channel: Channel) -> bool:
    """Whether the settings name what carries a channel."""
    make = CARRIERS.get(channel)
    carrier = make() if make else None
    with carrier or nullcontext():
        return carrier is not None


_ROUND = 0.1  # seconds that one look at the connections lasts at most


@dataclass(slots=True)
class DrainTotals:
    """What one call did, in dispatches recorded. ``halted`` is a code for why a channel takes
    nothing, or empty; ``held``: a channel has sent what its rate allows for now."""

    sent: int = 0
    failed: int = 0
    skipped: int = 0
    put_off: int = 0
    halted: str = ""
    held: bool = False


@dataclass(slots=True)
class DrainRun:
    """One call of ``actions.drain``."""

    worker: str
    at: datetime
    limit: int | None
    stop: Callable[[], bool]
    done: DrainTotals = field(default_factory=DrainTotals)
    began: float = field(default_factory=monotonic)
    had_trouble: bool = False

    def run(self, channels: Sequence[Channel]) -> DrainTotals:
        """Send on each of these channels until nothing is due on it, the limit is reached, it takes
        nothing or ``stop()`` says so."""
        for channel in channels:
            if not waits.is_paused(channel):
                self._run_channel(channel)
        return self.done

    def _run_channel(self, channel: Channel) -> None:
        halted, self.done.halted = self.done.halted, ""
        self.had_trouble = waits.has_trouble(channel)
        make = CARRIERS.get(channel)
        carrier = make() if make else None
        rate = carrier.rate if carrier else 0
        with carrier or nullcontext():
            while not self.stop() and self.limit != 0 and not self.done.halted:
                claim = claims.claim_batch(
                    self.worker,
                    channel,
                    self.now(),
                    min(limits.DELIVERY_CHUNK, self.limit or limits.DELIVERY_CHUNK),
                    rate,
                )
                if claim is None:
                    self.done.held |= bool(rate) and not waits.free(channel, rate, self.now())
                    break
                if self.limit is not None:
                    self.limit -= len(claim.items)
                if carrier is None:
                    self._skip(claim)
                else:
                    ClaimInHand(self, claim, carrier).send()
        self.done.halted = halted or self.done.halted

    def _skip(self, claim: DispatchClaim) -> None:
        reason = "channel-not-available"
        results = [DispatchResult(id_, DispatchState.SKIPPED, reason) for id_ in claim.items]
        self.count(claim, claims.record(claim, results, self.now()))

    def now(self) -> datetime:
        """Return the moment: ``at`` and what has passed since."""
        # Not the wall clock: it may be set back while this runs, and leases are counted by it.
        return self.at + timedelta(seconds=monotonic() - self.began)

    def count(self, claim: DispatchClaim, written: list[DispatchResult]) -> None:
        """Add what was recorded to the tally."""
        # A channel that works again says so with its first success, not with the next failure.
        if self.had_trouble and any(result.state == DispatchState.SENT for result in written):
            self.had_trouble = False
            waits.clear_trouble(claim.channel)
        for result in written:
            if result.state == DispatchState.SENT:
                self.done.sent += 1
            elif result.state == DispatchState.FAILED:
                self.done.failed += 1
            elif result.state == DispatchState.SKIPPED:
                self.done.skipped += 1
            else:
                self.done.put_off += 1


class ClaimInHand:
    """One claim on its way: what is known and not yet recorded, and what is still open."""

    def __init__(
        self,
        drain: DrainRun,
        claim: DispatchClaim,
        carrier: ChannelCarrier,
    ) -> None:
        self._drain = drain
        self._claim = claim
        self._carrier = carrier
        self._open = set(claim.items)
        self._known: list[DispatchResult] = []
        self._notes: dict[int, str] = {}
        self._known_since = self._held_since = monotonic()

    def send(self) -> None:
        """Render, send and record the claim; give back what was not tried."""
        items = self._to_render()
        if items and self._reach(items):
            self._add_messages(items)
        self._hold()
        while self._carrier.busy:
            self._pump()
            if self._group_is_full() or not self._carrier.busy:
                self._record()
                # Asked only once a group is recorded: what was taken must be written down first.
                if self._drain.stop() or claims.is_stopped(self._claim):
                    self._give_back()
            self._hold()
        self._record()

    def _pump(self) -> None:
        try:
            self._add_outcomes(self._carrier.pump(_ROUND))
        except NoChannel as error:
            self._add_outcomes(error.outcomes)
            self._halt(error)

    def _reach(self, items: Sequence[DispatchItem]) -> bool:
        """Reach the channel before anything is opened for it; give back what is for one that is
        away."""
        try:
            self._carrier.reach()
        except NoChannel as error:
            ids = {item.id for item in items}
            claims.give_back(self._claim, ids)
            self._open -= ids
            self._halt(error)
            return False
        return True

    def _add_messages(self, items: Sequence[DispatchItem]) -> None:
        """Step 2: a message for each item that has one; a result for each that has none."""
        at = self._drain.now()
        for id_, rendered in self._rendered(items):
            if isinstance(rendered, rendering.SkippedNotice):
                self._add_result(DispatchResult(id_, DispatchState.SKIPPED, rendered.reason))
                continue
            if rendered.note:
                self._notes[id_] = rendered.note
            item = self._claim.items[id_]
            try:
                self._carrier.add(item, rendered, mail_domain=self._claim.batch.mail_domain, at=at)
            except KindMismatch:
                self._add_result(DispatchResult(id_, DispatchState.FAILED, "address-refused"))

    def _to_render(self) -> list[DispatchItem]:
        """Return what is to be rendered; of the rest it is known what becomes of it."""
        items = []
        for id_, item in self._claim.items.items():
            # Counted when it was claimed, so a message that kills its worker is given up too.
            if self._claim.attempts[id_] > limits.DELIVERY_ATTEMPTS:
                self._add_result(DispatchResult(id_, DispatchState.FAILED, "worker-died"))
            else:
                items.append(item)
        return items

    def _rendered(
        self, items: Sequence[DispatchItem]
    ) -> list[tuple[int, rendering.RenderedNotice | rendering.SkippedNotice]]:
        unrendered = {item.id for item in items}
        pairs = []
        try:
            for id_, rendered in rendering.renderer_for(self._claim.batch.kind)(items):
                if isinstance(rendered, rendering.SkippedNotice):
                    reference.check({"reason": rendered.reason})
                # Of two messages for one dispatch the first counts: nobody is written to twice.
                if id_ in unrendered:
                    unrendered.discard(id_)
                    pairs.append((id_, rendered))
        # The chunk waits as a whole: a renderer that failed half way says nothing reliable of the
        # rest. Its words may hold what the record held, so the code alone is logged.
        except Exception as error:
            code = error.code if isinstance(error, AboveboardError) else type(error).__name__
            log.error("batch %s: rendering failed: %s", self._claim.batch.id, code)
            for item in items:
                self._add_result(self._retry_result(item.id, "render-failed", 0))
            return []
        # A renderer that forgets somebody must not leave them as being sent.
        for id_ in unrendered:
            self._add_result(DispatchResult(id_, DispatchState.FAILED, "not-rendered"))
        return pairs

    def _add_outcomes(self, outcomes: list[DeliveryOutcome]) -> None:
        for outcome in outcomes:
            key, code, reason = outcome.key, outcome.code, outcome.reason
            if outcome.verdict is DeliveryVerdict.TAKEN:
                note = self._notes.get(key, "")
                self._add_result(DispatchResult(key, DispatchState.SENT, note, code))
            elif outcome.verdict is DeliveryVerdict.PUT_OFF:
                self._add_result(self._retry_result(key, reason, code))
            else:
                self._add_result(DispatchResult(key, DispatchState.FAILED, reason, code))

    def _retry_result(self, id_: int, reason: str, code: int) -> DispatchResult:
        tries = self._claim.attempts[id_]
        if tries >= limits.DELIVERY_ATTEMPTS:
            return DispatchResult(id_, DispatchState.FAILED, reason, code)
        wait = retry_delay(
            tries, first=limits.DELIVERY_FIRST_WAIT, longest=limits.DELIVERY_LONGEST_WAIT
        )
        return DispatchResult(id_, DispatchState.QUEUED, reason, code, self._drain.now() + wait)

    def _add_result(self, result: DispatchResult) -> None:
        if not self._known:
            self._known_since = monotonic()
        self._known.append(result)

    def _group_is_full(self) -> bool:
        if not self._known:
            return False
        waited = monotonic() - self._known_since
        return (
            len(self._known) >= limits.DELIVERY_GROUP
            or waited >= limits.DELIVERY_GROUP_WAIT.total_seconds()
        )

    def _record(self) -> None:
        """Step 4."""
        if self._known:
            written = claims.record(self._claim, self._known, self._drain.now())
            self._drain.count(self._claim, written)
            self._open.difference_update(result.id for result in self._known)
            self._known = []

    def _hold(self) -> None:
        """Step 5: renew the claim, and let go of what another worker has taken
        while this one slept."""
        if monotonic() - self._held_since < limits.DELIVERY_LEASE.total_seconds() / 3:
            return
        # A third of the lease, so that two renewals may fail before anybody takes the claim over.
        lost = self._open - claims.renew(self._claim, self._open, self._drain.now())
        self._carrier.take_back(lost)
        # What is in the middle of its dialogue goes on: it cannot be taken back, and its outcome is
        # not recorded, because the claim is gone.
        self._open -= lost
        self._held_since = monotonic()

    def _give_back(self) -> None:
        if back := self._carrier.take_back():
            # Only what no connection has begun: of the rest the mail server has heard already.
            claims.give_back(self._claim, back)
            self._open -= back

    def _halt(self, error: NoChannel) -> None:
        channel = self._claim.channel
        retry_at = waits.record_trouble(channel, error.reason, self._drain.now(), error.retry_after)
        log.warning(
            "channel %s: %s (%s); its messages wait until %s",
            channel.value,
            error.reason,
            error.reply_code,
            retry_at,
        )
        self._drain.had_trouble = True
        self._drain.done.halted = error.reason
        self._give_back()
