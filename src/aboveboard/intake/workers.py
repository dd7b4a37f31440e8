"""Sealing in several processes: blocks go out, sealed blocks come back in the order of the file.

The processes know the plan of the import and the keys of the people in hand, and reach
neither the database nor the root key.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from contextlib import closing

from aboveboard.basics import processes as shared
from aboveboard.basics.errors import Unavailable
from aboveboard.intake.blocks import RowBlock
from aboveboard.intake.limits import IMPORT_ALONE_BYTES, IMPORT_PROCESSES
from aboveboard.intake.sealing import BlockSealer, SealedBlock, SealedKey, SealingPlan

Done = tuple[RowBlock, SealedBlock, bytes]
_Task = tuple[bytes, int, list[SealedKey]]


class SealerGone(Unavailable):
    """A process that sealed customers has ended."""

    code = "sealer_gone"
    next_step = (
        "Run the same command again: it goes on where it stopped. If it happens again, give "
        "--processes 0."
    )


def process_count(size: int) -> int:
    """Return how many processes should seal a file of ``size`` bytes; 0 is this one alone."""
    return shared.process_count(size, alone=IMPORT_ALONE_BYTES, most=IMPORT_PROCESSES)


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
    asked = (((block, keys[0][2]), (block.data, block.line, keys)) for block, keys in tasks)
    with closing(shared.Crew(_start, plan, processes)) as crew:
        try:
            for (block, wrapped), sealed in crew.in_order(asked):
                yield block, sealed, wrapped
        except shared.WorkerEnded:
            raise SealerGone from None


def _start(plan: SealingPlan) -> Callable[[_Task], SealedBlock]:
    sealer = BlockSealer(plan)
    return lambda task: sealer.seal(*task)
