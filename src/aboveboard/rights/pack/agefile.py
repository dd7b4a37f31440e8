"""The key of a pack, and reading what is sealed under it without a plain byte on a disk.

Each pack, and each spool, is an age file (C2SP age). It is sealed to a key pair of its own, whose
secret half is kept apart and destroyed with the pack; or to a public key that the person gave, and
then we cannot open it either. With a passphrase the secret half itself is sealed under it (age,
scrypt recipient), as ``age-keygen`` and ``age -p`` make it: the pack stays a stream of any size.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread
from typing import BinaryIO, Final

import pyrage

from aboveboard.basics.errors import Conflict, Damaged
from aboveboard.basics.personal import Personal
from aboveboard.custody import parcel

_BLOCK: Final = 64 * 1024


class PackDamaged(Damaged):
    """A sealed file of a request does not open: it was cut, changed, or is for another key."""

    code = "pack_damaged"
    next_step = "Collect the data of the request again."


class WrongPassphrase(Conflict):
    """That is not the passphrase of this pack."""

    code = "wrong_passphrase"
    next_step = "Try again, or ask for a new pack."


def new_identity() -> Personal[str]:
    """Return the secret key of a new pair."""
    return Personal(str(pyrage.x25519.Identity.generate()))


def public_key(identity: Personal[str]) -> str:
    """Return the public key of a secret one."""
    return str(_identity(identity).to_public())


def lock_identity(identity: Personal[str], passphrase: Personal[str]) -> bytes:
    """Return a secret key sealed under a passphrase: a file that ``age --identity`` takes."""
    return bytes(pyrage.passphrase.encrypt(f"{identity.reveal()}\n".encode(), passphrase.reveal()))


def unlock_identity(locked: bytes, passphrase: Personal[str]) -> Personal[str]:
    """Return the secret key that was sealed under a passphrase.

    Raises:
        WrongPassphrase: it is another one.
    """
    try:
        opened = pyrage.passphrase.decrypt(locked, passphrase.reveal())
    except pyrage.DecryptError:
        raise WrongPassphrase from None
    return Personal(bytes(opened).decode().strip())


def seal(out: Path, blocks: Iterable[bytes], keys: Iterable[str]) -> str:
    """Write blocks into an age file that appears whole or not at all; return its SHA-256, hex.

    Whatever ``blocks`` raises comes out as it is.

    Raises:
        WrongAgeKey: a key is none.
    """
    part = out.with_name(f".{out.name}.part")
    # What a killed process left is cut and of no use.
    part.unlink(missing_ok=True)
    try:
        digest = parcel.seal_stream(part, iter(blocks), keys=tuple(keys))
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)
    return digest


@contextmanager
def open_age_file(file: Path, identity: Personal[str]) -> Iterator[BinaryIO]:
    """Open an age file for reading from its beginning, a block in memory at a time.

    age checks block by block, so a changed file gives its beginning first: what was read counts
    only once the ``with`` has ended without an error.

    Raises:
        PackDamaged: it was cut or changed, or is for another key.
    """
    decryption = _Decryption(file, identity)
    with decryption.reading as plain:
        yield plain
        # Not when the reader went away early: then the writer's pipe breaks, as it should.
        complete = not plain.read(1)
    decryption.join()
    if complete and decryption.failed:
        raise PackDamaged from None


def open_chunks(file: Path, identity: Personal[str]) -> Iterator[bytes]:
    """Yield what an age file holds.

    Raises:
        PackDamaged: as for :func:`open_age_file`.
    """
    with open_age_file(file, identity) as plain:
        while block := plain.read(_BLOCK):
            yield block


class _Decryption(Thread):
    """age pushes what it opened, and readers pull: a pipe between two threads joins them. The pipe
    holds 64 KiB, so neither runs ahead."""

    def __init__(self, file: Path, identity: Personal[str]) -> None:
        super().__init__(daemon=True)
        self._known, self._file, self.failed = _identity(identity), file.open("rb"), False
        reading, self._writing = os.pipe()
        self.reading: BinaryIO = os.fdopen(reading, "rb", _BLOCK)
        self.start()

    def run(self) -> None:
        with (
            suppress(BrokenPipeError),
            os.fdopen(self._writing, "wb", _BLOCK) as plain,
            self._file as sealed,
        ):
            try:
                pyrage.decrypt_io(sealed, plain, [self._known])
            except (pyrage.DecryptError, OSError):
                # age reports a broken pipe as its own error too; who stopped reading does not ask.
                self.failed = True


def _identity(identity: Personal[str]) -> pyrage.x25519.Identity:
    return pyrage.x25519.Identity.from_str(identity.reveal())
