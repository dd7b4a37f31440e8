"""The limits of the API: each with its unit, its default and its source."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

SERVICE_USES_PER_SECOND: Final = 20_000
"""People whose data one client may ask one process for in a second; above that it is asked to wait,
or its stream is slowed down. Our choice: beyond what one process answers in batches, so that it
stops a runaway client and no honest one."""

STREAM_READ_BYTES: Final = 16 * 1024
"""Bytes of a stream of uses read at a time. Our choice: some 300 people."""

STREAM_LINE_BYTES: Final = 4 * 1024
"""Longest line of a stream of uses, in bytes. Our choice: a person is named in a tenth of it."""

STREAMS_AT_ONCE: Final = 8
"""Streams that one process answers at the same time. They have threads of their own, half of those
for answers in pieces. Our choice."""

STREAMS_OF_ONE_CLIENT: Final = 2
"""Streams of one client that one process answers at the same time. Our choice: one that runs, and
one that begins."""

STREAM_PAUSE: Final = timedelta(seconds=30)
"""How long a client may take for the next line of a stream. Our choice."""

STREAM_WAIT: Final = timedelta(seconds=5)
"""How long a client is asked to wait when all streams are taken. Our choice."""

MISSES: Final = 60
"""People whom one client may name at once that nobody here is. As many as a member of staff may
look up in a minute (``accounts.limits.SIGN_IN_RATES``)."""

MISSES_PER_SECOND: Final = 1.0
"""Misses of a client that are forgotten in a second: sixty in a minute."""

MISSES_MEMORY: Final = timedelta(seconds=1)
"""How long a process trusts the count of a client's misses that it read. Our choice."""

STREAM_REST: Final = timedelta(seconds=10)
"""Longest rest of a stream for the misses in it; above that it ends, and may be sent again from the
line that it ended at. Our choice: shorter than what a proxy waits for."""
