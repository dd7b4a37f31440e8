"""Comparing the rows that decide with the log by itself, a little at a time.

A row that was deleted, or put back as it was before, counts until it is compared with the log
(:mod:`.comparing`). So the worker compares all of them in rounds, without end. Numbered as in the
code:

1. A round begins when the last one ended, or was left by a process that died,
   ``limits.COMPARE_EVERY`` ago. One process at a time is in one: it holds a token.
2. A turn goes on for ``limits.COMPARE_WORK``. Between two turns nothing of the database is held:
   where the round is, this process remembers. If it ends, the next round starts again.
3. What differs is looked at a second time at the end of the round: rows change while it goes on.
4. What came of it is written down, for ``doctor`` and for the console; what differs goes to the
   program's log as an error.

What is written down is a row like any other, and no proof: whoever writes the database may change
it. The proof is ``ledger verify --instance``.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime
from time import monotonic
from typing import Final

from django.db.models import Q

from aboveboard.basics import clock
from aboveboard.basics.ids import new_id
from aboveboard.recovery import limits
from aboveboard.recovery.comparing import (
    RowFinding,
    compare_in_steps,
    deciding_tables,
    row_count,
)
from aboveboard.recovery.models import RowComparison

log = logging.getLogger(__name__)

_ONE: Final = 1
"""The number of the row: there is one."""


class RowWatch:
    """The turns of one process. Call it again and again; it says whether its round goes on."""

    def __init__(self) -> None:
        self._round: _Round | None = None
        self._nobodys: set[str] = set()

    def __call__(self) -> bool:
        """Take one turn."""
        going, self._round = self._round, None  # a turn that fails leaves its round
        at = clock.now()
        if going is None:
            going = _begin(at, self._nobodys)
        elif not _hold(going.token, at):
            going = None  # it slept so long that another process has begun one
        if going is not None and not going.go_on():
            _record_comparison(going, clock.now())
            return False
        self._round = going
        return going is not None


class _Round:
    """One comparison of everything, from beginning to end."""

    def __init__(self, token: int, nobodys: set[str]) -> None:
        self.token = token
        self._nobodys = nobodys
        self.rows = row_count()
        self.differing: list[RowFinding] = []
        self._steps = self._compare()

    def go_on(self) -> bool:
        """Step 2; False once it is over."""
        until = monotonic() + limits.COMPARE_WORK.total_seconds()
        while next(self._steps, _OVER) is not _OVER:
            if monotonic() >= until:
                return True
        return False

    def _compare(self) -> Iterator[None]:
        differing: dict[RowFinding, None] = {}  # in order
        for findings in compare_in_steps(nobodys=self._nobodys):
            # Beyond these it does not matter how many there are: the first thing is to look.
            differing.update(dict.fromkeys(findings[: limits.COMPARE_FOUND - len(differing)]))
            yield
        if differing:  # 3
            named = {finding.table for finding in differing}
            again: set[RowFinding] = set()
            for findings in compare_in_steps(
                [table for table in deciding_tables() if table.table in named],
                nobodys=self._nobodys,
            ):
                again.update(differing.keys() & set(findings))
                yield
            self.differing = [finding for finding in differing if finding in again]


_OVER: Final = object()


def _begin(at: datetime, nobodys: set[str]) -> _Round | None:
    """Step 1. None where it is not time yet, or another process is in a round."""
    RowComparison.objects.get_or_create(pk=_ONE)
    token = new_id()
    # In one statement, so that of two processes one begins. A moment that is still to come was
    # written by a clock that was ahead.
    free = (
        Q(compared_at=None) | Q(compared_at__lte=at - limits.COMPARE_EVERY) | Q(compared_at__gt=at)
    )
    if not RowComparison.objects.filter(free, pk=_ONE).update(token=token, compared_at=at):
        return None
    return _Round(token, nobodys)


def _hold(token: int, at: datetime) -> bool:
    return bool(RowComparison.objects.filter(pk=_ONE, token=token).update(compared_at=at))


def _record_comparison(over: _Round, at: datetime) -> None:
    """Step 4."""
    sentences = [finding.sentence for finding in over.differing]
    RowComparison.objects.filter(pk=_ONE, token=over.token).update(
        compared_at=at,
        finished_at=at,
        rows=over.rows,
        differing=len(sentences),
        findings=sentences[: limits.COMPARE_SHOWN],
    )
    for sentence in sentences[: limits.COMPARE_SHOWN]:
        log.error("the log says otherwise: %s", sentence)
    if sentences:
        log.error(
            "%s rows or entries differ between database and log. Run: aboveboard doctor",
            len(sentences),
        )
