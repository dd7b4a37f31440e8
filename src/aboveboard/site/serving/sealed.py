"""A file on the disk that only this process can read, and only until it closes it.

It has no name, so nothing is left of it when the process ends, however it ends. What is written is
sealed with AES-256-GCM under a key that was never anywhere but in this process's memory: neither
the disk nor a copy of it taken meanwhile shows what somebody uploaded.
"""

from __future__ import annotations

import io
import secrets
import tempfile
from typing import IO, Final

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from aboveboard.basics import settings

_CHUNK: Final = 64 * 1024
_TAG: Final = 16


class SealedFile(io.RawIOBase):
    """A temporary file: first everything is appended, then it is read, from any place.

    One key seals one file, and the nonce is the chunk's number, so no nonce comes twice.
    """

    def __init__(self) -> None:
        folder = settings.current().path("uploads")
        folder.mkdir(mode=0o700, exist_ok=True)
        # Inside the instance and not in the system's folder: the same disk, and the same owner.
        self._file: IO[bytes] = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - closed by close
        self._cipher = AESGCM(secrets.token_bytes(32))
        self._waiting = bytearray()
        self._number = 0
        self._place = 0
        self._opened: tuple[int, bytes] = (-1, b"")
        self._complete = False
        self.size = 0

    def append(self, piece: bytes) -> None:
        """Write more of it."""
        if self._complete:
            raise io.UnsupportedOperation("it is complete")
        self._waiting += piece
        self.size += len(piece)
        while len(self._waiting) >= _CHUNK:
            self._seal(bytes(self._waiting[:_CHUNK]))
            del self._waiting[:_CHUNK]

    def complete(self) -> None:
        """Say that this was all; from now on it is read, from its beginning."""
        if not self._complete and self._waiting:
            self._seal(bytes(self._waiting))
            self._waiting.clear()
        self._complete = True
        self._place = 0

    def readable(self) -> bool:
        """Yes, once it is complete."""
        return self._complete

    def seekable(self) -> bool:
        """Yes, once it is complete."""
        return self._complete

    def seek(self, place: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place, counted from the beginning, from here or from the end."""
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self.size}[whence]
        self._place = max(start + place, 0)
        return self._place

    def tell(self) -> int:
        """Return where the next byte is read."""
        return self._place

    def readinto(self, buffer: object) -> int:
        """Fill a buffer with what stands here; 0 at the end."""
        if not self._complete:
            raise io.UnsupportedOperation("it is not complete")
        # io hands a writable buffer, typeshed says object.
        view = memoryview(buffer)  # type: ignore[arg-type]
        number, start = divmod(self._place, _CHUNK)
        piece = self._chunk(number)[start : start + len(view)]
        view[: len(piece)] = piece
        self._place += len(piece)
        return len(piece)

    def close(self) -> None:
        """Give the disk space back."""
        if not self.closed:
            self._file.close()
            self._opened = (-1, b"")
        super().close()

    def _seal(self, chunk: bytes) -> None:
        self._file.write(self._cipher.encrypt(_nonce(self._number), chunk, None))
        self._number += 1

    def _chunk(self, number: int) -> bytes:
        if number >= self._number:
            return b""
        if self._opened[0] != number:
            self._file.seek(number * (_CHUNK + _TAG))
            sealed = self._file.read(_CHUNK + _TAG)
            self._opened = (number, self._cipher.decrypt(_nonce(number), sealed, None))
        return self._opened[1]


def _nonce(number: int) -> bytes:
    return number.to_bytes(12, "big")
