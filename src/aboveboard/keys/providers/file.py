"""``file:PATH``: the root key in a file that only its owner can read, as
``aboveboard init`` makes it.

The file is read again for each lease, so a key taken away stops this process too, and one put back
is found. With a passphrase the text in it is sealed; it is opened once for each content of the
file, because that costs time on purpose.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import stat
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from aboveboard.basics.errors import Unavailable
from aboveboard.keys.providers import material, passphrase
from aboveboard.keys.wrapping import KEY_BYTES, LocalKey, wrapped_by

_BACK = "Put the file back from safekeeping."


class RootKeyMissing(Unavailable):
    """The root key {file} cannot be used: {why}."""

    code = "root_key_missing"
    next_step = "{fix}"


class FileProvider:
    """A root key in a file; ``ask`` returns its passphrase when it has one."""

    def __init__(self, name: str, file: Path, ask: Callable[[], str]) -> None:
        self.name = name
        self._file = file
        self._ask = ask
        self._read: tuple[str, material.RootKeyVersions, str | None] | None = None

    def wrap(self, key: bytes, context: bytes) -> bytes:
        """Return ``key`` wrapped and bound to ``context``."""
        return self._versions().wrap(key, context)

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """Return the key inside ``wrapped``."""
        return self._versions().unwrap(wrapped, context)

    def local_key(self, key_id: bytes) -> LocalKey | None:
        """Return the root key itself."""
        return self._versions().find(key_id)

    def renew(self) -> str:
        """Put a new key before those in the file, at once or not at all."""
        with self._exclusive():
            keys = self._versions().keys
            replace(self._file, self._text([os.urandom(KEY_BYTES), *keys]))
        return f"{self._file.name} holds a new key before the {len(keys)} it had."

    def settle(self, kept: Collection[bytes]) -> str:
        """Move the older keys into a file of their own: older backups need
        them, nothing else does."""
        with self._exclusive():
            newest, *older = self._versions().keys
            now = LocalKey(newest)
            if not older or any(wrapped_by(wrapped) != now.id for wrapped in kept):
                return ""
            archived = self._file.with_name(f"{self._file.name}.before-{now.id.hex()}")
            # The archive before the file: a crash in between leaves the older keys twice, the other
            # way round nowhere.
            replace(archived, self._text(older))
            replace(self._file, self._text([newest]))
        return (
            f"Copy {self._file.name} to safekeeping again. Keep {archived.name} with your older "
            "backups: only they need it."
        )

    def keys(self) -> list[bytes]:
        """Return the keys in the file, the newest first: for a ceremony, and for nothing else."""
        return list(self._versions().keys)

    @contextmanager
    def _exclusive(self) -> Iterator[None]:
        """Let nobody else write the file meanwhile: of two new keys written at once, one would be
        lost with all it wraps."""
        with self._file.with_name(f"{self._file.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _text(self, keys: list[bytes]) -> str:
        opened_with = self._read[2] if self._read else None
        text = material.write(keys)
        return text if opened_with is None else passphrase.seal(text, opened_with)

    def _versions(self) -> material.RootKeyVersions:
        text = read_private(self._file)
        # By content and not by time of change: argon2id costs half a second, and a file may be
        # replaced within one tick of the clock.
        if self._read is not None and self._read[0] == text:
            return self._read[1]
        try:
            opened_with = self._ask() if passphrase.is_sealed(text) else None
            versions = material.RootKeyVersions(
                material.read(text if opened_with is None else passphrase.unseal(text, opened_with))
            )
        except passphrase.RootKeyUndecryptable as error:
            fix = (
                f"Give the right passphrase, or put the file back. Read: {passphrase.VARIABLE} in "
                "docs/how-to/keep-the-keys.md."
            )
            raise RootKeyMissing(file=self._file.name, why=error.details["why"], fix=fix) from None
        except material.RootKeyMalformed as error:
            raise RootKeyMissing(
                file=self._file.name, why=error.details["why"], fix=_BACK
            ) from None
        self._read = (text, versions, opened_with)
        return versions


def read_private(file: Path) -> str:
    """Return the text of a file that only its owner may read.

    Raises:
        RootKeyMissing: no such file, not text, or others may read it.
    """
    try:
        # Asked at each reading: a restored copy often has the mode of whoever copied it.
        mode = file.stat().st_mode
        text = file.read_text("ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise RootKeyMissing(file=file.name, why=type(error).__name__, fix=_BACK) from None
    if stat.S_IMODE(mode) & 0o077:
        raise RootKeyMissing(
            file=file.name,
            why="other users of this machine can read it",
            fix=f"Run: chmod 600 {file}",
        )
    return text


def replace(file: Path, text: str) -> None:
    """Write a file for its owner alone so that it holds either what it held or all of
    ``text``, also after a crash."""
    beside = file.with_name(f"{file.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(
            # With this mode from the first moment: made first and closed to others afterwards it
            # could be read in between.
            os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600),
            "w",
            encoding="ascii",
        ) as opened:
            opened.write(text)
            opened.flush()
            os.fsync(opened.fileno())
        beside.replace(file)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
