"""Sealing in several processes: blocks go out, sealed blocks come back in the order of the file.

The processes know the plan of the import and the keys of the people in hand, and reach
neither the database nor the root key. They end when the import does, however it ends: a
pipe that closes tells them.
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
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

from aboveboard.basics.errors import Unavailable
from aboveboard.intake.blocks import RowBlock
from aboveboard.intake.limits import IMPORT_ALONE_BYTES, IMPORT_PROCESSES
from aboveboard.intake.sealing import BlockSealer, SealedBlock, SealedKey, SealingPlan

Done = tuple[RowBlock, SealedBlock, bytes]

_IN_HAND = 2
"""Blocks a process has: one it works on, and one that is ready when it is done."""
_PATIENCE = 1.0
"""Seconds that all of them together have to end by themselves."""


class SealerGone(Unavailable):
    """A process that sealed customers has ended."""

    code = "sealer_gone"
    next_step = (
        "Run the same command again: it goes on where it stopped. If it happens again, give "
        "--processes 0."
    )


def process_count(size: int) -> int:
    """Return how many processes should seal a file of ``size`` bytes; 0 is this one alone."""
    return 0 if size <= IMPORT_ALONE_BYTES else min(os.cpu_count() or 1, IMPORT_PROCESSES)


def seal(
    plan: SealingPlan, tasks: Iterable[tuple[RowBlock, list[SealedKey]]], processes: int
) -> Generator[Done, None, None]:
    """Yield each block, sealed, and one of its keys as it is wrapped, in order.

    Raises:
        SealerGone: a process died.
    """
    if not processes:
        sealer = BlockSealer(plan)
        for block, keys in tasks:
            yield block, sealer.seal(block.data, block.line, keys), keys[0][2]
        return
    with closing(_Crew(plan, processes)) as crew:
        yield from crew.seal(tasks)


class _Crew:
    """The processes of one import. Made with ``spawn``: a fork would take along the database
    connection and its threads."""

    def __init__(self, plan: SealingPlan, count: int) -> None:
        context = multiprocessing.get_context("spawn")
        self._connections: list[Connection] = []
        self._processes: list[BaseProcess] = []
        for _ in range(count):
            ours, theirs = context.Pipe()
            process = context.Process(target=_work, args=(theirs,), daemon=True)
            process.start()
            # Our copy of their end: while it is open, the death of a process would never be seen.
            theirs.close()
            ours.send(plan)
            self._connections.append(ours)
            self._processes.append(process)

    def seal(self, tasks: Iterable[tuple[RowBlock, list[SealedKey]]]) -> Iterator[Done]:
        waiting: deque[tuple[RowBlock, bytes, Connection]] = deque()
        try:
            for number, (block, keys) in enumerate(tasks):
                if len(waiting) == _IN_HAND * len(self._connections):
                    yield self._next(waiting)
                # In turn, and awaited in turn: the blocks come back in the order of the file,
                # in which the run counts how far it has come.
                connection = self._connections[number % len(self._connections)]
                connection.send((block.data, block.line, keys))
                waiting.append((block, keys[0][2], connection))
            while waiting:
                yield self._next(waiting)
        except (EOFError, BrokenPipeError, ConnectionResetError):
            raise SealerGone() from None

    def _next(self, waiting: deque[tuple[RowBlock, bytes, Connection]]) -> Done:
        block, wrapped, connection = waiting.popleft()
        return block, connection.recv(), wrapped

    def close(self) -> None:
        """End the processes; none is left when this returns. They hold nothing that could be lost,
        but they do hold people's keys."""
        for connection in self._connections:
            connection.close()
        end = time.monotonic() + _PATIENCE
        for process in self._processes:
            process.join(max(0.0, end - time.monotonic()))
            process.kill()  # also one that is stopped, which would not hear a request to end
            process.join()
            process.close()


def _work(connection: Connection) -> None:
    # Ctrl-C reaches everyone in the terminal; who asked us tells us when to end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.setswitchinterval(0.0005)  # so that the thread below is let in while this one seals
    sealer = BlockSealer(connection.recv())
    tasks: queue.SimpleQueue[tuple[bytes, int, list[SealedKey]] | None] = queue.SimpleQueue()
    threading.Thread(target=_take, args=(connection, tasks), daemon=True).start()
    try:
        while (task := tasks.get()) is not None:
            connection.send(sealer.seal(*task))
    except (BrokenPipeError, ConnectionResetError):
        return  # the import has ended


def _take(
    connection: Connection, tasks: queue.SimpleQueue[tuple[bytes, int, list[SealedKey]] | None]
) -> None:
    """Take tasks as they come: whoever sends one must never wait for a process that
    waits to be read itself."""
    try:
        while True:
            tasks.put(connection.recv())
    except (EOFError, OSError):
        tasks.put(None)
