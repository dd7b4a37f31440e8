"""What every channel by which notices leave keeps to, whoever carries them.

1. ``reach`` is asked before anybody's address is opened: to render is a use of people's data, and
   a provider that is away must not add one at each try.
2. ``add`` makes of a rendered notice what the channel carries, under a reference that is the same
   at each try, so that a second try can be told from a second notice.
3. ``pump`` goes on while ``busy``. Each message added ends in exactly one outcome or in
   ``take_back``.
4. An outcome of a message that is not taken has a code for why. ``put_off`` is tried again, later
   and later; ``refused`` is for good.
5. A provider that takes nothing at all from us is :class:`NoChannel`: no message is to blame, so
   none of its tries is used up. The channel waits, and no other with it.
6. ``rate`` is how many messages may leave in a second, whoever sends them; 0: any number.

``tests/delivery/test_channels.py`` asks all of it of every channel in ``draining.CARRIERS``.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from aboveboard.basics.errors import Unavailable
from aboveboard.delivery.rendering import DispatchItem, RenderedNotice


class DeliveryVerdict(StrEnum):
    """What became of a message: taken; refused for good; put off until later."""

    TAKEN = "taken"
    REFUSED = "refused"
    PUT_OFF = "put-off"


@dataclass(frozen=True, slots=True)
class DeliveryOutcome:
    """What whoever carries a message said about it. ``key`` names the message to the caller;
    ``code`` is the reply's number, 0 if there was none; ``reason`` is a code for why it was not
    taken, "" if it was."""

    key: int
    verdict: DeliveryVerdict
    code: int
    reason: str = ""


class NoChannel(Unavailable):
    """The channel cannot be used: {reason}."""

    code = "no_channel"
    next_step = "Check its settings; messages wait until it can be used."

    def __init__(
        self, *, reason: str, code: int = 0, retry_after: timedelta = timedelta(0)
    ) -> None:
        super().__init__(reason=reason, code=code)
        self.reason = reason
        self.reply_code = code
        self.retry_after = retry_after
        """The wait that the provider asks for."""
        self.outcomes: list[DeliveryOutcome] = []
        """What became known before it could not be used any more."""


class ChannelCarrier(Protocol):
    """One channel, for as long as one worker sends. Use as a context manager."""

    rate: int

    def __enter__(self) -> ChannelCarrier:
        """Begin."""

    def __exit__(self, *_: object) -> None:
        """Let go of every connection."""

    @property
    def busy(self) -> bool:
        """Whether a message waits or is under way."""

    def reach(self) -> None:
        """See that messages of ours are taken, before any is made.

        Raises:
            NoChannel: they are not.
        """

    def add(
        self, item: DispatchItem, notice: RenderedNotice, *, mail_domain: str, at: datetime
    ) -> None:
        """Make of a notice what is carried, and let it wait; the dispatch is its key.
        ``mail_domain`` is the batch's.

        Raises:
            KindMismatch: nothing can be sent to the address.
        """

    def take_back(self, keys: Collection[int] | None = None) -> set[int]:
        """Forget the messages that were not begun, all or those with these keys; return their
        keys."""

    def pump(self, wait: float) -> list[DeliveryOutcome]:
        """Go on for one round, at most ``wait`` seconds; return what became known.

        Raises:
            NoChannel: nothing of ours is taken. Nothing is under way any more; ``take_back``
                returns every message without an outcome, and the outcomes known until then are in
                ``outcomes`` of the error.
        """
