"""An upload that waits for its columns to be confirmed: sealed, so that no plaintext of
a leak touches the disk.

Each upload has a random token, known only to the session that made it (``keys.sealed_files``).
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Final

from aboveboard.basics import settings
from aboveboard.basics.errors import Invalid, NotFound
from aboveboard.engines.duck import atomic_path
from aboveboard.incidents import limits
from aboveboard.incidents.exposure import folders
from aboveboard.keys import sealed_files

_SEALING: Final = "staging"


class UploadTooLarge(Invalid):
    """The file is larger than {megabytes} MB."""

    code = "upload_too_large"
    next_step = "Open it on the machine itself: aboveboard incident open-leak FILE"


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
    sealed_files.write(path, _refuse_too_large(blocks), _SEALING, token)


def read_sealed(path: Path, token: str) -> IO[bytes]:
    """Return a sealed file as a stream, opened block by block.

    Raises:
        FileNotFoundError: it is gone. UploadDamaged: a block of it is not as it was sealed.
    """
    return sealed_files.read(path, _SEALING, token)


def _refuse_too_large(blocks: Iterable[bytes]) -> Iterator[bytes]:
    # The length is counted here and not taken from the request: what a browser says of a file may
    # be wrong.
    total = 0
    for block in blocks:
        total += len(block)
        if total > limits.UPLOAD_BYTES:
            raise UploadTooLarge(megabytes=limits.UPLOAD_BYTES // 2**20)
        yield block


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


def _folder() -> Path:
    return settings.current().path("incidents") / "staged"


def _path(token: str) -> Path:
    # The token becomes the name of a file: anything else could lead out of the folder.
    if not re.fullmatch(r"[0-9a-f]{32}", token):
        raise NotFound(what="upload")
    return _folder() / f"{token}.sealed"
