"""Handles: what stands for a person in the ledger, and how more than one is kept.
``vault/FORMAT.md`` is the byte format.

A person has one handle, computed from their key, until that key is rotated or two people are found
to be one: from then on their handles are kept sealed under their own key, the first one for new
entries. Once the key is destroyed nobody can compute or open them again, so the entries stay and
the tie is gone. Pure: bytes in, bytes out.
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Sequence
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from aboveboard.keys.wrapping import KeyUnwrapFailed

HANDLE_BYTES: Final = 16
_NONCE_BYTES: Final = 12
_COMPUTED: Final = b"aboveboard/handle/v1"
_VERSION: Final = b"\x01"
_AAD: Final = b"aboveboard/handles/v1/"


def handle_of(key: bytes) -> str:
    """Return the handle that is computed from a person's key: 32 hex digits."""
    return hmac.digest(key, _COMPUTED, "sha256")[:HANDLE_BYTES].hex()


def handles_of(person_id: int, key: bytes, kept: bytes | None) -> tuple[str, ...]:
    """Return all of a person's handles, the one for new entries first.

    Raises:
        KeyUnwrapFailed: what is kept does not open with the person's key.
    """
    return (handle_of(key),) if kept is None else unseal(person_id, key, kept)


def seal(person_id: int, key: bytes, handles: Sequence[str]) -> bytes:
    """Return the handles sealed under the person's key, the first one for
    new entries; each once."""
    plain = b"".join(bytes.fromhex(handle) for handle in dict.fromkeys(handles))
    if not plain or len(plain) % HANDLE_BYTES:
        raise ValueError("a handle is 32 hex digits, and a person has at least one")
    nonce = os.urandom(_NONCE_BYTES)
    return _VERSION + nonce + AESGCM(key).encrypt(nonce, plain, _AAD + person_id.to_bytes(8, "big"))


def unseal(person_id: int, key: bytes, kept: bytes) -> tuple[str, ...]:
    """Return what :func:`seal` was given.

    Raises:
        KeyUnwrapFailed: unknown version, changed, another person's, or not whole handles.
    """
    if kept[:1] != _VERSION:
        raise KeyUnwrapFailed(why="the handles do not start with a known version")
    nonce, sealed = kept[1 : 1 + _NONCE_BYTES], kept[1 + _NONCE_BYTES :]
    try:
        plain = AESGCM(key).decrypt(nonce, sealed, _AAD + person_id.to_bytes(8, "big"))
    except (InvalidTag, ValueError):
        raise KeyUnwrapFailed(why="the handles do not open with their person's key") from None
    if not plain or len(plain) % HANDLE_BYTES:
        raise KeyUnwrapFailed(why="the handles are not whole")
    return tuple(plain[at : at + HANDLE_BYTES].hex() for at in range(0, len(plain), HANDLE_BYTES))
