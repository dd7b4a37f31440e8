"""The limits of this package: each with its unit, its default and its source."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

KEY_PROVIDER_REST: Final = timedelta(seconds=1)
"""After a key provider did not answer, how long the answer is given without asking it again. Our
choice: less than anyone waits for a page."""

REWRAP_BATCH: Final = 2_000
"""People whose keys are rewrapped in one transaction. Our choice: some 50 ms, so nobody
waits longer for a row."""

KEY_PROVIDER_PATIENCE: Final = timedelta(seconds=3)
"""How long a key provider on the network may take to answer. Our choice: several times what one on
another continent takes."""

KEY_PROVIDER_ANSWER_BYTES: Final = 64 * 1024
"""Longest answer read from a key provider, in bytes. A wrapped key is about 100."""

PASSPHRASE_MEMORY_KIB: Final = 64 * 1024
"""Memory that argon2id takes to try one passphrase, in KiB (RFC 9106, section 4,
second recommended option)."""

PASSPHRASE_CHARS: Final = 15
"""Shortest passphrase of a root key, in characters (NIST SP 800-63B-4, 3.1.1.2, for a
password that stands alone)."""
