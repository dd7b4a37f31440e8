"""A file that somebody found, or was handed, says itself how much memory unpacking it takes: up to
gigabytes. It is not believed."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import struct
import zipfile
import zlib
from collections.abc import Callable
from functools import cache

import pytest

from aboveboard.incidents.leaks.packed import NotReadable, open_packed

ROWS = b"email;password\n" + b"".join(b"p%d@example.org;x%d\n" % (n, n * n) for n in range(20_000))


@cache
def rows_as_xz(begin: int = 0) -> bytes:
    """Return the rows from a byte on, packed once: every process reads this file, and one tests."""
    return lzma.compress(ROWS[begin:])


def unpacked(content: bytes) -> bytes:
    return open_packed(io.BytesIO(content))[1].read()


@pytest.mark.slow
@pytest.mark.parametrize(
    "packed",
    [
        rows_as_xz,
        lambda: lzma.compress(ROWS, preset=9 | lzma.PRESET_EXTREME),
        lambda: lzma.compress(ROWS, check=lzma.CHECK_NONE),
        lambda: lzma.compress(ROWS[:1000]) + rows_as_xz(1000),
        lambda: lzma.compress(ROWS[:1000]) + bytes(8) + rows_as_xz(1000) + bytes(4),
        lambda: gzip.compress(ROWS),
        lambda: bz2.compress(ROWS),
    ],
    ids=["xz", "xz -9e", "no check", "two in one", "with padding", "gzip", "bzip2"],
)
def test_what_is_in_it_comes_out(packed: Callable[[], bytes]) -> None:
    assert unpacked(packed()) == ROWS


def asking(content: bytes, code: int) -> bytes:
    """Return an xz file that says its dictionary is as large as ``code`` stands for (xz, 5.3.1)."""
    size = (content[12] + 1) * 4
    header = bytearray(content[12 : 12 + size - 4])
    place = header.index(b"\x21\x01") + 2
    header[place] = code
    return (
        content[:12] + bytes(header) + struct.pack("<L", zlib.crc32(header)) + content[12 + size :]
    )


@pytest.mark.parametrize("code", [40, 39, 36, 31])
def test_an_xz_file_that_asks_for_gigabytes_is_refused(code: int) -> None:
    content = asking(rows_as_xz(), code)
    assert lzma.decompress(content) == ROWS, "it is whole, and Python unpacks it"
    with pytest.raises(NotReadable, match="damaged"):
        unpacked(content)


@pytest.mark.parametrize("cut", [10, 30, 400, -1])
def test_an_xz_file_that_is_cut_is_called_damaged(cut: int) -> None:
    with pytest.raises(NotReadable, match="damaged"):
        unpacked(rows_as_xz()[:cut])


def zipped(names: int, how: int = zipfile.ZIP_DEFLATED) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", how) as archive:
        for number in range(names):
            archive.writestr(f"{number}/" if number else "rows.csv", b"" if number else ROWS)
    return data.getvalue()


def test_a_zip_archive_is_opened_or_refused_before_its_list_is_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert unpacked(zipped(3)) == ROWS
    many = zipped(12_000)
    monkeypatch.setattr(zipfile, "ZipFile", None)
    with pytest.raises(NotReadable, match="very many"):
        unpacked(many)


def test_a_member_packed_by_lzma_is_not_unpacked() -> None:
    with pytest.raises(NotReadable, match="a way that is not read"):
        unpacked(zipped(1, zipfile.ZIP_LZMA))
