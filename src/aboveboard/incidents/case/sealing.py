"""What people write about a case, sealed: ``12 bytes nonce | AES-256-GCM(words)`` under a key of
this instance, bound to the entry that it belongs to and to what it is."""

from __future__ import annotations

import os
from functools import cache
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from aboveboard.basics.errors import Invalid
from aboveboard.incidents.limits import REASON_WORDS
from aboveboard.keys.queries import instance_secret

_KEY_NAME: Final = "cases"
_AAD: Final = b"aboveboard/case/v1/"
_NONCE_BYTES: Final = 12


class CaseWordsRefused(Invalid):
    """You wrote nothing, or more than {limit:,} characters."""

    code = "case_words_refused"
    next_step = "Say it in a few sentences."


def checked(words: str, *, needed: bool = True) -> str:
    """Return what somebody wrote, trimmed.

    Raises:
        CaseWordsRefused: there is nothing where something is needed, or too much.
    """
    # A browser sends a line's end as two characters and counts it as one.
    words = words.replace("\r\n", "\n").strip()
    if (needed and not words) or len(words) > REASON_WORDS:
        raise CaseWordsRefused(limit=REASON_WORDS, found=f"{len(words):,} characters", fix="")
    return words


def seal_words(column: str, entry_id: int, words: str) -> bytes:
    """Seal what was written, for a column of a row whose entry is given."""
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + _cipher(instance_secret(_KEY_NAME)).encrypt(
        nonce, words.encode(), _bound_to(column, entry_id)
    )


def read_words(column: str, entry_id: int | None, sealed: bytes | memoryview | None) -> str | None:
    """Return what was written: "" where nothing was, None where it cannot be read."""
    if sealed is None or entry_id is None:
        return ""
    box = bytes(sealed)
    cipher = _cipher(instance_secret(_KEY_NAME))
    try:
        return cipher.decrypt(
            box[:_NONCE_BYTES], box[_NONCE_BYTES:], _bound_to(column, entry_id)
        ).decode()
    except (InvalidTag, ValueError):
        return None


@cache
def _cipher(secret: bytes) -> AESGCM:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=_AAD + b"words")
    return AESGCM(derived.derive(secret))


def _bound_to(column: str, entry_id: int) -> bytes:
    return _AAD + column.encode() + entry_id.to_bytes(8, "big")
