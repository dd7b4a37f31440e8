"""An upload that waits for its columns to be confirmed: sealed, so that no plaintext of
a leak touches the disk.

Each upload has a random token, known only to the session that made it. Its bytes are sealed in
blocks with AES-256-GCM, under a key derived from the instance's secret and the token; the nonce is
the block's number, so blocks cannot be reordered, and the last is marked, so none can be cut off.
"""

from __future__ import annotations

import hmac
import io
import re
import secrets
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from aboveboard.basics import settings
from aboveboard.basics.errors import Damaged, Invalid, NotFound
from aboveboard.engines.duck import atomic_path
from aboveboard.incidents import limits
from aboveboard.incidents.exposure import folders
from aboveboard.keys.queries import instance_secret

_BLOCK = 1 << 18
_TAG = 16


class UploadTooLarge(Invalid):
    """The file is larger than {megabytes} MB."""

    code = "upload_too_large"
    next_step = "Open it on the machine itself: aboveboard incident open-leak FILE"


class UploadDamaged(Damaged):
    """The upload cannot be read back."""

    code = "upload_damaged"
    next_step = "Upload the file again."


def store(blocks: Iterable[bytes]) -> str:
    """Seal an upload and return its token.

    Raises:
        UploadTooLarge: it is larger than ``limits.UPLOAD_BYTES``; nothing of it stays.
    """
    token = secrets.token_hex(16)
    with atomic_path(_path(token)) as part:
        write_sealed(part, blocks, token)
    return token


def write_sealed(path: Path, blocks: Iterable[bytes], token: str) -> None:
    """Seal a file under the key of a token, block by block.

    Raises:
        UploadTooLarge: it is larger than ``limits.UPLOAD_BYTES``.
    """
    cipher = _cipher(token)
    with path.open("wb") as file:
        # The length is counted here and not taken from the request: what a browser says of a file
        # may be wrong.
        number, total, held = 0, 0, b""
        for block in blocks:
            total += len(block)
            if total > limits.UPLOAD_BYTES:
                raise UploadTooLarge(megabytes=limits.UPLOAD_BYTES // 2**20)
            held += block
            # Strictly more, so that something is always left for the block that is marked as the
            # last.
            while len(held) > _BLOCK:
                file.write(cipher.encrypt(_nonce(number), held[:_BLOCK], b"more"))
                held, number = held[_BLOCK:], number + 1
        file.write(cipher.encrypt(_nonce(number), held, b"last"))


def read_sealed(path: Path, token: str) -> IO[bytes]:
    """Return a sealed file as a stream, opened block by block.

    Raises:
        FileNotFoundError: it is gone. UploadDamaged: a block of it is not as it was sealed.
    """
    return io.BufferedReader(_Blocks(path, _cipher(token)), _BLOCK)


def read(token: str) -> IO[bytes]:
    """Return the upload as a stream, opened block by block.

    Raises:
        NotFound: there is no such upload, or it was forgotten.
    """
    path = _path(token)
    if not path.is_file():
        raise NotFound(what="upload")
    return read_sealed(path, token)


def delete(token: str) -> None:
    """Delete an upload, whether or not it is there."""
    _path(token).unlink(missing_ok=True)


def delete_expired(*, at: datetime) -> int:
    """Delete uploads that nobody confirmed within ``limits.STAGED_LIFE``, and what processes that
    were killed left of leaked files; return how many there were."""
    gone = folders.delete_abandoned()
    for path in _folder().glob("*.sealed*"):  # those of which a kill left a part, too
        if at - datetime.fromtimestamp(path.stat().st_mtime, UTC) > limits.STAGED_LIFE:
            path.unlink(missing_ok=True)
            gone += 1
    return gone


class _Blocks(io.RawIOBase):
    """An upload as a raw stream that can be sought: each block is opened alone, when it is read."""

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


def _cipher(token: str) -> AESGCM:
    return AESGCM(
        hmac.digest(
            # A key for each upload: with the nonce a mere block number, one key for two uploads
            # would break both.
            instance_secret("staging"),
            b"aboveboard/staging/v1/" + token.encode(),
            "sha256",
        )
    )


def _nonce(number: int) -> bytes:
    return number.to_bytes(12, "big")


def _folder() -> Path:
    return settings.current().path("incidents") / "staged"


def _path(token: str) -> Path:
    # The token becomes the name of a file: anything else could lead out of the folder.
    if not re.fullmatch(r"[0-9a-f]{32}", token):
        raise NotFound(what="upload")
    return _folder() / f"{token}.sealed"
