"""A channel whose messages are HTTP calls: some at a time, each in a thread of its own, and each
with one outcome. What a call is, and what its answer means, is the channel's."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection
from concurrent import futures
from typing import Generic, Protocol, Self, TypeVar

from aboveboard.delivery.channels import DeliveryOutcome, DeliveryVerdict, NoChannel


class CallLost(Exception):
    """It is not known what became of a call."""


class Keyed(Protocol):
    """A message that waits."""

    @property
    def key(self) -> int:
        """Names it to the caller."""


M = TypeVar("M", bound=Keyed)


class CallingCarrier(Generic[M]):
    """Carries messages by calls. A subclass says how it is reached, and delivers one."""

    def __init__(self, connections: int, rate: int) -> None:
        self.rate = rate
        self._connections = connections
        self._waiting: deque[M] = deque()
        self._running: dict[futures.Future[DeliveryOutcome], M] = {}
        self._pool = futures.ThreadPoolExecutor(connections, thread_name_prefix="carrier")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)
        self.close()

    def close(self) -> None:
        """Let go of every connection."""

    def reach(self) -> None:
        """See that messages of ours are taken.

        Raises:
            NoChannel: they are not.
        """
        raise NotImplementedError

    def deliver(self, message: M) -> DeliveryOutcome:
        """Deliver one message, in a thread.

        Raises:
            NoChannel: nothing of ours is taken, and this was not.
            CallLost: it is not known whether it was taken.
        """
        raise NotImplementedError

    @property
    def busy(self) -> bool:
        """Whether a message waits or is under way."""
        return bool(self._waiting or self._running)

    def take_back(self, keys: Collection[int] | None = None) -> set[int]:
        """Forget the messages that were not begun; return their keys."""
        back = {each.key for each in self._waiting if keys is None or each.key in keys}
        self._waiting = deque(each for each in self._waiting if each.key not in back)
        return back

    def pump(self, wait: float) -> list[DeliveryOutcome]:
        """Go on for one round; return what became known.

        Raises:
            NoChannel: nothing of ours is taken.
        """
        while self._waiting and len(self._running) < self._connections:
            message = self._waiting.popleft()
            self._running[self._pool.submit(self.deliver, message)] = message
        done, _ = futures.wait(self._running, wait, futures.FIRST_COMPLETED)
        outcomes: list[DeliveryOutcome] = []
        problem = self._read(done, outcomes)
        if problem is not None:
            # Nothing more is begun, and of what is under way it is known what became of it.
            futures.wait(self._running)
            self._read(set(self._running), outcomes)
            problem.outcomes = outcomes
            raise problem
        return outcomes

    def _read(
        self,
        done: Collection[futures.Future[DeliveryOutcome]],
        outcomes: list[DeliveryOutcome],
    ) -> NoChannel | None:
        problem: NoChannel | None = None
        for future in done:
            message = self._running.pop(future)
            try:
                outcomes.append(future.result())
            except NoChannel as error:
                # It said that it did not take it, and that it takes none: the message waits.
                self._waiting.appendleft(message)
                problem = problem or error
            except CallLost:
                if (gone := self._ask_again()) is not None:
                    self._waiting.appendleft(message)
                    problem = problem or gone
                    continue
                lost = DeliveryOutcome(message.key, DeliveryVerdict.PUT_OFF, 0, "connection-lost")
                outcomes.append(lost)
        return problem

    def _ask_again(self) -> NoChannel | None:
        """Return why nothing is taken, if it is so: a call that was lost does not say whether the
        provider is away or dropped this one message."""
        try:
            self.reach()
        except NoChannel as error:
            return error
        return None
