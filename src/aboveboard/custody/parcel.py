"""Writing a parcel: rows of people's values go in, an age file comes out, and nothing
in between touches a disk.

``FORMAT.md`` is the format. It knows no database: who is in the parcel was decided before
(``exporting``). Memory stays the same for any number of people: age asks for the next 8 kB
when it has sealed the last.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO, Final, Protocol

import pyrage

from aboveboard.basics import spreadsheet
from aboveboard.basics.errors import Invalid
from aboveboard.basics.redaction import quote_input

KEY: Final = "key"
"""The column of pseudonyms."""

Row = Sequence[str]


class SecretAgeKey(Invalid):
    """That is a secret key: give the public one."""

    code = "secret_age_key"
    next_step = (
        "The public key starts with age1 and stands in the same file, behind “public key:”. Make a "
        "new pair if others could read what you typed."
    )


class WrongAgeKey(Invalid):
    """{key} is no public key of age."""

    code = "wrong_age_key"
    next_step = (
        "It starts with age1. The recipient makes it with: age-keygen, or: aboveboard export "
        "new-key FILE"
    )


class ParcelClosed(Invalid):
    """The parcel {file} does not open with this key: {why}."""

    code = "parcel_closed"
    next_step = "Check that it is whole, and that it was made for this key."


def recipients(keys: Iterable[str]) -> list[pyrage.x25519.Recipient]:
    """Return the public keys that a parcel is sealed to.

    Raises:
        SecretAgeKey: one is a secret key.
        WrongAgeKey: one is none.
    """
    ready = []
    # Refused before anything else looks at it: a secret key must not come back in an error's words.
    for key in dict.fromkeys(text.strip() for text in keys):
        if key.upper().startswith("AGE-SECRET-KEY-"):
            raise SecretAgeKey
        try:
            ready.append(pyrage.x25519.Recipient.from_str(key))
        except pyrage.RecipientError:
            raise WrongAgeKey(key=quote_input(key)) from None
    return ready


def write(out: Path, header: Row, rows: Iterable[Row], *, ndjson: bool, keys: Sequence[str]) -> str:
    """Write a new file that nobody else on the machine can read, and return its SHA-256, hex;
    sealed where there are ``keys``.

    Whatever ``rows`` raises comes out as it is, and the file is then
    incomplete: the caller removes it.

    Raises:
        WrongAgeKey: a key is none.
    """
    return seal_stream(out, _encoded(header, rows, ndjson=ndjson), keys=keys)


def seal_stream(out: Path, blocks: Iterator[bytes], *, keys: Sequence[str]) -> str:
    """Write blocks into a new file that nobody else on the machine can read, sealed where there are
    ``keys``, and return its SHA-256, hex.

    Whatever ``blocks`` raises comes out as it is, and the file is then incomplete: the caller
    removes it.

    Raises:
        WrongAgeKey: a key is none.
    """
    known = recipients(keys)
    source, encode = _ParcelSource(blocks), hashlib.sha256()
    with _private(out) as file:
        target = _Digested(file, encode.update)
        if known:
            try:
                pyrage.encrypt_io(source, target, known)
            except pyrage.EncryptError:
                # Ours first: age reports any failure of a stream as its own, and a lost database
                # would read as a fault of encryption.
                if source.raised is not None:
                    raise source.raised from None
                if target.raised is not None:
                    raise target.raised from None
                raise
        else:
            while block := source.read(64 * 1024):
                target.write(block)
        file.flush()
        # Before the digest is recorded: the ledger must not name a file that a power cut undoes.
        os.fsync(file.fileno())
    return encode.hexdigest()


def open_parcel(file: Path, identity: Path, out: Path) -> None:
    """Open a parcel into a new file of one's own.

    Raises:
        Invalid: ``identity`` holds no secret key of age, or ``out`` is taken.
        ParcelClosed: the parcel is not for this key, or was changed or cut.
    """
    # Read with replacements: whoever names the parcel instead of the key must hear that it holds
    # none, and not of an encoding.
    lines = [line.strip() for line in identity.read_text("utf-8", errors="replace").splitlines()]
    try:
        known = [
            pyrage.x25519.Identity.from_str(line)
            for line in lines
            if line and not line.startswith("#")
        ]
    except pyrage.IdentityError:
        known = []
    if not known:
        raise Invalid(
            found=f"{identity.name} holds no secret key of age",
            fix="Name the file that age-keygen made.",
        )
    # age authenticates block by block, so a cut or changed parcel yields its beginning first. That
    # must never stand under the name of a whole file.
    part = out.with_name(f".{out.name}.part")
    try:
        with file.open("rb") as sealed, _private(part) as opened:
            pyrage.decrypt_io(sealed, opened, known)
        os.link(part, out)  # unlike a rename it never replaces what is there
    except pyrage.DecryptError as error:
        raise ParcelClosed(file=file.name, why=str(error).rstrip(".")) from None
    except FileExistsError:
        raise Invalid(
            found=f"there is already a file {out.name}", fix="Choose another name."
        ) from None
    except OSError as error:
        if error.errno is not None:  # the disk's own fault, not the parcel's
            raise
        raise ParcelClosed(file=file.name, why=str(error).rstrip(".")) from None
    finally:
        part.unlink(missing_ok=True)


def new_key(out: Path) -> str:
    """Make a key pair: the secret key goes into a new file of one's own;
    the public key is returned.

    Raises:
        Invalid: there is already a file of that name.
    """
    pair = pyrage.x25519.Identity.generate()
    try:
        with _private(out) as file:
            file.write(f"# public key: {pair.to_public()}\n{pair}\n".encode())
    except FileExistsError:
        raise Invalid(
            found=f"there is already a file {out.name}", fix="Choose another name."
        ) from None
    return str(pair.to_public())


def _encoded(header: Row, rows: Iterable[Row], *, ndjson: bool) -> Iterator[bytes]:
    if ndjson:
        for row in rows:
            yield (
                json.dumps(
                    dict(zip(header, row, strict=True)), ensure_ascii=False, separators=(",", ":")
                ).encode()
                + b"\n"
            )
        return
    yield spreadsheet.csv_line(header).encode()
    for row in rows:
        yield spreadsheet.csv_line(row).encode()


class _ParcelSource:
    """What age reads from; it remembers what was raised, because age wraps that into an error of
    its own, words and all."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks, self._rest = blocks, bytearray()
        self.raised: BaseException | None = None

    def read(self, size: int) -> bytes:
        try:
            while len(self._rest) < size and (block := next(self._blocks, None)) is not None:
                self._rest += block
        except BaseException as error:
            self.raised = error
            raise
        taken = bytes(self._rest[:size])
        del self._rest[:size]
        return taken


class _Writable(Protocol):
    def write(self, data: bytes, /) -> int: ...

    def flush(self) -> None: ...


class _Digested:
    """What age writes to: the file, and its digest."""

    def __init__(self, file: _Writable, update: Callable[[bytes], None]) -> None:
        self._file, self._update = file, update
        self.raised: OSError | None = None

    def write(self, data: bytes) -> int:
        try:
            written = self._file.write(data)
        except OSError as error:
            self.raised = error
            raise
        # Of what was really written: the digest must be of the file as it lies on the disk.
        self._update(data[:written])
        return written

    def flush(self) -> None:
        self._file.flush()


def _private(part: Path) -> IO[bytes]:
    """Open a new file that nobody else on the machine can read."""
    # The mode is given with the call: before a chmod there would be a moment to open it.
    # O_EXCL also refuses a link that somebody laid there.
    return os.fdopen(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb")
