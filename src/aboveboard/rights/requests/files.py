"""Sealed files of a request: what systems answered, attachments, documents.

They lie in ``rights/<request>/`` of the instance. A file is ``16 bytes salt``, then chunks, each
``4 bytes length (big-endian) | AES-256-GCM``; the key is HKDF-SHA256 of the request's key with the
salt, the nonce is the number of the chunk, and the associated data say which chunk is the last, so
that none can be moved, left out, or cut off. A file is there whole or not at all: it is written
beside its place and renamed. Memory does not grow with it.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from aboveboard.basics import settings
from aboveboard.basics.errors import Invalid, NotFound
from aboveboard.rights import limits
from aboveboard.rights.requests.sealing import RequestUnreadable

FOLDER: Final = "rights"
_SALT_BYTES: Final = 16
_LENGTH_BYTES: Final = 4
_TAG_BYTES: Final = 16
_INFO: Final = b"aboveboard/rights-file/v1/"
_MORE, _LAST = b"\x00", b"\x01"


class SealedFileTooLong(Invalid):
    """The file is longer than {limit} bytes."""

    code = "sealed_file_too_long"
    next_step = "Send a smaller one, such as a scan of fewer pages."


def folder(request_id: int) -> Path:
    """Return the folder of a request, which may not be there."""
    return settings.current().home / FOLDER / str(request_id)


def exists(request_id: int, name: str) -> bool:
    """Whether there is a file of that name, whole."""
    return (folder(request_id) / name).is_file()


def names(request_id: int) -> list[str]:
    """Return the names of the whole files of a request, in order."""
    place = folder(request_id)
    if not place.is_dir():
        return []
    return sorted(each.name for each in place.iterdir() if not each.name.startswith("."))


def length(request_id: int, name: str) -> int:
    """Return how many bytes a file has as it lies there; 0 where there is none."""
    place = folder(request_id) / name
    return place.stat().st_size if place.is_file() else 0


def write(
    request_id: int,
    name: str,
    key: bytes,
    chunks: Iterable[bytes],
    *,
    longest: int | None = None,
) -> int:
    """Seal what comes into a file, and return its length in bytes. Written again it is replaced.

    Raises:
        SealedFileTooLong: it is longer than ``longest`` bytes; nothing is left of it.
    """
    target = folder(request_id) / name
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = target.with_name(f".{name}.{os.urandom(4).hex()}")
    try:
        with beside.open("wb") as file:
            os.fchmod(file.fileno(), 0o600)
            length = _write(file, name, key, chunks, longest)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(target)
        _sync(target.parent)
    finally:
        beside.unlink(missing_ok=True)
    return length


def read(request_id: int, name: str, key: bytes) -> Iterator[bytes]:
    """Yield the contents of a file, a chunk at a time.

    Raises:
        NotFound: there is none.
        RequestUnreadable: it was changed or cut off, or the key is another.
    """
    try:
        file = (folder(request_id) / name).open("rb")
    except FileNotFoundError:
        raise NotFound(what="sealed file") from None
    with file:
        cipher = _cipher(key, name, file.read(_SALT_BYTES))
        number, head = 0, file.read(_LENGTH_BYTES)
        while head:
            sealed = file.read(int.from_bytes(head, "big"))
            head = file.read(_LENGTH_BYTES)
            try:
                yield cipher.decrypt(_nonce(number), sealed, _MORE if head else _LAST)
            except (InvalidTag, ValueError):
                raise RequestUnreadable(what="a sealed file was changed") from None
            number += 1
        if number == 0:
            raise RequestUnreadable(what="a sealed file was cut off")


def delete(request_id: int, name: str) -> None:
    """Delete a file; one that is not there stays so."""
    (folder(request_id) / name).unlink(missing_ok=True)


def delete_all(request_id: int) -> None:
    """Delete every file of a request. Done again it finds nothing left."""
    shutil.rmtree(folder(request_id), ignore_errors=True)


def _write(
    file: BinaryIO, name: str, key: bytes, chunks: Iterable[bytes], longest: int | None
) -> int:
    salt = os.urandom(_SALT_BYTES)
    cipher, length, number = _cipher(key, name, salt), 0, 0
    file.write(salt)
    waiting = bytearray()
    for chunk in chunks:
        length += len(chunk)
        if longest is not None and length > longest:
            raise SealedFileTooLong(limit=longest)
        waiting += chunk
        # One chunk always stays behind, since only the last is marked so.
        while len(waiting) > limits.RECORDS_CHUNK:
            _put(file, cipher, number, bytes(waiting[: limits.RECORDS_CHUNK]), _MORE)
            del waiting[: limits.RECORDS_CHUNK]
            number += 1
    _put(file, cipher, number, bytes(waiting), _LAST)
    return length


def _put(file: BinaryIO, cipher: AESGCM, number: int, plain: bytes, mark: bytes) -> None:
    sealed = cipher.encrypt(_nonce(number), plain, mark)
    file.write(len(sealed).to_bytes(_LENGTH_BYTES, "big") + sealed)


def _nonce(number: int) -> bytes:
    # Each file has a key of its own, by its salt: a counter never meets another's.
    return number.to_bytes(12, "big")


def _cipher(key: bytes, name: str, salt: bytes) -> AESGCM:
    derived = HKDF(SHA256(), 32, salt, _INFO + name.encode()).derive(key)
    return AESGCM(derived)


def _sync(place: Path) -> None:
    handle = os.open(place, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
