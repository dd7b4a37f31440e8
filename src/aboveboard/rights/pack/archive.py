"""The zip of a pack as a stream: members come in, bytes go out, nothing is held but a block.

Written onto what cannot be wound back, so sizes stand behind each member, and in 64 bits (APPNOTE
4.3.9 and 4.5.3). Every name in it is ours: what a system calls a file is cleaned, so that none
lands outside the folder that somebody unpacks it into (CVE-2023-36827 and its like).
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from aboveboard.rights.pack import limits

MANIFEST: Final = "manifest.json"
_RESERVED: Final = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)
"""Names that Windows takes for devices (Naming Files, Paths, and Namespaces)."""
_STORED: Final = re.compile(
    r"\.(jpe?g|png|gif|webp|mp[34]|zip|gz|docx|xlsx|pptx|7z)$", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class PackMember:
    """One file of a pack: its path in it, and its bytes, read once."""

    path: str
    chunks: Iterable[bytes]


class FileNames:
    """Gives out names that are safe and used once."""

    def __init__(self) -> None:
        self._used: set[str] = set()

    def unique(self, name: str, folder: str = "") -> str:
        """Return a path like ``files/holiday.jpg`` for what was called so elsewhere."""
        plain = safe_name(name)
        stem, dot, ending = plain.rpartition(".")
        if not dot:
            stem, ending = plain, ""
        number, path = 1, f"{folder}{plain}"
        # By folded letters: two names that differ by case are one file on some systems.
        while path.casefold() in self._used:
            number += 1
            path = f"{folder}{stem}-{number}{dot}{ending}"
        self._used.add(path.casefold())
        return path


def safe_name(name: str) -> str:
    """Return a name that is one file in its folder on every system: letters, digits, ``.``, ``-``
    and ``_``, none of them in front; ``file`` where nothing is left."""
    composed = unicodedata.normalize("NFC", name.encode("utf-8", "replace").decode())
    letters = "".join(each if each.isalnum() or each in "._-" else "-" for each in composed)
    plain = re.sub(r"[-.]*-[-.]*", "-", re.sub(r"\.{2,}", ".", letters)).strip(".-_ ")
    stem, dot, ending = plain.rpartition(".")
    if dot and len(ending) <= 10:
        plain = f"{stem[: limits.NAME_CHARACTERS - 11]}.{ending}"
    plain = plain[: limits.NAME_CHARACTERS].rstrip(".-")
    return f"file-{plain}" if _RESERVED.match(plain) else plain or "file"


def zip_stream(members: Iterable[PackMember], at: datetime) -> Iterator[bytes]:
    """Yield a zip of the members, and in the end a list of them with sizes and digests."""
    target = _Outgoing()
    stamp = (at.year, at.month, at.day, at.hour, at.minute, at.second)
    listed = []
    with zipfile.ZipFile(target, "w", allowZip64=True) as archive:
        for member in members:
            digest, size = hashlib.sha256(), 0
            with archive.open(_info(member.path, stamp), "w", force_zip64=True) as entry:
                for chunk in member.chunks:
                    digest.update(chunk)
                    size += len(chunk)
                    entry.write(chunk)
                    if len(target.waiting) >= _BLOCK:
                        yield target.take()
            listed.append({"path": member.path, "bytes": size, "sha256": digest.hexdigest()})
            yield target.take()
        with archive.open(_info(MANIFEST, stamp), "w") as entry:
            entry.write(json.dumps({"files": listed}, indent=1).encode())
    yield target.take()


_BLOCK: Final = 64 * 1024


def _info(path: str, stamp: tuple[int, int, int, int, int, int]) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(path, stamp)
    # What is packed already only costs time.
    info.compress_type = zipfile.ZIP_STORED if _STORED.search(path) else zipfile.ZIP_DEFLATED
    info.external_attr = 0o600 << 16
    return info


class _Outgoing(io.RawIOBase):
    """What the zip is written to, and taken from: it cannot be wound back."""

    def __init__(self) -> None:
        super().__init__()
        self.waiting = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        block = bytes(data)  # type: ignore[call-overload]
        self.waiting += block
        return len(block)

    def take(self) -> bytes:
        taken = bytes(self.waiting)
        self.waiting.clear()
        return taken
