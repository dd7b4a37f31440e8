"""The limits of what a request may cost before anybody is known: each with its unit, its default
and its source. How fast and how long are our choice unless a source is named."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

LENT: Final = timedelta(milliseconds=5)
"""How long a thread waits for a body that most likely came with its head. Longer, and slow senders
could hold all threads; shorter, and a busy process takes the slower way for honest ones."""

BODY_PAUSE: Final = timedelta(seconds=10)
"""Longest pause between two pieces of a body."""

BODY_TIME: Final = timedelta(seconds=20)
"""How long a body may take, beside the time that its length needs at ``SLOWEST``."""

SLOWEST: Final = 16 * 1024
"""Bytes a second below which a body is too slow: a quarter of the slowest mobile connections."""

PIECES: Final = 256
"""How many pieces a body may come in, beside one for each ``PIECE_BYTES``. Senders make pieces of
a network packet or more; 60,000 pieces of one byte took four seconds of a processor."""

PIECE_BYTES: Final = 128
"""Bytes of a body for each further piece: a quarter of the smallest packet of the internet (RFC
791)."""

HELD_BYTES: Final = 64 * 1024 * 1024
"""Bytes of bodies that one process holds at the same time while they come slowly; above, it is
busy."""

UPLOADS_AT_ONCE: Final = 4
"""Files that one process takes in at the same time: each may fill half a gigabyte of the disk."""

UPLOADS_OF_ONE: Final = 2
"""Of those, how many one account may send: a slow one may take hours, and others report a loss."""

FORM_AROUND_FILE: Final = 64 * 1024
"""Bytes of a form beside its file."""

ANSWER_PAUSE: Final = timedelta(seconds=30)
"""How long a receiver may take nothing of an answer before the connection is ended."""

STREAMS: Final = 16
"""Answers in pieces that one process prepares at the same time: streams of uses, downloads."""

STREAM_TICK: Final = timedelta(seconds=1)
"""How often a stream that waits for its next line asks whether it still may."""

JOINED_BYTES: Final = 1024 * 1024
"""An answer in pieces of a known length up to this, such as a style sheet, is sent at once."""

BODY_BYTES: Final = {
    "/oauth/": 16 * 1024,
    "/accounts/": 64 * 1024,
    "/you/": 128 * 1024,
    "/console/": 2 * 1024 * 1024,
    "/api/": 2 * 1024 * 1024,
}
"""Largest body that is not a file, by where it is sent: a client's credentials; a passkey; what a
customer writes; a promise or a batch of 500 people (100 kB)."""

BODY_BYTES_ELSEWHERE: Final = 16 * 1024
"""Largest body at any other address: nothing there takes one."""
