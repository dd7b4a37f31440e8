"""Work shared out among processes, and answered in the order in which it was asked.

The processes know the plan they are given and what is in hand, nothing else: they reach neither the
database nor the root key, and what passes between them and us goes through pipes and never through
a file. They end when whoever asked does, however that ends: a pipe that closes tells them.
"""

from __future__ import annotations

import multiprocessing
import os
import queue
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any, Generic, TypeVar

Plan = TypeVar("Plan")
Task = TypeVar("Task")
Result = TypeVar("Result")
Kept = TypeVar("Kept")

_IN_HAND = 2
"""Tasks a process has: one it works on, and one that is ready when it is done."""
_PATIENCE = 1.0
"""Seconds that all of them together have to end by themselves."""


class WorkerEnded(Exception):
    """A process ended before it was told to."""


def process_count(size: int, *, alone: int, most: int) -> int:
    """Return how many processes should work on ``size`` bytes; 0 is this one alone.

    ``alone``: up to this size starting others takes longer. ``most``: of processes that are of use.
    """
    # What multiprocessing started as a daemon may start none.
    if size <= alone or multiprocessing.current_process().daemon:
        return 0
    count = min(os.cpu_count() or 1, most)
    return count if count > 1 else 0


class Crew(Generic[Task, Result]):
    """Processes that do one kind of work: ``start`` makes of the plan what turns a task into its
    result, once in each. Made with ``spawn``: a fork would take along database connections and
    their threads."""

    def __init__(
        self, start: Callable[[Plan], Callable[[Task], Result]], plan: Plan, count: int
    ) -> None:
        context = multiprocessing.get_context("spawn")
        self._connections: list[Connection] = []
        self._processes: list[BaseProcess] = []
        for _ in range(count):
            ours, theirs = context.Pipe()
            process = context.Process(target=_work, args=(theirs, start), daemon=True)
            process.start()
            # Our copy of their end: while it is open, the death of a process would never be seen.
            theirs.close()
            ours.send(plan)
            self._connections.append(ours)
            self._processes.append(process)

    def in_order(self, tasks: Iterable[tuple[Kept, Task]]) -> Iterator[tuple[Kept, Result]]:
        """Yield the result of each task with what was kept of it, in order. Few are in hand at a
        time, however many there are.

        Raises:
            WorkerEnded: a process died.
        """
        waiting: deque[tuple[Kept, Connection]] = deque()
        for number, (kept, task) in enumerate(tasks):
            if len(waiting) == _IN_HAND * len(self._connections):
                yield self._next(waiting)
            # In turn, and awaited in turn: so they come back in order.
            connection = self._connections[number % len(self._connections)]
            try:
                connection.send(task)
            except (BrokenPipeError, ConnectionResetError):
                raise WorkerEnded from None
            waiting.append((kept, connection))
        while waiting:
            yield self._next(waiting)

    def _next(self, waiting: deque[tuple[Kept, Connection]]) -> tuple[Kept, Result]:
        kept, connection = waiting.popleft()
        try:
            return kept, connection.recv()
        except (EOFError, ConnectionResetError):
            raise WorkerEnded from None

    def close(self) -> None:
        """End the processes; none is left when this returns. They hold nothing that could be lost,
        but they may hold keys."""
        for connection in self._connections:
            connection.close()
        end = time.monotonic() + _PATIENCE
        for process in self._processes:
            process.join(max(0.0, end - time.monotonic()))
            process.kill()  # also one that is stopped, which would not hear a request to end
            process.join()
            process.close()


# Any: what passes through a pipe has the types of whoever started the crew.
def _work(connection: Connection, start: Callable[[Any], Callable[[Any], Any]]) -> None:
    # Ctrl-C reaches everyone in the terminal; who asked us tells us when to end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.setswitchinterval(0.0005)  # so that the thread below is let in while this one works
    do = start(connection.recv())
    tasks: queue.SimpleQueue[tuple[Any] | None] = queue.SimpleQueue()
    threading.Thread(target=_take, args=(connection, tasks), daemon=True).start()
    try:
        while (task := tasks.get()) is not None:
            connection.send(do(*task))
    except (BrokenPipeError, ConnectionResetError):
        return  # whoever asked has ended


def _take(connection: Connection, tasks: queue.SimpleQueue[tuple[Any] | None]) -> None:
    """Take tasks as they come: whoever sends one must never wait for a process that
    waits to be read itself."""
    try:
        while True:
            tasks.put((connection.recv(),))
    except (EOFError, OSError):
        tasks.put(None)
