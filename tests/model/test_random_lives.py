"""Random lives of a whole instance, beside a small model of what must be true.

The server, its worker, the command line, the API, the pages as each role sees them, and a mail
server are real, and so is what is killed. Each step compares one answer; at the end everything is
compared. ``make soak`` goes on for hours with other lives; a life that fails becomes a named test
in ``test_named_lives.py``.
"""

from __future__ import annotations

import os
import time
from itertools import cycle

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.model.life import Life
from tests.model.lives import Lives
from tests.model.prepared import Prepared
from tests.model.upgraded import Upgraded

pytestmark = [pytest.mark.database, pytest.mark.slow, pytest.mark.crash]

LIVES, STEPS = 1, 15


def test_random_lives(prepared: Prepared, on_postgres: bool) -> None:
    """A life that is always the same; with ``SOAK``, others for so many hours, every other of which
    begins in the oldest version."""
    Life.prepared, Upgraded.on_postgres = prepared, on_postgres
    end = time.monotonic() + 3600 * float(os.environ.get("SOAK", "0"))
    _live(Lives, derandomize=True)
    kinds = cycle([Lives, Upgraded])
    while time.monotonic() < end:
        _live(next(kinds), derandomize=False)


def _live(kind: type[Lives], *, derandomize: bool) -> None:
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        kind,
        settings=settings(
            max_examples=LIVES,
            stateful_step_count=STEPS,
            derandomize=derandomize,
            deadline=None,
            # Each step is seconds of real work: a failing life is printed as it was, not shrunk.
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
            database=None,
            print_blob=True,
        ),
    )
