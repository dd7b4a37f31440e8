"""What unpacks a file within bounds of memory, where Python's own takes what the file asks for."""

from __future__ import annotations

import io
import lzma
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO, Final, NoReturn, cast

from aboveboard.basics.errors import Invalid
from aboveboard.incidents import limits

BLOCK: Final = 1 << 16
"""Bytes that are read at a time."""
_END: Final = struct.Struct("<4s4H2LH")
"""The end of a zip archive's directory (APPNOTE.TXT, 4.3.16); the sixth field: how long that is."""


_TOO_TIGHT: Final = "packed far more tightly than rows of people can be"
DAMAGED: Final = "Get it again, or unpack as much as can be, and open that."


class NotReadable(Invalid):
    """The file is {what}."""

    code = "leak_not_readable"
    next_step = "{fix}"


class Xz(io.RawIOBase):
    """What is in an xz file: like Python's ``LZMAFile``, which cannot be told how much memory the
    file may ask for.

    Raises, as it is read: ``lzma.LZMAError``, of a file that is damaged or asks for more than
    ``limits.LEAK_XZ_BYTES``; ``EOFError``, of one that ends too soon.
    """

    def __init__(self, packed: IO[bytes]) -> None:
        self._packed = packed
        self._unpacker = _unpacker()
        self._ended = False

    def readable(self) -> bool:
        """Yes."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Return up to ``size`` bytes; b"" at the end."""
        most = BLOCK if size < 0 else size
        while not self._ended:
            if self._unpacker.eof and not self._next():
                break
            packed = self._packed.read(BLOCK) if self._unpacker.needs_input else b""
            if not packed and self._unpacker.needs_input:
                raise EOFError("it ends before its end")
            if block := self._unpacker.decompress(packed, most):
                return block
        return b""

    def _next(self) -> bool:
        """Go on with the file that may follow in the same one (xz, 2.2); whether there is one."""
        rest = self._unpacker.unused_data or self._packed.read(BLOCK)
        while rest and not rest.strip(b"\0"):
            rest = self._packed.read(BLOCK)
        rest = rest.lstrip(b"\0")
        self._ended = not rest
        if rest:
            self._packed = _Before(rest, self._packed)
            self._unpacker = _unpacker()
        return bool(rest)


class _Before(io.BytesIO):
    """What was read already, and then the rest."""

    def __init__(self, head: bytes, rest: IO[bytes]) -> None:
        super().__init__(head)
        self._rest = rest

    def read(self, size: int | None = -1) -> bytes:
        return super().read(size) or self._rest.read(-1 if size is None else size)


def _unpacker() -> lzma.LZMADecompressor:
    return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=limits.LEAK_XZ_BYTES)


def directory_bytes(archive: IO[bytes]) -> int:
    """Return how long the directory of a zip archive says that it is; 0 where there is none. The
    stream stands at its start afterwards."""
    size = archive.seek(0, io.SEEK_END)
    archive.seek(max(size - _END.size - 0xFFFF, 0))
    tail = archive.read()
    archive.seek(0)
    place = tail.rfind(b"PK\x05\x06")
    if place < 0 or len(tail) - place < _END.size:
        return 0
    return int(_END.unpack_from(tail, place)[5])


class JoinedStream(io.RawIOBase):
    """What was read to look at, and then the rest."""

    def __init__(self, head: bytes, rest: IO[bytes]) -> None:
        self._head, self._rest = head, rest
        self.given = 0

    def readable(self) -> bool:
        """Yes."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Return up to ``size`` bytes; b"" at the end."""
        block, self._head = (
            (self._head, b"") if size < 0 else (self._head[:size], self._head[size:])
        )
        if not block or size < 0:
            block += self._rest.read(size)
        self.given += len(block)
        return block


def bounded(inner: IO[bytes], how: str, packed: JoinedStream | None) -> IO[bytes]:
    """Return what comes out of a packed file, up to the bounds. ``packed``: what goes in, where
    only that tells how much may come out.

    Raises, as it is read: NotReadable.
    """
    return cast("IO[bytes]", io.BufferedReader(_Bounded(inner, how, packed), BLOCK))


class _Bounded(io.RawIOBase):
    """What comes out of a packed file, up to the bounds; damage and excess are named."""

    def __init__(self, inner: IO[bytes], how: str, packed: JoinedStream | None) -> None:
        self._inner, self._how, self._packed, self._out = inner, how, packed, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        # io hands a writable buffer, typeshed says object.
        view = memoryview(buffer)  # type: ignore[arg-type]
        try:
            block = self._inner.read(len(view))
        except BROKEN as problem:
            refuse_damaged(problem, self._how)
        self._out += len(block)
        if self._out > limits.LEAK_UNPACKED_BYTES:
            raise NotReadable(
                what=f"larger than {limits.LEAK_UNPACKED_BYTES >> 30} GB when it is unpacked",
                fix="Unpack it on a machine with room, and open what comes out.",
            )
        # The files of an archive are bounded by what it says of them, and read no further.
        if self._packed is not None:
            check_ratio(self._out, self._packed.given)
        view[: len(block)] = block
        return len(block)


BROKEN: Final = (
    OSError,
    EOFError,
    ValueError,
    RuntimeError,
    OverflowError,
    struct.error,
    zlib.error,
    lzma.LZMAError,
    zipfile.BadZipFile,
    tarfile.TarError,
)
"""What the standard library raises for a packed file that is not whole."""


def refuse_damaged(problem: Exception, how: str) -> NoReturn:
    """Name a damaged file; what is a fault of the machine goes on as it is.

    Raises:
        NotReadable: always, but for a fault of the machine.
    """
    if isinstance(problem, OSError) and problem.errno is not None:
        # An error of the machine must not be told as a fault of the file: somebody would go
        # and look for another copy.
        raise problem  # the disk, and not what is on it
    raise NotReadable(
        what=f"damaged: it cannot be unpacked to its end ({how})", fix=DAMAGED
    ) from None


def check_ratio(out: int, packed: int) -> None:
    """Refuse what unpacks to far more bytes than rows do.

    Raises:
        NotReadable: it does.
    """
    if out > limits.LEAK_RATIO * max(packed, limits.LEAK_RATIO_FROM):
        raise NotReadable(what=_TOO_TIGHT, fix="Unpack it by hand, and look what it is.")


class MadeStream(io.RawIOBase):
    """A stream of what is made as it is read."""

    def __init__(self, parts: Iterator[bytes]) -> None:
        self._parts, self._held = parts, b""

    def readable(self) -> bool:
        """Yes."""
        return True

    def readinto(self, buffer: object) -> int:
        """Fill ``buffer`` as far as the next part goes; 0 at the end."""
        # io hands a writable buffer, typeshed says object.
        view = memoryview(buffer)  # type: ignore[arg-type]
        while not self._held:
            part = next(self._parts, None)
            if part is None:
                return 0
            self._held = part
        size = min(len(view), len(self._held))
        view[:size] = self._held[:size]
        self._held = self._held[size:]
        return size
