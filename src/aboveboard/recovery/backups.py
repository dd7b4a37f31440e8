"""The folder that backups stand in: their names, which keys go with which records, and writing
one whole or not at all.

```
DIR/aboveboard-20261126T123000Z/         the records part; kept as long as you like
DIR/aboveboard-20261126T123000Z.keys/    the keys part; replaced by the next
```
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, Final

from aboveboard.basics.errors import Conflict, Unavailable
from aboveboard.ledger.format.note import Signer
from aboveboard.recovery import manifest as manifests
from aboveboard.recovery.manifest import FileDigest, Manifest

_KEYS: Final = ".keys"
_PARTIAL: Final = ".partial"
_BLOCK: Final = 1 << 20


class CannotWrite(Unavailable):
    """The backup cannot be written to {place}: {why}."""

    code = "backup_not_written"
    next_step = (
        "Nothing of it was kept, and the older ones are as they were. Make room or name another "
        "folder, and run it again."
    )


def backup_name(at: datetime) -> str:
    """Return the name of a backup made at ``at``."""
    return f"aboveboard-{at:%Y%m%dT%H%M%SZ}"


@contextmanager
def locked(place: Path) -> Iterator[None]:
    """Let one backup at a time write here, and clear away what an earlier one left when it died.

    Raises:
        CannotWrite: the folder cannot be made or written.
        Conflict: another backup is being made here.
    """
    try:
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(place / ".lock", os.O_CREAT | os.O_RDWR, 0o600)
    except OSError as error:
        raise CannotWrite(place=place, why=error.strerror) from None
    try:
        try:
            # The kernel's lock, not a file that says so: it goes with the process, however it dies.
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Conflict(why=f"another backup is being made in {place}") from None
        for left in place.glob(f".*{_PARTIAL}"):
            shutil.rmtree(left)
        yield
    finally:
        os.close(handle)


class BackupPart:
    """A part being written, under a name that nobody takes for a backup, until
    :meth:`publish` gives it its own."""

    def __init__(self, place: Path, name: str) -> None:
        self.final = place / name
        self.folder = place / f".{name}{_PARTIAL}"
        if self.final.exists():
            raise Conflict(why=f"there is a backup called {name} already")
        self.folder.mkdir(mode=0o700)
        self.files: list[FileDigest] = []

    @contextmanager
    def create(self, name: str) -> Iterator[DigestedFile]:
        """Write a file of the part; when done it is on the disk and in :attr:`files`."""
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        with path.open("xb", buffering=_BLOCK) as raw:
            file = DigestedFile(raw)
            yield file
            raw.flush()
            os.fsync(raw.fileno())
            self.files.append(FileDigest(name, raw.tell(), file.digest.hexdigest()))

    def add_file(self, name: str) -> None:
        """Add a file that something else wrote into the folder."""
        digest = hashlib.sha256()
        with (self.folder / name).open("r+b") as file:
            while block := file.read(_BLOCK):
                digest.update(block)
            os.fsync(file.fileno())
            self.files.append(FileDigest(name, file.tell(), digest.hexdigest()))

    def finish(self, manifest: Manifest, signer: Signer) -> None:
        """Write the manifest, signed, and flush everything. The part still has its hidden name."""
        with (self.folder / manifests.FILE).open("xb") as file:
            file.write(manifests.encode(manifest, signer))
            file.flush()
            os.fsync(file.fileno())
        for folder in {self.folder, *(path.parent for path in self.folder.rglob("*"))}:
            _flush(folder)

    def publish(self) -> None:
        """Give the part its name."""
        # A rename within one folder is atomic; the folder is flushed after, or the name could be
        # lost with the power.
        self.folder.rename(self.final)
        _flush(self.final.parent)

    def discard(self) -> None:
        """Remove the part, if it does not stand yet."""
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def size(self) -> int:
        """Bytes of the files so far."""
        return sum(file.size for file in self.files)


class DigestedFile:
    """A file that is written from its beginning to its end, and digested on the way."""

    def __init__(self, raw: IO[bytes]) -> None:
        self._raw = raw
        self.digest = hashlib.sha256()

    def write(self, data: bytes | memoryview) -> int:
        """Add bytes."""
        self.digest.update(data)
        return self._raw.write(data)

    def tell(self) -> int:
        """Return how many bytes there are."""
        return self._raw.tell()


def keys_part_of(records: Path) -> Path | None:
    """Return the newest keys part beside a records part, or None."""
    return max(keys_parts_in(records.resolve().parent), default=None)


def keys_parts_in(place: Path) -> list[Path]:
    """Return the finished keys parts in a folder, oldest first."""
    return sorted(
        path for path in place.glob(f"aboveboard-*{_KEYS}") if (path / manifests.FILE).is_file()
    )


def keys_part_name(name: str) -> str:
    """Return the name of the keys part of a backup."""
    return name + _KEYS


def remove_older_keys(place: Path, newest: Path) -> list[str]:
    """Delete every keys part but the newest; return the names of those that went.

    The manifest goes first, so that one that was being deleted when the process
    died is no backup any more.
    """
    gone = []
    for path in [*place.glob(f"aboveboard-*{_KEYS}")]:
        if path.name < newest.name:
            (path / manifests.FILE).unlink(missing_ok=True)
            _flush(path)
            shutil.rmtree(path)
            gone.append(path.name)
    _flush(place)
    return sorted(gone)


def _flush(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
