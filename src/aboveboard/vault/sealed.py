"""The sealed record: a map of field to AES-256-GCM box. ``FORMAT.md`` is the byte format.

Pure: bytes in, bytes out. The associated data binds each box to its person, its field and the
promise version it was collected under, so a box moved anywhere else does not open.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Collection, Container, Iterator, Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from aboveboard.basics.errors import AboveboardError
from aboveboard.basics.limits import FIELD_BYTES, FIELD_NAME_BYTES

VERSION = b"\x01"
NONCE_BYTES = 12
TAG_BYTES = 16
_AAD = b"aboveboard/field/v1/"
_HEAD = struct.Struct(">II")  # promise serial, length of what is sealed


class RecordDamaged(AboveboardError):
    """A sealed record cannot be read: {why}."""

    code = "record_damaged"
    next_step = "Restore it from a backup; see docs/how-to/operate.md."


class FieldTooLong(AboveboardError):
    """The field {field} is too long: {found} bytes, at most {limit} are kept."""

    code = "field_too_long"


@dataclass(frozen=True, slots=True)
class Box:
    """One sealed field: the promise version it was collected under, the nonce, and the ciphertext with its tag."""

    promise_serial: int
    sealed: bytes


def seal(cipher: AESGCM, person_id: int, field: str, promise_serial: int, value: str) -> Box:
    """Seal one value with the person's key.

    Raises:
        FieldTooLong: the value is longer than ``limits.FIELD_BYTES`` in UTF-8.
    """
    plain = value.encode()
    if len(plain) > FIELD_BYTES:
        raise FieldTooLong(field=field, found=len(plain), limit=FIELD_BYTES)
    nonce = os.urandom(NONCE_BYTES)
    return Box(promise_serial, nonce + cipher.encrypt(nonce, plain, _bound(person_id, field, promise_serial)))


def unseal(cipher: AESGCM, person_id: int, field: str, box: Box) -> str:
    """Open one box.

    Raises:
        RecordDamaged: the box was changed, or belongs to another person, field or promise version.
    """
    nonce, sealed = box.sealed[:NONCE_BYTES], box.sealed[NONCE_BYTES:]
    try:
        return cipher.decrypt(nonce, sealed, _bound(person_id, field, box.promise_serial)).decode()
    except (InvalidTag, ValueError):
        raise RecordDamaged(why=f"the box of {field} does not open with its person's key") from None


def encode(boxes: Mapping[str, Box]) -> bytes:
    """Return the record's bytes: fields in byte order of their names, so that equal maps are equal bytes."""
    parts = [VERSION]
    for name in sorted(boxes):
        key, box = name.encode(), boxes[name]
        if not 0 < len(key) <= FIELD_NAME_BYTES:
            raise FieldTooLong(field=name[:20], found=len(key), limit=FIELD_NAME_BYTES)
        parts += (
            len(key).to_bytes(1, "big"),
            key,
            box.promise_serial.to_bytes(4, "big"),
            len(box.sealed).to_bytes(4, "big"),
            box.sealed,
        )
    return b"".join(parts)


def decode(record: bytes) -> dict[str, Box]:
    """Read what :func:`encode` wrote; nothing else is accepted.

    Raises:
        RecordDamaged: unknown version, a length beyond the end, names out of order or twice.
    """
    try:
        return {key.decode(): box for key, box in _boxes(record, None)}
    except UnicodeDecodeError:
        raise RecordDamaged(why="a field name is not UTF-8") from None


def pick(record: bytes, names: Collection[str]) -> dict[str, Box]:
    """Return the boxes of ``names`` alone: a use opens three fields of fifteen, and most of the work is the rest.

    Raises:
        RecordDamaged: as for :func:`decode`.
    """
    wanted = {name.encode(): name for name in names}
    return {wanted[key]: box for key, box in _boxes(record, wanted)}


def _boxes(record: bytes, wanted: Container[bytes] | None) -> Iterator[tuple[bytes, Box]]:
    if record[:1] != VERSION:
        raise RecordDamaged(why="it does not start with a known version")
    at, last, size = 1, b"", len(record)
    while at < size:
        name_end = at + 1 + record[at]
        head_end = name_end + _HEAD.size
        if head_end > size:
            raise RecordDamaged(why="it ends in the middle of a box")
        key = record[at + 1 : name_end]
        serial, length = _HEAD.unpack_from(record, name_end)
        end = head_end + length
        if end > size:
            raise RecordDamaged(why="it ends in the middle of a box")
        if length < NONCE_BYTES + TAG_BYTES or key <= last:
            raise RecordDamaged(why="a box is too short, or fields are out of order")
        if wanted is None or key in wanted:
            yield key, Box(serial, record[head_end:end])
        at, last = end, key


def _bound(person_id: int, field: str, promise_serial: int) -> bytes:
    return b"%b%b%b%b" % (_AAD, person_id.to_bytes(8, "big"), promise_serial.to_bytes(4, "big"), field.encode())
