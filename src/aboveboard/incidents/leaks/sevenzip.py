"""7-Zip archives, read from the front: what each holds in turn, within bounds of memory.

The format is that of ``7zFormat.txt`` of the LZMA SDK (public domain). Of its methods LZMA, LZMA2,
bzip2 and none are read; an archive that is packed otherwise, or locked, says so.
"""

from __future__ import annotations

import bz2
import io
import lzma
import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Final, cast

from aboveboard.incidents import limits

MAGIC: Final = b"7z\xbc\xaf\x27\x1c"
_START: Final = struct.Struct("<6s2BLQQL")
_BLOCK: Final = 1 << 16
_END, _HEADER, _MAIN, _FILES = 0x00, 0x01, 0x04, 0x05
_PACK, _UNPACK, _SUB, _SIZE, _CRC = 0x06, 0x07, 0x08, 0x09, 0x0A
_FOLDER, _UNPACK_SIZE, _COUNT, _ENCODED = 0x0B, 0x0C, 0x0D, 0x17
_COPY, _LZMA2, _LZMA, _BZIP2 = b"\x00", b"\x21", b"\x03\x01\x01", b"\x04\x02\x02"
_LOCKED: Final = b"\x06\xf1\x07\x01"
_FILTERS: Final = {
    b"\x03\x03\x01\x03": lzma.FILTER_X86,
    b"\x03\x03\x02\x05": lzma.FILTER_POWERPC,
    b"\x03\x03\x04\x01": lzma.FILTER_IA64,
    b"\x03\x03\x05\x01": lzma.FILTER_ARM,
    b"\x03\x03\x07\x01": lzma.FILTER_ARMTHUMB,
    b"\x03\x03\x08\x05": lzma.FILTER_SPARC,
}
"""What turns programs into something that packs better; some writers put it before anything."""


class SevenZipError(Exception):
    """The archive cannot be read. ``kind``: ``damaged``, ``locked``, ``method`` or ``many``."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


@dataclass(frozen=True, slots=True)
class _Packed:
    """Some files packed as one: where, how, and how long each is when it is unpacked."""

    place: int
    packed: int
    method: _Method
    sizes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Method:
    """How files are packed. ``before``: the filter of liblzma that they went through, or 0."""

    name: bytes
    properties: bytes
    before: int


def members(archive: IO[bytes]) -> Iterator[tuple[int, int, IO[bytes]]]:
    """Yield for each file how long it is, how many bytes hold it and its neighbours, and what is in
    it, to be read before the next one is asked for.

    Raises:
        SevenZipError: it cannot be read. lzma.LZMAError, OSError, EOFError: as it is read.
    """
    for packed in _contents(archive):
        stream = _open(archive, packed)
        for size in packed.sizes:
            member = _Window(stream, size)
            yield size, packed.packed, cast("IO[bytes]", member)
            while member.read(_BLOCK):  # what nobody read
                pass


def _contents(archive: IO[bytes]) -> list[_Packed]:
    archive.seek(0)
    start = archive.read(_START.size)
    if len(start) < _START.size:
        raise SevenZipError("damaged")
    _, _, _, _, place, size, crc = _START.unpack(start)
    if size > limits.LEAK_DIRECTORY_BYTES:
        raise SevenZipError("many")
    archive.seek(_START.size + place)
    data = archive.read(size)
    if len(data) < size or zlib.crc32(data) != crc:
        raise SevenZipError("damaged")
    for _ in range(4):  # a header may be packed, and that of it once more
        header = _HeaderBytes(data)
        kind = header.byte() if data else _END
        if kind != _ENCODED:
            return header.contents() if kind == _HEADER else []
        packed = next(iter(header.streams()), None)
        if packed is None or sum(packed.sizes) > limits.LEAK_DIRECTORY_BYTES:
            raise SevenZipError("many")
        data = _Window(_open(archive, packed), sum(packed.sizes)).readall()
    raise SevenZipError("damaged")


class _HeaderBytes:
    """The list of what an archive holds, as it is read."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def byte(self) -> int:
        return self._take(1)[0]

    def _take(self, size: int) -> bytes:
        part = self._data[self._at : self._at + size]
        if len(part) < size:
            raise SevenZipError("damaged")
        self._at += size
        return part

    def _number(self) -> int:
        """Take a number: the ones that its first byte begins with say how many follow."""
        first, value = self.byte(), 0
        for place in range(8):
            if not first & (0x80 >> place):
                return value | (first & ((0x80 >> place) - 1)) << (8 * place)
            value |= self.byte() << (8 * place)
        return value

    def _count(self) -> int:
        count = self._number()
        if count > limits.LEAK_MEMBERS:
            raise SevenZipError("many")
        return count

    def _digests(self, count: int) -> int:
        """Pass over digests; return how many there were."""
        defined = count
        if not self.byte():
            bits = self._take(-(-count // 8))
            defined = sum(bits[n // 8] >> (7 - n % 8) & 1 for n in range(count))
        self._take(4 * defined)
        return defined

    def contents(self) -> list[_Packed]:
        while (kind := self.byte()) not in (_END, _FILES):
            if kind == _MAIN:
                return self.streams()
            raise SevenZipError("method")
        return []  # folders and empty files alone

    def streams(self) -> list[_Packed]:
        place, packed = 0, [0]
        folders: list[tuple[_Method, int]] = []
        sizes: list[tuple[int, ...]] = []
        while (kind := self.byte()) != _END:
            if kind == _PACK:
                place, packed = self._packed()
            elif kind == _UNPACK:
                folders = self._folders()
                sizes = [(size,) for _, size in folders]
            elif kind == _SUB:
                sizes = self._parts(folders)
            else:
                raise SevenZipError("damaged")
        if len(packed) < len(folders):
            raise SevenZipError("damaged")
        packs = []
        at = _START.size + place
        for (method, _), length, parts in zip(folders, packed, sizes, strict=False):
            packs.append(_Packed(at, length, method, parts))
            at += length
        return packs

    def _packed(self) -> tuple[int, list[int]]:
        place, count, sizes = self._number(), self._count(), list[int]()
        while (kind := self.byte()) != _END:
            if kind == _SIZE:
                sizes = [self._number() for _ in range(count)]
            elif kind == _CRC:
                self._digests(count)
            else:
                raise SevenZipError("damaged")
        return place, sizes

    def _folders(self) -> list[tuple[_Method, int]]:
        if self.byte() != _FOLDER:
            raise SevenZipError("damaged")
        count = self._count()
        if self.byte():  # kept elsewhere, which nothing writes
            raise SevenZipError("method")
        methods = [self._method() for _ in range(count)]
        if self.byte() != _UNPACK_SIZE:
            raise SevenZipError("damaged")
        folders = []
        for method in methods:
            # A filter gives out as much as went in, so both say the same.
            folders.append((method, max(self._number() for _ in range(1 + bool(method.before)))))
        while (kind := self.byte()) != _END:
            if kind != _CRC:
                raise SevenZipError("damaged")
            self._digests(count)
        return folders

    def _method(self) -> _Method:
        coders = self._number()
        name, properties, before = b"", b"", 0
        for _ in range(min(coders, 4)):
            flags = self.byte()
            coder = self._take(flags & 0x0F)
            detail = self._take(self._number()) if flags & 0x20 and not flags & 0x10 else b""
            if coder in _FILTERS and coders == 2:
                before = _FILTERS[coder]
            elif name or flags & 0x10:
                raise SevenZipError("locked" if _LOCKED in self._data else "method")
            else:
                name, properties = coder, detail
        for _ in range(2 * (coders - 1)):  # which of them comes after which: there is one order
            self._number()
        # Python's reader keeps the last bytes that an older LZMA gives to a filter.
        if coders > 2 or (before and name != _LZMA2):
            raise SevenZipError("method")
        return _Method(name, properties, before)

    def _parts(self, folders: Sequence[tuple[_Method, int]]) -> list[tuple[int, ...]]:
        counts = [1] * len(folders)
        kind = self.byte()
        if kind == _COUNT:
            counts = [self._count() for _ in folders]
            kind = self.byte()
        sizes = []
        for (_, whole), count in zip(folders, counts, strict=True):
            parts = [self._number() for _ in range(count - 1)] if kind == _SIZE else []
            sizes.append((*parts, max(whole - sum(parts), 0)) if count else ())
        if kind == _SIZE:
            kind = self.byte()
        # Nothing that is needed stands behind, and digests are of those that had none before.
        if kind == _CRC:
            self._digests(sum(counts))
            kind = self.byte()
        if kind != _END:
            raise SevenZipError("damaged")
        return sizes


def _open(archive: IO[bytes], packed: _Packed) -> IO[bytes]:
    archive.seek(packed.place)
    window = cast("IO[bytes]", _Window(archive, packed.packed))
    name = packed.method.name
    if name == _COPY:
        return window
    if name == _BZIP2:
        return cast("IO[bytes]", bz2.BZ2File(window))
    if name in (_LZMA, _LZMA2):
        return cast("IO[bytes]", _Lzma(window, _filters(packed)))
    raise SevenZipError("locked" if name == _LOCKED else "method")


def _filters(packed: _Packed) -> list[dict[str, int]]:
    properties = packed.method.properties
    if packed.method.name == _LZMA2:
        if len(properties) != 1 or properties[0] > 40:
            raise SevenZipError("damaged")
        method = {
            "id": lzma.FILTER_LZMA2,
            "dict_size": (2 | properties[0] & 1) << (properties[0] // 2 + 11),
        }
    else:
        if len(properties) != 5 or properties[0] >= 9 * 5 * 5:
            raise SevenZipError("damaged")
        bits = {"lc": properties[0] % 9, "lp": properties[0] // 9 % 5, "pb": properties[0] // 45}
        method = {
            "id": lzma.FILTER_LZMA1,
            "dict_size": int.from_bytes(properties[1:], "little"),
            **bits,
        }
    # It says itself how much memory it takes; nothing needs more than there is to unpack.
    method["dict_size"] = max(min(method["dict_size"], sum(packed.sizes)), 4096)
    if method["dict_size"] > limits.LEAK_SEVENZIP_BYTES:
        raise SevenZipError("method")
    before = packed.method.before
    return [{"id": before}, method] if before else [method]


class _Window(io.RawIOBase):
    """So many bytes of a stream, from where it stands."""

    def __init__(self, stream: IO[bytes], size: int) -> None:
        self._stream, self._left = stream, size

    def readable(self) -> bool:
        """Yes."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Return up to ``size`` bytes; b"" at the end."""
        most = self._left if size < 0 else min(size, self._left)
        block = self._stream.read(most) if most else b""
        if most and not block:
            raise EOFError("it ends before its end")
        self._left -= len(block)
        return block

    def readinto(self, buffer: object) -> int:
        # io hands a writable buffer, typeshed says object.
        view = memoryview(buffer)  # type: ignore[arg-type]
        block = self.read(len(view))
        view[: len(block)] = block
        return len(block)

    def readall(self) -> bytes:
        """Return all of it."""
        parts = []
        while block := self.read(_BLOCK):
            parts.append(block)
        return b"".join(parts)


class _Lzma(io.RawIOBase):
    """What LZMA unpacks; where it ends, the archive's list says."""

    def __init__(self, packed: IO[bytes], filters: list[dict[str, int]]) -> None:
        self._packed = packed
        self._unpacker = lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=filters)

    def readable(self) -> bool:
        """Yes."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Return up to ``size`` bytes."""
        most = _BLOCK if size < 0 else size
        while not self._unpacker.eof:
            packed = self._packed.read(_BLOCK) if self._unpacker.needs_input else b""
            block = self._unpacker.decompress(packed, most)
            if block or (not packed and self._unpacker.needs_input):
                return block
        return b""
