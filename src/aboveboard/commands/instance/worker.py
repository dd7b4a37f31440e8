"""``aboveboard worker``: sequence the ledger, send what is due and do the jobs, until
it is stopped.

Loops, each in a thread of its own, so that a long job holds up no notice and neither holds up
the ledger. Each channel by which notices leave has one, so that none waits for another; other
systems, which may be slow, are notified in one of them. One compares the rows
that decide with the log, a little at a time; the last two look, once an hour, for what may no
longer be kept, for uploads that nobody confirmed and for requests that are due. What goes wrong in
one turn is logged and the next turn comes after a rest that grows; nothing is lost meanwhile,
because everything to do is a row. SIGTERM or Ctrl-C: each loop ends its turn and stops, and what
was written to the ledger meanwhile gets its place.
"""

from __future__ import annotations

import argparse
import logging
import os
import secrets
import signal
import socket
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from time import monotonic

from aboveboard.basics import clock, settings
from aboveboard.commands import exits, limits

NAME = "worker"
HELP = "Run the background worker: sequence the ledger, send notices, run jobs. `serve` starts one."
EXAMPLE = """\
aboveboard worker --home our-instance
aboveboard worker --once     (do the work that is waiting, then stop)"""

log = logging.getLogger("aboveboard.worker")

_LONGEST_REST = 30.0
PARENT_VARIABLE = "ABOVEBOARD_WORKER_OF"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--once", action="store_true", help="do the work that waits, then stop")


def run(args: argparse.Namespace) -> int:
    """Work until stopped; with ``--once`` until nothing waits."""
    from aboveboard.commands.instance import upgrading
    from aboveboard.keys.queries import check_root_key

    # A server that starts a worker has looked already.
    if PARENT_VARIABLE not in os.environ and (outcome := upgrading.prepare(_say)):
        for sentence in upgrading.sentences(outcome):
            _say(sentence)
    check_root_key()  # a worker without the root key could only fail, at every turn
    stop = threading.Event()
    # Rows are leased under this name, so it must never come twice, even where machines give process
    # numbers again.
    name = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(3)}"
    loops = make_loops(name, stop)
    if args.once:
        return exits.DONE if run_until_idle(loops) else exits.ATTENTION
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    threads = [
        threading.Thread(target=loop.run_forever, name=loop.name, daemon=True) for loop in loops
    ]
    for thread in threads:
        thread.start()
    log.info("worker started", extra={"worker": name})
    parent = os.environ.get(PARENT_VARIABLE)
    while not stop.wait(1):
        # Two workers do no harm, but one that nobody started would go on with an old version after
        # an update.
        if parent and str(os.getppid()) != parent:
            log.warning("the server that started this worker is gone; stopping")
            stop.set()
    for thread in threads:
        thread.join(limits.STOP_PATIENCE.total_seconds())
    loops[0].run_turn()  # what was written while everything else came to its end
    close_connection()
    log.info("worker stopped", extra={"worker": name})
    return exits.DONE


def _say(sentence: str) -> None:
    print(sentence, flush=True)


@dataclass(slots=True)
class WorkLoop:
    """One kind of work: ``turn`` does some and says whether there may be more at once, else the
    next is due after ``pause``. One that ``always_rests`` pauses even so: it is not to take
    the machine from the others."""

    name: str
    turn: Callable[[], bool]
    stop: threading.Event
    pause: timedelta = limits.WORKER_PAUSE
    always_rests: bool = False

    def run_forever(self) -> None:
        """Take turns until stopped, resting when there is nothing to do and longer after
        something went wrong."""
        rest = limits.WORKER_PAUSE.total_seconds()
        while not self.stop.is_set():
            more = self.run_turn()
            rest = (
                min(rest * 2, _LONGEST_REST)
                if more is None
                else limits.WORKER_PAUSE.total_seconds()
            )
            if not more or self.always_rests:
                self.stop.wait(rest if more is None else self.pause.total_seconds())
        close_connection()

    def run_until_idle(self) -> bool:
        """Take turns until there is nothing to do; False if something went wrong."""
        while more := self.run_turn():
            pass
        return more is False

    def run_turn(self) -> bool | None:
        """Take one turn; None if it failed, which is logged without the data it was about."""
        from django.db import close_old_connections

        # A connection that the server closed meanwhile would fail every turn from now on.
        close_old_connections()
        try:
            return self.turn()
        # Whatever it was: a loop that ends would leave its work undone for good, and nobody would
        # see it.
        except Exception:
            log.exception("%s failed; it will be tried again", self.name)
            return None
        finally:
            # A loop that rests holds none of the pool's connections: there are more loops.
            close_old_connections()


def make_loops(name: str, stop: threading.Event) -> list[WorkLoop]:
    """Return the loops of a worker of that name."""
    from aboveboard.basics.actor import SYSTEM
    from aboveboard.delivery.actions import drain
    from aboveboard.delivery.terms import Channel
    from aboveboard.delivery.webhooks.sending import send_due
    from aboveboard.ledger.committing import commit_handles
    from aboveboard.ledger.witnessing import ask_witnesses
    from aboveboard.outbox.jobs import run_jobs_once
    from aboveboard.recovery.watching import RowWatch

    def send(channel: Channel) -> bool:
        drained = drain(worker=name, at=clock.now(), channels=(channel,), stop=stop.is_set)
        if drained.halted:
            log.warning("sending by %s halted: %s", channel.value, drained.halted)
            return False
        if drained.held:
            stop.wait(limits.RATE_PAUSE.total_seconds())
        return drained.sent > 0 or drained.held

    def notify_systems() -> bool:
        return send_due(worker=name, at=clock.now(), clock=clock.now) > 0

    def work() -> bool:
        # Asked before each, so that a stop waits for one job and not for all that are due.
        return run_jobs_once(worker=name, stop=stop.is_set) > 0

    def witness() -> bool:
        ask_witnesses(at=clock.now())
        return False

    def commit() -> bool:
        return commit_handles(by=SYSTEM, at=clock.now()) is not None

    witness_every = timedelta(seconds=settings.current().ledger.witness_every)
    return [
        WorkLoop("sequencing", LedgerSequencing(), stop, limits.SEQUENCE_PAUSE),
        WorkLoop("witnessing", witness, stop, witness_every),
        WorkLoop("committing", commit, stop, limits.COMMIT_PAUSE, always_rests=True),
        *(WorkLoop(f"sending by {each.value}", partial(send, each), stop) for each in Channel),
        WorkLoop("jobs", work, stop),
        WorkLoop("webhooks", notify_systems, stop),
        WorkLoop("comparing", RowWatch(), stop, limits.COMPARE_PAUSE, always_rests=True),
        WorkLoop("retention", _retain, stop, limits.SWEEP_PAUSE),
        WorkLoop("sweeping", _sweep, stop, limits.SWEEP_PAUSE),
    ]


def run_until_idle(loops: Sequence[WorkLoop]) -> bool:
    """Take turns until a whole round finds nothing to do; False if something went wrong.

    In rounds, since what one did may be work for one before it: a job queues notices, and to send
    them writes entries. The entries of the last round get their place, too: sequencing comes first
    in ``loops``, then who asks the witnesses.
    """
    well = True
    more = True
    while more:
        more = False
        for loop in loops:
            while turn := loop.run_turn():
                more = True
            well = well and turn is not None
    for loop in loops[:2]:
        well = loop.run_turn() is not None and well
    return well


class LedgerSequencing:
    """The turn that gives entries their place in the tree."""

    def __init__(self) -> None:
        self._due = 0.0

    def __call__(self) -> bool:
        """Take one turn."""
        from aboveboard.keys.log_signing import sequence_now
        from aboveboard.ledger.queries import has_waiting

        # Asking costs one read. The whole turn, which also mends the published files, is taken now
        # and then without need.
        if has_waiting() or monotonic() >= self._due:
            sequence_now()
            self._due = monotonic() + limits.SEQUENCE_EVERY.total_seconds()
        return False  # everything that waited is in; the next turn is due after the pause


def _retain() -> bool:
    from aboveboard.identity.actions import expire_undo_data
    from aboveboard.recovery.scrubbing import scrub
    from aboveboard.retention.sweep import scheduled

    # Before the sweep, which may then erase what a merge had kept for its undoing.
    expire_undo_data(at=clock.now())
    if done := scheduled.run_if_due(clock.now()):
        log.info("sweep %s: %s people reviewed", done.id, done.people_reviewed)
    # Last, since it gets out of the files what the others erased. If somebody was reading, the next
    # turn does it.
    scrub()
    return False


def _sweep() -> bool:
    from aboveboard.accounts import code_tries
    from aboveboard.accounts.clients import idempotency, tokens
    from aboveboard.delivery.webhooks import actions as webhooks
    from aboveboard.incidents.leaks import staging
    from aboveboard.intake import erased, held_back
    from aboveboard.recovery import before_upgrade
    from aboveboard.rights.requests import mailbox
    from aboveboard.rights.running import due
    from aboveboard.website import actions as visitors

    due.do_what_is_due(at=clock.now())
    if gone := staging.delete_expired(at=clock.now()):
        log.info(
            "%s uploads that nobody confirmed, or leftovers of a killed count, were deleted", gone
        )
    if ended := erased.delete_expired(at=clock.now()):
        log.info("%s erasures are no longer remembered: their time has come", ended)
    held_back.delete_expired(at=clock.now())
    if before_upgrade.delete_expired(at=clock.now()):
        log.info("the backup from before the upgrade was deleted: its time has come")
    tokens.sweep(at=clock.now())
    idempotency.sweep(at=clock.now())
    code_tries.sweep(at=clock.now())
    webhooks.sweep(at=clock.now())
    visitors.seal_batch(at=clock.now())
    visitors.sweep(at=clock.now())
    # Last: it calls other machines.
    if proposed := mailbox.propose_new(at=clock.now()):
        log.info("%s new mails were looked at for requests", proposed)
    return False


def close_connection() -> None:
    """Let go of this thread's connection to the database."""
    from django.db import connection

    connection.close()
