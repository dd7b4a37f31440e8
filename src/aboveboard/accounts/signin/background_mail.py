"""Mail that a sign-in causes, sent after the page has been answered.

Whether an address is known must not show in how long the answer takes. So the request does
the same for every address, and the look-up and the sending happen here, on another thread.
What waits here is in memory only: if the process stops, the visitor asks again. Nothing about
the address is ever logged.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from django.db import connections

from aboveboard.basics.errors import AboveboardError

log = logging.getLogger(__name__)

_THREADS = 2


def hand_over(job: Callable[[], None]) -> None:
    """Run ``job`` soon, on another thread; if it fails, say so in the log without its details."""
    _pool().submit(_run, job)


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=_THREADS, thread_name_prefix="sign-in-mail")


def _run(job: Callable[[], None]) -> None:
    try:
        job()
    except Exception as error:
        # What a library says may name the address; what we say never does.
        reason = str(error) if isinstance(error, AboveboardError) else type(error).__name__
        log.error("a sign-in mail was not sent: %s", reason)
    finally:
        connections.close_all()
