"""The pairs of a leaked file, read as any leaked file is, and how far it was read before."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from aboveboard.basics.errors import Invalid
from aboveboard.credentials.reuse.hashes import HashVerdict, recognise
from aboveboard.credentials.reuse.sweep import LeakedPair
from aboveboard.incidents.leaks import opening, packed, reading
from aboveboard.kinds import email_addresses
from aboveboard.kinds.kind import KindMismatch


@dataclass(slots=True)
class SkippedRows:
    """Rows that give no pair: that cannot be read, whose address is none, or whose password is a
    hash."""

    unread: int = 0
    no_address: int = 0
    hashed: int = 0


def leaked_pairs(
    stream: IO[bytes], skipped: SkippedRows, *, columns: Sequence[str] = (), after: int = 0
) -> Iterator[LeakedPair]:
    """Yield the address and password of each row, in the order of the file, from behind row
    ``after`` on.

    ``columns``: what each column holds, where that is not to be guessed.

    Raises:
        Invalid: there is no column of addresses, or none of passwords.
        NotReadable: it is no text and cannot be unpacked.
    """
    sample = opening.sample(stream)
    roles = list(columns) or [guess.role for guess in sample.columns]
    if "email" not in roles or "password" not in roles:
        raise Invalid(
            found="no column of e-mail addresses with one of passwords",
            fix=f"Name what the {len(sample.columns)} columns hold: --columns email,password",
        )
    email, password = roles.index("email"), roles.index("password")
    stream.seek(0)
    rows = reading.rows(packed.open_packed(stream)[1], sample.form)
    for place, row in enumerate(rows, start=1):
        if place <= after:
            continue
        if isinstance(row, reading.UnreadLine):
            skipped.unread += 1
            continue
        secret = row.cells[password] if password < len(row.cells) else ""
        try:
            address = email_addresses.read(row.cells[email])
        except (KindMismatch, IndexError):
            skipped.no_address += 1
            continue
        if recognise(secret).verdict not in (HashVerdict.PLAIN, HashVerdict.UNKNOWN):
            skipped.hashed += 1
        elif secret:
            yield LeakedPair(place, address, secret)


@dataclass(slots=True)
class SweepProgress:
    """Up to which row of which file all is done, kept in a file of its own."""

    path: Path
    digest: str
    place: int = 0

    @classmethod
    def of(cls, path: Path, digest: str) -> SweepProgress:
        """Return how far a file was read before; another file begins at its first row."""
        # There is none, or it was cut off: what is found again is passed over.
        with suppress(OSError, ValueError, KeyError, TypeError):
            known = json.loads(path.read_bytes())
            if known["digest"] == digest:
                return cls(path, digest, int(known["place"]))
        return cls(path, digest)

    def keep(self, place: int) -> None:
        """Keep that all is done up to this row."""
        self.place = place
        fresh = self.path.with_suffix(".new")
        with fresh.open("w") as file:
            json.dump({"digest": self.digest, "place": place}, file)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self.path)

    def end(self) -> None:
        """Forget it: all is done."""
        self.path.unlink(missing_ok=True)
