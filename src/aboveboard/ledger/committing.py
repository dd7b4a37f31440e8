"""Committing to the index of handles: an entry of the log that says which entries have which handle
(``format/handle_index.py``), so that a person's list can be proved to be whole.

1. What is in the tree since the last commitment becomes a run of its own.
2. A run is merged with the one before it while that is not four times as large. So there are few
   runs, and each record is written a few dozen times in all.
3. The runs are written, then the entry. Whatever dies between leaves files that nothing names; the
   next turn deletes them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db import transaction

from aboveboard.basics.actor import Actor
from aboveboard.basics.facts import Digest
from aboveboard.ledger import handle_runs, queries
from aboveboard.ledger.actions import append
from aboveboard.ledger.entries import CommittedRun, HandlesCommitted
from aboveboard.ledger.format.entry import EntryBody, parse
from aboveboard.ledger.format.handle_index import COMMITTED, HandleRun, committed_runs
from aboveboard.ledger.handle_runs import RunRange
from aboveboard.ledger.models import Entry
from aboveboard.ledger.rows import lock_tree

KEPT: Final = 4
"""Commitments whose files are kept: a proof may need one that is some seconds older, under a
checkpoint that witnesses have cosigned."""
_RATIO: Final = 4


def commit_handles(*, by: Actor, at: datetime) -> int | None:
    """Commit to the index of the handles that are in the tree; return the entry's id, or None where
    no entry about anybody came since."""
    newest = commitments(1)
    before = committed_runs(newest[0][1]) if newest else []
    start, size = before[-1].end if before else 0, queries.size()
    if not Entry.objects.filter(
        leaf_index__gte=start, leaf_index__lt=size, handle__isnull=False
    ).exists():
        return None
    for run in before:
        handle_runs.restored_run(run)
    with handle_runs.run_folder().lock():
        runs = _grown(before, start, size)
        with transaction.atomic():
            # Of two machines that commit at once the second finds the first one's entry and
            # leaves it at that.
            lock_tree()
            if commitments(1) != newest:
                return None
            entry_id = append(_facts(runs), by=by, handle=None, at=at)
        named = [run for _, body in commitments(KEPT) for run in committed_runs(body)]
        handle_runs.keep_only(RunRange(run.first, run.end) for run in named)
    return entry_id


def commitments(limit: int) -> list[tuple[int | None, EntryBody]]:
    """Return the newest commitments and their places in the tree (None: not yet), newest first."""
    rows = Entry.objects.filter(kind=COMMITTED).order_by("-pk")
    return [
        (place, parse(bytes(body)))
        for place, body in rows.values_list("leaf_index", "body")[:limit]
    ]


def _grown(before: Sequence[HandleRun], start: int, size: int) -> list[HandleRun]:
    """Steps 1 and 2."""
    runs = [*before, handle_runs.make_run(RunRange(start, size))]
    tail = [runs.pop()]
    records = tail[0].records
    while runs and runs[-1].records <= _RATIO * records:
        tail.insert(0, runs.pop())
        records += tail[0].records
    if len(tail) > 1:
        tail = [handle_runs.merge_runs([RunRange(run.first, run.end) for run in tail])]
    return [*runs, *tail]


def _facts(runs: Sequence[HandleRun]) -> HandlesCommitted:
    return HandlesCommitted(
        tuple(CommittedRun(run.end, run.records, Digest(run.root.hex())) for run in runs)
    )
