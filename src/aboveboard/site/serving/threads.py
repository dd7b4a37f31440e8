"""The threads that Django runs on, and how a request gets to one.

A coroutine that begins on the event loop and goes over to a thread for its work costs two turns of
the loop, which is a tenth of the time of a use. So the loop hands each new request to a thread at
once; the coroutine runs there until it must wait for something, and then goes on in the loop. A
request whose body came with its head, as nearly all do, is answered without the loop.

Everything works without this shortcut too, and it is only taken where the loop can be asked for it.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable, Generator
from inspect import iscoroutine
from typing import Any, TypeVar

from aboveboard.site.serving import limits
from aboveboard.site.serving.turns import NOBODY, FairQueue, turn_key

T = TypeVar("T")
log = logging.getLogger("aboveboard.serving")


class _Woken:
    """Called back once a body has come, from whatever thread: lets one waiting thread go on."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lock.acquire()

    def __call__(self, *_: object) -> None:
        self._lock.release()

    def wait(self, seconds: float) -> None:
        self._lock.acquire(timeout=seconds)


class _ToTheLoop:
    """Awaited on a thread, hands the coroutine over to the loop; awaited there, does nothing."""

    def __await__(self) -> Generator[None]:
        yield


class RequestThreads:
    """A fixed number of threads, each with its own connection to the database. Requests get to one
    in turn by who sent them (``turns``)."""

    def __init__(self, count: int) -> None:
        self._turns: FairQueue[tuple[Callable[..., object], tuple[Any, ...]]] = FairQueue()
        self._local = threading.local()
        for number in range(count):
            threading.Thread(target=self._work, name=f"answers-{number}", daemon=True).start()

    def _work(self) -> None:
        self._local.is_request_thread = True
        while True:
            function, arguments = self._turns.get()
            try:
                function(*arguments)
            except Exception:
                # Django answers its own faults; what comes here is a fault of the serving itself,
                # such as an answer to a connection that is gone. It may cost its request, and not
                # the thread: after as many of them as there are threads nobody would be answered.
                log.exception("a request was given up")

    def is_request_thread(self) -> bool:
        """Whether the caller runs on one of these threads."""
        return getattr(self._local, "is_request_thread", False)

    async def run(self, whom: str, function: Callable[..., T], *arguments: object) -> T:
        """Run a function on one of the threads, when it is the turn of ``whom``, and wait for it
        without one."""
        if self.is_request_thread():
            return function(*arguments)
        loop = asyncio.get_running_loop()
        outcome: asyncio.Future[T] = loop.create_future()

        def work() -> None:
            try:
                result = function(*arguments)
            except BaseException as error:  # raised again by the coroutine that waits
                loop.call_soon_threadsafe(_settle, outcome, None, error)
            else:
                loop.call_soon_threadsafe(_settle, outcome, result, None)

        self._turns.put(whom, (work, ()))
        return await outcome

    async def move_to_loop(self) -> None:
        """Go on in the loop: what follows waits for a stranger, and holds no thread meanwhile."""
        if self.is_request_thread():
            await _ToTheLoop()

    def wait_briefly(self, awaited: Any) -> bool:
        """Wait on this thread for what has most likely come already, for ``limits.LENT`` at most;
        return whether it came. Nothing else may wait for ``awaited`` yet."""
        if not hasattr(awaited, "add_done_callback"):
            return False
        woken = _Woken()
        awaited.add_done_callback(woken, context=None)
        woken.wait(limits.LENT.total_seconds())
        return bool(awaited.done())

    def take_requests_of(self, loop: asyncio.AbstractEventLoop) -> None:
        """Let requests begin on these threads. The server hands each to the loop as a coroutine,
        through ``call_soon_threadsafe`` and together with what makes a task of it."""
        plain, soon = loop.call_soon_threadsafe, loop.call_soon

        def begin(callback: Callable[..., object], arguments: tuple[Any, ...], more: Any) -> None:
            try:
                arguments[0].send(None)
            except StopIteration:  # it was answered
                return
            # It waits. The loop makes a task of it, and a task goes on where a coroutine stands.
            plain(callback, *arguments, context=more)

        def hand_over(callback: Callable[..., object], *arguments: Any, context: Any = None) -> Any:
            if arguments and iscoroutine(arguments[0]):
                # The server gives the request beside its coroutine.
                scope = getattr(arguments[-1], "scope", None)
                whom = NOBODY if scope is None else turn_key(scope)
                return self._turns.put(whom, (begin, (callback, arguments, context)))
            if isinstance(callback, _Woken):
                return callback()
            return plain(callback, *arguments, context=context)

        def call_soon(callback: Callable[..., object], *arguments: Any, context: Any = None) -> Any:
            # A body that came between two looks at it: the server calls back at once, from the
            # thread that looked, which is none of the loop's.
            if isinstance(callback, _Woken):
                return callback()
            return soon(callback, *arguments, context=context)

        # Of this loop alone, not of its class: other loops of the process stay as they are.
        loop.call_soon_threadsafe = hand_over  # type: ignore[assignment,method-assign]
        loop.call_soon = call_soon  # type: ignore[assignment,method-assign]


def _settle(outcome: asyncio.Future[T], result: T | None, error: BaseException | None) -> None:
    if outcome.cancelled():  # whoever asked has gone
        return
    if error is not None:
        outcome.set_exception(error)
    else:
        outcome.set_result(result)  # type: ignore[arg-type]  # None is a result of T where there is no error


async def wait_until(awaitable: Awaitable[T], seconds: float) -> T:
    """Wait in the loop for at most so long.

    Raises:
        TimeoutError: it did not come.
    """
    async with asyncio.timeout(seconds):
        return await awaitable
