"""The list of breached passwords on this machine: looked up in place, two reads for each."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

from aboveboard.credentials.breached import shard
from aboveboard.credentials.breached.shard import ListDamaged, ShardHeader


@dataclass(frozen=True, slots=True)
class ListState:
    """What a list holds: how many passwords, of how many prefixes, and when the oldest and the
    newest of its files were written."""

    entries: int
    prefixes: int
    oldest: datetime
    newest: datetime


def digest_of(password: str) -> bytes:
    """Return the SHA-1 of a password, by which such lists know it; it protects nothing."""
    return hashlib.sha1(password.encode(), usedforsecurity=False).digest()


def file_name(number: int) -> str:
    """Return what the file of the three digits ``number`` is called."""
    return f"{number:03x}.pwned"


class BreachedList:
    """A folder in the form of ``FORMAT.md``. It holds no file open: one that is replaced meanwhile
    is read in its new form by the next look-up."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def exists(self) -> bool:
        """Whether there is a list at all; one that lacks files is there, and damaged."""
        return any(self._folder.glob("*.pwned"))

    def count(self, password: str) -> int:
        """Return about how often a password was met in leaks; 0: never.

        Raises:
            ListDamaged: what would have to tell cannot be read as it was written.
        """
        return self.count_digest(digest_of(password))

    def count_digest(self, digest: bytes) -> int:
        """Return the same of a password's SHA-1.

        Raises:
            ListDamaged: what would have to tell cannot be read as it was written.
        """
        number, bucket = digest[0] << 4 | digest[1] >> 4, (digest[1] & 15) << 4 | digest[2] >> 4
        return shard.count_in(self._bucket(number, bucket), digest)

    def suffixes(self, prefix: str) -> dict[str, int]:
        """Return the SHA-1 digests that begin with five hexadecimal digits: the last 35 digits of
        each, and about how often it was met.

        Raises:
            ListDamaged: what would have to tell cannot be read as it was written.
        """
        return shard.suffixes_of(self._bucket(int(prefix[:3], 16), int(prefix[3:], 16)))

    def state(self) -> ListState:
        """Return what the list holds, by the headers of its files.

        Raises:
            ListDamaged: a file is missing, or its header is not as it was written.
        """
        headers = [self._header(number) for number in range(shard.SHARDS)]
        times = [header.made_at for header in headers]
        prefixes = sum(
            end > start
            for header in headers
            for start, end in map(header.span, range(shard.BUCKETS))
        )
        return ListState(
            sum(header.entries for header in headers),
            prefixes,
            datetime.fromtimestamp(min(times), UTC),
            datetime.fromtimestamp(max(times), UTC),
        )

    def verify(self) -> Iterator[ListDamaged | None]:
        """Read every file whole, and yield for each what is wrong with it, or None."""
        for number in range(shard.SHARDS):
            try:
                self._verify(number)
            except ListDamaged as damage:
                yield damage
            else:
                yield None

    def _verify(self, number: int) -> None:
        name = file_name(number)
        header = self._header(number)
        data = (self._folder / name).read_bytes()
        for bucket in range(shard.BUCKETS):
            start, end = header.span(bucket)
            body = data[start:end]
            shard.check_bucket(header, bucket, body, name=name)
            entries = [body[at : at + shard.KEPT] for at in range(0, len(body), shard.ENTRY)]
            if any(later <= entry for entry, later in pairwise(entries)):
                raise ListDamaged(what=f"{name} is not in order")
        if len(data) != header.span(shard.BUCKETS - 1)[1]:
            raise ListDamaged(what=f"{name} is longer than it says")

    def _header(self, number: int) -> ShardHeader:
        with self._open(number) as file:
            return shard.decode_header(file.read(shard.HEADER), name=file_name(number))

    def _bucket(self, number: int, bucket: int) -> bytes:
        name = file_name(number)
        with self._open(number) as file:
            header = shard.decode_header(file.read(shard.HEADER), name=name)
            start, end = header.span(bucket)
            body = os.pread(file.fileno(), end - start, start)
        shard.check_bucket(header, bucket, body, name=name)
        return body

    def _open(self, number: int) -> _ShardFile:
        return _ShardFile(self._folder / file_name(number))


class _ShardFile:
    """A file of the list, open for one look-up."""

    def __init__(self, path: Path) -> None:
        try:
            # Unbuffered: only what is asked for is read.
            self._file = path.open("rb", buffering=0)
        except OSError:
            raise ListDamaged(what=f"{path.name} is missing or cannot be opened") from None

    def __enter__(self) -> _ShardFile:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def fileno(self) -> int:
        return self._file.fileno()

    def read(self, size: int) -> bytes:
        return self._file.read(size) or b""
