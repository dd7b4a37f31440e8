"""The limits of this package: each with its unit, its default and its source."""

from __future__ import annotations

from typing import Final

DECLARATION_BYTES: Final = 256 * 1024
"""Largest declaration of a system that is read, in bytes. Our choice: a system with 1,000 declared
columns has a third of it."""

SECRET_BYTES: Final = 64 * 1024
"""Largest secret that is read from a file or from Vault, in bytes. Our choice: a key in PEM has
3,000."""

SECRET_WAIT: Final = 5
"""Longest that Vault may take to answer, in seconds. Our choice: a step is tried again anyway."""
