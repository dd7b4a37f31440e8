"""Whatever dies, and whoever works at the same time: nothing is lost, nothing stands
twice, nothing forks."""

from __future__ import annotations

import os
import random
import signal
import time
from pathlib import Path

import pytest
from django.db import transaction

from aboveboard.basics import clock, settings
from aboveboard.basics.actor import SYSTEM
from aboveboard.ledger import actions, limits
from aboveboard.ledger.actions import NewEntry
from aboveboard.ledger.audit import verify_database
from aboveboard.ledger.format.checkpoint import Checkpoint, open_note
from aboveboard.ledger.models import Entry
from aboveboard.ledger.verify.log import verify_log
from aboveboard.ledger.verify.sources import LogDirectory
from tests.crash.killing import KILLS, finish, start
from tests.ledger.logs import SIGNER

pytestmark = [pytest.mark.crash, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a killed process has been at every step."""
    monkeypatch.setattr(limits, "SEQUENCE_BATCH", 256)


def log() -> Path:
    return settings.current().path("log")


def sequence() -> None:
    actions.sequence(at=clock.now(), signer=SIGNER)


def append(count: int, batch: int) -> None:
    written = 0
    while written < count:
        some = min(1 + written % batch, count - written)
        with transaction.atomic():
            actions.append_many(
                [
                    NewEntry(
                        "use.granted",
                        SYSTEM,
                        clock.now(),
                        None,
                        {"by": os.getpid(), "n": written + n},
                    )
                    for n in range(some)
                ]
            )
            if written % 7 == 3:
                time.sleep(0.002)  # so that transactions end in another order than their ids began
        written += some


def published() -> bytes:
    """Return the checkpoint that is published; nothing before the first."""
    file = log() / "checkpoint"
    return file.read_bytes() if file.is_file() else b""


def assert_whole(count: int, remembered: Checkpoint | None = None) -> None:
    report, _ = verify_database(
        LogDirectory(log()), [SIGNER.verifier], now=clock.now(), remembered=remembered
    )
    assert report.findings == []
    assert (report.size, report.rows, report.waiting, Entry.objects.count()) == (
        count,
        count,
        0,
        count,
    )


def test_a_process_killed_while_it_sequences_leaves_a_true_log_and_the_next_one_goes_on() -> None:
    picks = random.Random(518)
    total, killed, remembered = 0, 0, None
    for _ in range(KILLS):
        append(400, batch=200)
        total += 400
        before = published()
        process = start(sequence)
        end = time.monotonic() + 20
        while published() == before and time.monotonic() < end:
            time.sleep(0.001)
        time.sleep(picks.random() * 0.02)
        os.kill(process, signal.SIGKILL)
        killed += finish(process) == -signal.SIGKILL
        # What the dead process left published is whole, and continues what was published before.
        report, note = verify_log(LogDirectory(log()), [SIGNER.verifier], remembered=remembered)
        assert report.findings == []
        assert note is not None
        remembered = open_note(note, SIGNER.verifier)
    assert killed, "every process was done before it was killed: nothing was tried"
    sequence()
    assert_whole(total, remembered)


def test_several_processes_append_while_two_sequence() -> None:
    stop = settings.current().path("stop")
    stop.unlink(missing_ok=True)

    def keep_sequencing() -> None:
        while not stop.exists():
            sequence()

    sequencers = [start(keep_sequencing) for _ in range(2)]
    appenders = [start(lambda: append(800, batch=20)) for _ in range(3)]
    codes = [finish(process) for process in appenders]
    stop.touch()
    codes += [finish(process) for process in sequencers]
    stop.unlink()
    assert codes == [0] * 5
    sequence()
    assert_whole(2_400)
    ordered = list(Entry.objects.order_by("leaf_index").values_list("leaf_index", flat=True))
    assert ordered == list(range(2_400))
