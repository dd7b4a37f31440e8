"""The record as it is stored: format 3 of ``FORMAT.md``; formats 1 and 2 are still read.

Pure: bytes in, bytes out. A record of format 3 is one of format 2 (:mod:`aboveboard.vault.sealed`),
padded and sealed once more under the person's key, so that without the key it shows nothing but
which of a few sizes it has: not which fields are held, how long a value is, or where it comes
from. Whoever has the key opens that cover without opening a value: each has a box of its own
inside.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from aboveboard.vault import sealed
from aboveboard.vault.limits import RECORD_SIZES
from aboveboard.vault.sealed import NONCE_BYTES, TAG_BYTES, RecordDamaged, SealedField

VERSION: Final = b"\x03"
AAD: Final = b"aboveboard/record/v3/"
_LENGTH_BYTES: Final = 4
_AROUND: Final = len(VERSION) + NONCE_BYTES + TAG_BYTES
"""Bytes of a record beside what it covers."""


def seal_record(cipher: AESGCM, person_id: int, boxes: Mapping[str, SealedField]) -> bytes:
    """Return the record of a person, as it is stored.

    Raises:
        FieldTooLong, TooManyOrigins: as for :func:`sealed.encode`.
    """
    return pad_and_seal(cipher, person_id, sealed.encode(boxes), os.urandom(NONCE_BYTES))


def open_record(cipher: AESGCM, person_id: int, record: bytes) -> dict[str, SealedField]:
    """Return the boxes of a stored record; no value is opened.

    Raises:
        RecordDamaged: it does not open with the person's key, or is no record.
    """
    return sealed.decode(_uncover(cipher, person_id, record))


def pick_boxes(
    cipher: AESGCM, person_id: int, record: bytes, names: Collection[str]
) -> dict[str, SealedField]:
    """Return the boxes of ``names`` alone, as :func:`sealed.pick`.

    Raises:
        RecordDamaged: as for :func:`open_record`.
    """
    return sealed.pick(_uncover(cipher, person_id, record), names)


def pad_and_seal(cipher: AESGCM, person_id: int, body: bytes, nonce: bytes) -> bytes:
    """Pad and seal a record of format 2. ``nonce``: fresh random bytes, never used before."""
    size = padded_size(_AROUND + _LENGTH_BYTES + len(body)) - _AROUND
    plain = (len(body).to_bytes(_LENGTH_BYTES, "big") + body).ljust(size, b"\x00")
    return b"".join((VERSION, nonce, cipher.encrypt(nonce, plain, _associated_data(person_id))))


def padded_size(size: int) -> int:
    """Return how long a record is stored whose bytes need ``size``: the next of
    ``limits.RECORD_SIZES``, beyond them the next power of two."""
    for step in RECORD_SIZES:
        if size <= step:
            return step
    return 1 << (size - 1).bit_length()


def _uncover(cipher: AESGCM, person_id: int, record: bytes) -> bytes:
    """Return the record of format 1 or 2 that a stored one is, or covers."""
    if record[:1] != VERSION:
        # Written before there was a cover, and not migrated yet; anything else is refused there.
        return record
    nonce = record[1 : 1 + NONCE_BYTES]
    try:
        plain = cipher.decrypt(nonce, record[1 + NONCE_BYTES :], _associated_data(person_id))
    except (InvalidTag, ValueError):
        raise RecordDamaged(why="it does not open with its person's key") from None
    end = _LENGTH_BYTES + int.from_bytes(plain[:_LENGTH_BYTES], "big")
    body = plain[_LENGTH_BYTES:end]
    # One way to write a record: a reader that took other padding would read what no writer wrote.
    if len(plain) < end or plain.count(b"\x00", end) != len(plain) - end:
        raise RecordDamaged(why="its padding is not one")
    if body[:1] != sealed.VERSION:
        raise RecordDamaged(why="it covers no record of format 2")
    return body


def _associated_data(person_id: int) -> bytes:
    return AAD + person_id.to_bytes(8, "big")
