"""Limits of what goes out and of what comes back."""

from __future__ import annotations

from typing import Final

BODY_BYTES: Final = 32 * 1024 * 1024
"""Most bytes of one answer, after decompression. The largest page of the APIs of the catalogue has
1,000 records; 32 KiB for each."""

FILE_BYTES: Final = 2 * 1024 * 1024 * 1024
"""Most bytes of a file that is streamed to where it is sealed, and never held in memory."""

RATIO: Final = 200
"""Most bytes that one compressed byte may become, once an answer is larger than FREE_BYTES. JSON of
records compresses 5 to 30 times; a bomb 1,000 times (RFC 1951)."""

FREE_BYTES: Final = 1024 * 1024
"""Bytes for which the ratio is not asked: a page of empty fields compresses well."""

PIECE_BYTES: Final = 64 * 1024
"""Most bytes that are read or decompressed at a time."""

CONNECT_SECONDS: Final = 10.0
"""Longest time for a connection to be made, to one address."""

SILENT_SECONDS: Final = 30.0
"""Longest time in which nothing comes."""

CALL_SECONDS: Final = 120.0
"""Longest time of a whole call, however slowly its header and body come."""

FILE_SECONDS: Final = 3600.0
"""Longest time in which a file comes."""

REDIRECTS: Final = 3
"""Most redirects that are followed."""

TRIES: Final = 4
"""Most times that a call is made where it may be repeated."""

WAIT_SECONDS: Final = 60.0
"""Longest wait between two tries. Who asks for more (Retry-After) is tried by the worker later."""

FIRST_WAIT_SECONDS: Final = 0.5
"""First wait where the system names none; it doubles."""

ADDRESSES: Final = 16
"""Most addresses that a name may have; of more none is used."""
