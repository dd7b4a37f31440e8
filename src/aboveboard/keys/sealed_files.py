"""A file that waits for a short time: sealed block by block, so that no plaintext of it touches the
disk, and read as a stream that can be sought.

Each file has a random token, known only to whoever may read it. Its bytes are sealed in blocks with
AES-256-GCM, under a key derived from a secret of the instance and the token; the nonce is the
block's number, so blocks cannot be reordered, and the last is marked, so none can be cut off.
"""

from __future__ import annotations

import hmac
import io
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from aboveboard.basics.errors import Damaged
from aboveboard.keys.queries import instance_secret

_BLOCK: Final = 1 << 18
_TAG: Final = 16


class UploadDamaged(Damaged):
    """The upload cannot be read back."""

    code = "upload_damaged"
    next_step = "Upload the file again."


def write(part: Path, blocks: Iterable[bytes], name: str, token: str) -> None:
    """Seal ``blocks`` into a file; ``name`` is that of the instance's secret. What ``blocks``
    raises is raised, and what was written stays for the caller to remove."""
    cipher = _cipher(name, token)
    with part.open("wb") as file:
        number, held = 0, b""
        for block in blocks:
            held += block
            # Strictly more, so that something is always left for the block that is marked as the
            # last.
            while len(held) > _BLOCK:
                file.write(cipher.encrypt(_nonce(number), held[:_BLOCK], b"more"))
                held, number = held[_BLOCK:], number + 1
        file.write(cipher.encrypt(_nonce(number), held, b"last"))


def read(path: Path, name: str, token: str) -> IO[bytes]:
    """Return the file as a stream, opened block by block.

    Raises:
        UploadDamaged: a block does not open, when it is read.
    """
    return io.BufferedReader(_Blocks(path, _cipher(name, token)), _BLOCK)


class _Blocks(io.RawIOBase):
    """A sealed file as a raw stream that can be sought: each block is opened alone, when it is
    read."""

    def __init__(self, path: Path, cipher: AESGCM) -> None:
        self._file = path.open("rb")
        self._cipher = cipher
        sealed = path.stat().st_size
        self._blocks = max(1, -(-sealed // (_BLOCK + _TAG)))
        self._size = max(0, sealed - self._blocks * _TAG)
        self._at, self._number, self._block = 0, -1, b""

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: object) -> int:
        # io hands a writable buffer, typeshed says object.
        view = memoryview(buffer)  # type: ignore[arg-type]
        number = self._at // _BLOCK
        if number >= self._blocks:
            return 0
        inside = self._open_block(number)[self._at % _BLOCK :][: len(view)]
        view[: len(inside)] = inside
        self._at += len(inside)
        return len(inside)

    def close(self) -> None:
        self._file.close()
        super().close()

    def _open_block(self, number: int) -> bytes:
        if number != self._number:
            self._file.seek(number * (_BLOCK + _TAG))
            sealed = self._file.read(_BLOCK + _TAG)
            last = number == self._blocks - 1
            try:
                self._block = self._cipher.decrypt(
                    _nonce(number), sealed, b"last" if last else b"more"
                )
            except InvalidTag:
                raise UploadDamaged from None
            self._number = number
        return self._block


def _cipher(name: str, token: str) -> AESGCM:
    return AESGCM(
        hmac.digest(
            # A key for each file: with the nonce a mere block number, one key for two files would
            # break both.
            instance_secret(name),
            f"aboveboard/{name}/v1/{token}".encode(),
            "sha256",
        )
    )


def _nonce(number: int) -> bytes:
    return number.to_bytes(12, "big")
