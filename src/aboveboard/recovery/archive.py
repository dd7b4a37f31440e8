"""The archives inside a part: the published log, and the exposure sets, as plain tar files.

A log is very many small files; one archive has one digest, copies at the speed of the disk, and
opens with ``tar`` anywhere.
"""

from __future__ import annotations

import io
import tarfile
from pathlib import Path
from typing import IO, Final, cast

from aboveboard.ledger.folder import CHECKPOINT, VKEY
from aboveboard.recovery.backups import DigestedFile

LOG: Final = "log.tar"
INCIDENTS: Final = "incidents.tar"
_PASSING: Final = frozenset({"staged", "working", "claims"})
"""Folders of what lasts no longer than whoever is at it, such as digests being written."""


def pack_log(folder: Path, out: DigestedFile) -> None:
    """Write a published log that may grow meanwhile.

    The checkpoint is read first, so every tile that it speaks of is there to be read afterwards. A
    partial tile that is cleared away while we come to it is in its full one.
    """
    head = {
        name: (folder / name).read_bytes()
        for name in (VKEY, CHECKPOINT)
        if (folder / name).is_file()
    }
    with tarfile.open(
        fileobj=cast("IO[bytes]", out), mode="w", format=tarfile.USTAR_FORMAT
    ) as archive:
        for path in sorted(folder.rglob("*")) if CHECKPOINT in head else ():
            name = str(path.relative_to(folder))
            if path.is_file() and not path.name.startswith(".") and name not in head:
                _add(archive, path, name)
        for name, data in head.items():
            info = _info(name, len(data))
            archive.addfile(info, io.BytesIO(data))


def pack_incidents(folder: Path, out: DigestedFile) -> None:
    """Write the exposure sets. What only lives while somebody is at it is left
    out, uploads that wait to be confirmed among it."""
    with tarfile.open(
        fileobj=cast("IO[bytes]", out), mode="w", format=tarfile.PAX_FORMAT
    ) as archive:
        for path in sorted(folder.rglob("*")):
            name = path.relative_to(folder)
            if path.is_file() and name.parts[0] not in _PASSING and not path.name.startswith("."):
                _add(archive, path, str(name))


def unpack_incidents(file: Path, folder: Path) -> int:
    """Put exposure sets back, over what is there; return how many files. Names that lead out of
    the folder are refused."""
    with tarfile.open(file) as archive:
        members = [member for member in archive if member.isfile()]
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        archive.extractall(folder, members, filter="data")
    return len(members)


def _add(archive: tarfile.TarFile, path: Path, name: str) -> None:
    try:
        with path.open("rb") as file:
            info = archive.gettarinfo(arcname=name, fileobj=file)
            archive.addfile(_info(name, info.size), file)
    except FileNotFoundError:
        return  # cleared away since it was listed: see pack_log


def _info(name: str, size: int) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, 0o600
    return info
