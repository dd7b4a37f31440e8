"""What unpacks a file within bounds of memory, where Python's own takes what the file asks for."""

from __future__ import annotations

import io
import lzma
import struct
from typing import IO, Final

from aboveboard.incidents import limits

_BLOCK: Final = 1 << 16
_END: Final = struct.Struct("<4s4H2LH")
"""The end of a zip archive's directory (APPNOTE.TXT, 4.3.16); the sixth field: how long that is."""


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
        most = _BLOCK if size < 0 else size
        while not self._ended:
            if self._unpacker.eof and not self._next():
                break
            packed = self._packed.read(_BLOCK) if self._unpacker.needs_input else b""
            if not packed and self._unpacker.needs_input:
                raise EOFError("it ends before its end")
            if block := self._unpacker.decompress(packed, most):
                return block
        return b""

    def _next(self) -> bool:
        """Go on with the file that may follow in the same one (xz, 2.2); whether there is one."""
        rest = self._unpacker.unused_data or self._packed.read(_BLOCK)
        while rest and not rest.strip(b"\0"):
            rest = self._packed.read(_BLOCK)
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
