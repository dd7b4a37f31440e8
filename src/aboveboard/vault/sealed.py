"""The sealed record: a map of field to AES-256-GCM box. ``FORMAT.md`` is the byte format.

Pure: bytes in, bytes out. The associated data binds each box to its person, its field and its whole
origin (when, on which channel, for which purpose, under which promise), so a box moved anywhere
else, or given another past, does not open.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Collection, Container, Iterator, Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from aboveboard.basics.errors import Damaged, Invalid
from aboveboard.vault import origin as origins
from aboveboard.vault.limits import FIELD_BYTES, FIELD_NAME_BYTES, RECORD_ORIGINS
from aboveboard.vault.origin import ValueOrigin

VERSION = b"\x02"
NONCE_BYTES = 12
TAG_BYTES = 16
_FIRST_VERSION = b"\x01"
AAD = b"aboveboard/field/v2/"
_FIRST_AAD = b"aboveboard/field/v1/"
_HEAD = struct.Struct(">BI")  # number of the origin, length of what is sealed
_FIRST_HEAD = struct.Struct(">II")  # promise serial, length of what is sealed


class RecordDamaged(Damaged):
    """A sealed record cannot be read: {why}."""

    code = "record_damaged"
    next_step = "Restore it from a backup; see docs/how-to/operate.md."


class FieldTooLong(Invalid):
    """The field {field} is too long: {found} bytes, at most {limit} are kept."""

    code = "field_too_long"
    next_step = "Give a shorter value, or keep the text as a document."


class TooManyOrigins(Invalid):
    """A record has values of {found} origins, and can tell at most {limit} apart."""

    code = "too_many_origins"
    next_step = (
        "Let the promise hold fewer fields, or record the values of one form with one moment."
    )


@dataclass(frozen=True, slots=True)
class SealedField:
    """One sealed field: where its value comes from, the nonce, and the ciphertext with its tag."""

    origin: ValueOrigin
    sealed: bytes


def seal(
    cipher: AESGCM, person_id: int, field: str, origin: ValueOrigin, value: str
) -> SealedField:
    """Seal one value with the person's key.

    Raises:
        FieldTooLong: the value is longer than ``limits.FIELD_BYTES`` in UTF-8.
    """
    plain = value.encode()
    if len(plain) > FIELD_BYTES:
        raise FieldTooLong(field=field, found=len(plain), limit=FIELD_BYTES)
    nonce = os.urandom(NONCE_BYTES)
    return SealedField(
        origin, nonce + cipher.encrypt(nonce, plain, _associated_data(person_id, field, origin))
    )


def unseal(cipher: AESGCM, person_id: int, field: str, box: SealedField) -> str:
    """Open one box.

    Raises:
        RecordDamaged: the box was changed, or belongs to another person, field or origin.
    """
    nonce, sealed = box.sealed[:NONCE_BYTES], box.sealed[NONCE_BYTES:]
    try:
        return cipher.decrypt(
            nonce, sealed, _associated_data(person_id, field, box.origin)
        ).decode()
    except (InvalidTag, ValueError):
        raise RecordDamaged(why=f"the box of {field} does not open with its person's key") from None


def encode(boxes: Mapping[str, SealedField]) -> bytes:
    """Return the record's bytes: origins and fields in byte order, so that
    equal maps are equal bytes.

    Raises:
        FieldTooLong: a field's name is longer than ``limits.FIELD_NAME_BYTES``.
        TooManyOrigins: more than ``limits.RECORD_ORIGINS`` different ones.
    """
    origin_bytes = sorted({box.origin.bytes for box in boxes.values()})
    numbers = {blob: number for number, blob in enumerate(origin_bytes)}
    parts = [record_start(origin_bytes)]
    for name in sorted(boxes):
        key, box = name.encode(), boxes[name]
        parts += (
            box_start(key, numbers[box.origin.bytes]),
            len(box.sealed).to_bytes(4, "big"),
            box.sealed,
        )
    return b"".join(parts)


def record_start(origin_bytes: Collection[bytes]) -> bytes:
    """Return the beginning of a record whose values come from these origins, in byte order.

    Raises:
        TooManyOrigins: more than ``limits.RECORD_ORIGINS``.
    """
    if len(origin_bytes) > RECORD_ORIGINS:
        raise TooManyOrigins(found=len(origin_bytes), limit=RECORD_ORIGINS)
    return b"".join([VERSION, len(origin_bytes).to_bytes(1, "big"), *origin_bytes])


def box_start(name: bytes, origin: int) -> bytes:
    """Return the beginning of a box, up to its length.

    Raises:
        FieldTooLong: the name is longer than ``limits.FIELD_NAME_BYTES``, or empty.
    """
    if not 0 < len(name) <= FIELD_NAME_BYTES:
        raise FieldTooLong(
            field=name[:20].decode(errors="replace"), found=len(name), limit=FIELD_NAME_BYTES
        )
    return len(name).to_bytes(1, "big") + name + origin.to_bytes(1, "big")


def decode(record: bytes) -> dict[str, SealedField]:
    """Read what :func:`encode` wrote, now or in format 1; nothing else is accepted.

    Raises:
        RecordDamaged: unknown version, a length beyond the end, names or origins out of order or
            twice, an origin unused.
    """
    try:
        boxes = {key.decode(): box for key, box in _boxes(record, None)}
    except UnicodeDecodeError:
        raise RecordDamaged(why="a field name is not UTF-8") from None
    if record[:1] == VERSION and record[1] != len({box.origin for box in boxes.values()}):
        raise RecordDamaged(why="it has an origin that no field comes from")
    return boxes


def pick(record: bytes, names: Collection[str]) -> dict[str, SealedField]:
    """Return the boxes of ``names`` alone: a use opens three fields of fifteen, and most
    of the work is the rest.

    Raises:
        RecordDamaged: as for :func:`decode`, but for what is not returned (the spelling of
            other names, unused origins).
    """
    wanted = {name.encode(): name for name in names}
    return {wanted[key]: box for key, box in _boxes(record, wanted)}


def _boxes(record: bytes, wanted: Container[bytes] | None) -> Iterator[tuple[bytes, SealedField]]:
    origin_bytes, at = _origin_bytes(record)
    head = _FIRST_HEAD if origin_bytes is None else _HEAD
    known = 2**32 if origin_bytes is None else len(origin_bytes)
    last, size, head_size = b"", len(record), head.size
    while at < size:
        name_end = at + 1 + record[at]
        head_end = name_end + head_size
        if head_end > size:
            raise RecordDamaged(why="it ends in the middle of a box")
        key = record[at + 1 : name_end]
        number, length = head.unpack_from(record, name_end)
        end = head_end + length
        if end > size:
            raise RecordDamaged(why="it ends in the middle of a box")
        if length < NONCE_BYTES + TAG_BYTES or key <= last or number >= known:
            raise RecordDamaged(
                why="a box is too short or of no known origin, or fields are out of order"
            )
        if wanted is None or key in wanted:
            yield (
                key,
                SealedField(
                    origins.of_promise(number)
                    if origin_bytes is None
                    else _origin(origin_bytes[number]),
                    record[head_end:end],
                ),
            )
        at, last = end, key


def _origin_bytes(record: bytes) -> tuple[list[bytes] | None, int]:
    """Return the origins of a record, still bytes, and where its boxes start; None for
    format 1, which has none."""
    if record[:1] == _FIRST_VERSION:
        return None, 1
    if record[:1] != VERSION:
        raise RecordDamaged(why="it does not start with a known version")
    origin_bytes: list[bytes] = []
    at, last = 2, b""
    try:
        for _ in range(record[1]):
            end = origins.origin_end(record, at)
            blob = record[at:end]
            if blob <= last:
                raise RecordDamaged(why="its origins are out of order")
            origin_bytes.append(blob)
            at, last = end, blob
    except IndexError:
        at = len(record) + 1
    if at > len(record):
        raise RecordDamaged(why="it ends in the middle of an origin")
    return origin_bytes, at


def _origin(blob: bytes) -> ValueOrigin:
    try:
        return origins.read(blob)
    except ValueError:
        raise RecordDamaged(
            why="an origin is not one: its time, channel or purpose cannot be"
        ) from None


def _associated_data(person_id: int, field: str, origin: ValueOrigin) -> bytes:
    if origin.collected_at is None:  # sealed when records kept the promise alone
        return b"%b%b%b%b" % (
            _FIRST_AAD,
            person_id.to_bytes(8, "big"),
            origin.promise_serial.to_bytes(4, "big"),
            field.encode(),
        )
    return b"%b%b%b%b" % (AAD, person_id.to_bytes(8, "big"), origin.bytes, field.encode())
