"""The sweep by itself: only where the instance's own settings say so (``[retention]``)."""

from __future__ import annotations

from datetime import datetime, timedelta

from aboveboard.basics import clock, settings
from aboveboard.basics.actor import SYSTEM
from aboveboard.promise.queries import last_serial
from aboveboard.retention.records import SweepRecord
from aboveboard.retention.sweep import erasing, queries, reviewing


def run_if_due(at: datetime) -> SweepRecord | None:
    """Review when one is due, and erase what it found if the settings say so; None
    when nothing was to be done.

    A sweep that was stopped in the middle is due at once.
    """
    retention = settings.current().retention
    # Off unless the instance's own settings say so: erasing is for people to decide.
    if retention.sweep == "off" or last_serial() is None:
        return None
    last = next(iter(queries.sweeps(limit=1)), None)
    if (
        last is not None
        and at < last.begun_at + timedelta(days=retention.every_days)
        and _finished(last, retention.sweep)
    ):
        return None
    if (
        last is None
        or _finished(last, retention.sweep)
        or last.reviewed_at is None
        or last.promise_serial != last_serial()
    ):
        last = reviewing.review(by=SYSTEM, at=at)
    if retention.sweep == "erase":
        last = erasing.erase(last.digest, by=SYSTEM, at=clock.now)
    return last


def _finished(sweep: SweepRecord, wanted: str) -> bool:
    return (sweep.erased_at if wanted == "erase" else sweep.reviewed_at) is not None
