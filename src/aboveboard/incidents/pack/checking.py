"""Checking a pack with the log's key alone: no instance, no network, and nothing that came with the
pack is believed.

The steps, numbered as in the code:

1. The manifest is one, and its seal proves an entry of the log that has its digest.
2. Every file is in the manifest and is as it says; no other is there, and none is missing.
3. Each entry has a proof that holds, is about this incident, and is in the index.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from aboveboard.basics.errors import AboveboardError, Invalid
from aboveboard.ledger.format import proof as proofs
from aboveboard.ledger.format.note import Verifier

FORMAT: Final = "aboveboard-incident-pack/1"
MANIFEST: Final = "manifest.json"
SEAL: Final = "seal.tlog-proof"
_INDEX: Final = "ledger/index.json"
_SMALL: Final = 16 * 1024 * 1024
"""Largest manifest, index or proof that is read, in bytes. Our choice: a thousand times what they
are."""
_PROOF: Final = ".tlog-proof"


class PackRefused(Invalid):
    """This pack cannot be relied on. {why}"""

    code = "pack_refused"
    next_step = "Ask the organisation for it again, and keep this one: it may be evidence."


@dataclass(frozen=True, slots=True)
class CheckedPack:
    """A pack that holds: of which incident, made when, and what is in it."""

    incident: str
    made_at: str
    people: bool
    files: int
    entries: int
    log: str


def check_pack(path: Path, trusted: Sequence[Verifier]) -> CheckedPack:
    """Check a pack and return what it is.

    Raises:
        PackRefused: something about it does not hold, with what.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            return _check(archive, trusted)
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError) as error:
        raise PackRefused(why="It is not a ZIP file that can be read.") from error


def _check(archive: zipfile.ZipFile, trusted: Sequence[Verifier]) -> CheckedPack:
    names = archive.namelist()
    if len(set(names)) != len(names):
        raise PackRefused(why="A file is in it twice.")
    manifest = _small(archive, MANIFEST)
    described = _object(manifest, MANIFEST)
    if described.get("format") != FORMAT or not isinstance(described.get("files"), list):
        raise PackRefused(why="Its manifest is of no format that is known here.")
    incident = str(described.get("incident"))
    facts, log = _proved(archive, SEAL, trusted)  # 1
    pack = facts.get("pack")
    digest = hashlib.sha256(manifest).hexdigest()
    if not isinstance(pack, Mapping) or pack.get("manifest") != digest:
        raise PackRefused(why="The ledger has another digest of its manifest.")
    if facts.get("incident") != incident:
        raise PackRefused(why="The entry that seals it is about another incident.")
    _check_files(archive, described["files"], set(names))  # 2
    entries = _check_entries(archive, incident, trusted)  # 3
    return CheckedPack(
        incident,
        str(described.get("made_at")),
        described.get("people") is True,
        len(described["files"]),
        entries,
        log,
    )


def _check_files(archive: zipfile.ZipFile, listed: Sequence[Any], names: set[str]) -> None:
    paths = [str(row.get("path")) for row in listed if isinstance(row, dict)]
    for path in paths:
        if path not in names:
            raise PackRefused(why=f"The file {path} is missing.")
    if extra := names - {*paths, MANIFEST, SEAL}:
        raise PackRefused(why=f"The file {min(extra)} is not in its manifest.")
    for row in listed:
        digest, size, left = hashlib.sha256(), 0, int(row["bytes"])
        with archive.open(str(row["path"])) as member:
            # No further than it should be long: a small file can unpack to one without an end.
            while size <= left and (block := member.read(1 << 20)):
                digest.update(block)
                size += len(block)
        if size != left or digest.hexdigest() != row["sha256"]:
            raise PackRefused(why=f"The file {row['path']} is not the one that was sealed.")


def _check_entries(archive: zipfile.ZipFile, incident: str, trusted: Sequence[Verifier]) -> int:
    index = json.loads(_small(archive, _INDEX))
    files = {str(row["file"]) for row in index}
    proofs_in_it = {
        name for name in archive.namelist() if name.startswith("ledger/") and name.endswith(_PROOF)
    }
    if files != proofs_in_it:
        raise PackRefused(why="Its index of the ledger names other entries than are in it.")
    for name in sorted(files):
        facts, _ = _proved(archive, name, trusted)
        if facts.get("incident") != incident:
            raise PackRefused(why=f"The entry in {name} is about another incident.")
    return len(files)


def _proved(
    archive: zipfile.ZipFile, name: str, trusted: Sequence[Verifier]
) -> tuple[Mapping[str, Any], str]:
    """Return the facts of an entry that is proved, and the log that it is in."""
    try:
        entry, _, head = proofs.verify(_small(archive, name).decode("utf-8", "replace"), *trusted)
    except AboveboardError as error:
        raise PackRefused(why=f"The proof {name} does not hold: {error.message}") from error
    return entry.facts, head.origin


def _small(archive: zipfile.ZipFile, name: str) -> bytes:
    try:
        with archive.open(name) as member:
            data = member.read(_SMALL + 1)
    except KeyError:
        raise PackRefused(why=f"The file {name} is missing.") from None
    if len(data) > _SMALL:
        raise PackRefused(why=f"The file {name} is too long.")
    return data


def _object(data: bytes, name: str) -> dict[str, Any]:
    try:
        value = json.loads(data)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise PackRefused(why=f"The file {name} is no JSON object.")
    return value
