"""The manifest of one part of a backup: what is in it, of which moment, and the digest of every
file (``FORMAT.md``)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from aboveboard.basics import clock
from aboveboard.basics.canonical import canonical
from aboveboard.basics.errors import Damaged, Invalid
from aboveboard.ledger.format.note import NoteRefused, Signer, Verifier

FILE: Final = "manifest.json"
SETTINGS: Final = "settings.toml"
FORMAT: Final = 2
UNSIGNED: Final = 1
"""The format before manifests were signed: read, and restored only when somebody says so."""
RECORDS: Final = "records"
KEYS: Final = "keys"
_BLOCK: Final = 1 << 20


class NotABackup(Invalid):
    """There is no backup in {place}: {why}."""

    code = "not_a_backup"
    next_step = "Name the folder that `aboveboard backup` made, the one with manifest.json in it."


class BackupDamaged(Damaged):
    """The backup {place} is damaged: {found}."""

    code = "backup_damaged"
    next_step = "Nothing was changed. Take another copy of this backup, or an older one."


class BackupOfAnotherVersion(Invalid):
    """The backup {place} was made by another version of Aboveboard: {found}."""

    code = "backup_of_another_version"
    next_step = (
        "Nothing was changed. Install the version that made it, {version}, or a newer one, and "
        "restore with that."
    )


class BackupNotSigned(Invalid):
    """The backup {place} is not signed by the key of its instance: {found}."""

    code = "backup_not_signed"
    next_step = (
        "Nothing was changed. Somebody may have altered it: take another copy. If it was made "
        "before backups were signed, and you know that nobody could write to it, add --unsigned."
    )


@dataclass(frozen=True, slots=True)
class FileDigest:
    """One file of a part: its name below the part's folder, its bytes, its SHA-256 in hex."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class CopiedTable:
    """One table: which file holds its rows, its columns in order, and how many rows."""

    file: str
    columns: Sequence[str]
    rows: int


@dataclass(frozen=True, slots=True)
class LedgerHead:
    """The ledger's tree when the snapshot was taken: the signed note of its head ("" while empty),
    and the keys it was signed with."""

    size: int
    note: str
    vkeys: Sequence[str]


@dataclass(frozen=True, slots=True)
class Manifest:
    """One part of a backup. ``migrations`` are those applied, as ``app.name``; ``sequences`` the
    last numbers given out, ``index`` which index key the look-ups are made with
    (``vault.blind.check``). ``digest`` and ``signature`` are those of a manifest that was read:
    the SHA-256 of the rest, and the signed note that has it; "" where it was not signed."""

    part: str
    origin: str
    made_at: datetime
    version: str
    database: str
    root_keys: Sequence[str]
    migrations: Sequence[str]
    sequences: Mapping[str, int]
    index: str
    ledger: LedgerHead
    tables: Mapping[str, CopiedTable]
    files: Sequence[FileDigest]
    format: int = FORMAT
    digest: str = ""
    signature: str = ""

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files)


def encode(manifest: Manifest, signer: Signer) -> bytes:
    """Return the bytes of ``manifest.json``, signed with the log's key; the last thing written of a
    part."""
    fields = {"format": FORMAT} | asdict(manifest) | {"made_at": clock.to_text(manifest.made_at)}
    del fields["digest"], fields["signature"]
    fields["format"] = FORMAT
    digest = hashlib.sha256(canonical(fields)).hexdigest()
    signed = fields | {
        "sha256": digest,
        "signature": signer.sign(_signed_text(manifest.part, digest)),
    }
    return json.dumps(signed, indent=1, ensure_ascii=False).encode() + b"\n"


def _signed_text(part: str, digest: str) -> str:
    """Return what is signed. Its first line is no log's origin, so it can never be taken for a
    checkpoint, nor a checkpoint for it."""
    return f"aboveboard backup v{FORMAT}\n{part}\n{digest}\n"


def check_signature(folder: Path, manifest: Manifest, trusted: Sequence[str]) -> None:
    """Hold the signature of a manifest against keys (vkeys) that one of must have made it.

    Raises:
        BackupNotSigned: it has none, or one of another key, or over something else.
    """
    if not manifest.signature:
        raise BackupNotSigned(place=folder, found="it has no signature")
    text = _signed_text(manifest.part, manifest.digest)
    for vkey in trusted:
        try:
            if Verifier.from_vkey(vkey).open(manifest.signature) == text:
                return
        except NoteRefused:
            continue  # another key's: the next may be the one
    raise BackupNotSigned(place=folder, found="its signature is of another key, or it was changed")


def read(folder: Path) -> Manifest:
    """Read a part's manifest, without looking at the files.

    Raises:
        NotABackup: there is none.
        BackupOfAnotherVersion: its format is not ours.
        BackupDamaged: it is not what was written.
    """
    try:
        fields = json.loads((folder / FILE).read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        raise NotABackup(
            place=folder, why="it has no manifest, so it was never finished or is something else"
        ) from None
    except (OSError, ValueError) as error:
        raise BackupDamaged(
            place=folder, found=f"its manifest cannot be read ({type(error).__name__})"
        ) from None
    if not isinstance(fields, dict) or "format" not in fields:
        raise NotABackup(place=folder, why="its manifest is not one of a backup")
    if fields["format"] not in (FORMAT, UNSIGNED):
        raise BackupOfAnotherVersion(
            place=folder,
            found=f"its format is {fields['format']!r}",
            version=fields.get("version", "unknown"),
        )
    digest, signature = fields.pop("sha256", None), fields.pop("signature", "")
    try:
        if hashlib.sha256(canonical(fields)).hexdigest() != digest:
            raise BackupDamaged(place=folder, found="its manifest was changed")
        return replace(_decoded(fields), digest=str(digest), signature=str(signature))
    except (KeyError, TypeError, ValueError):
        raise BackupDamaged(place=folder, found="its manifest is not whole") from None


def _decoded(fields: dict[str, Any]) -> Manifest:
    fields["made_at"] = clock.from_text(fields["made_at"])
    fields["ledger"] = LedgerHead(**fields["ledger"])
    fields["tables"] = {name: CopiedTable(**table) for name, table in fields["tables"].items()}
    fields["files"] = [FileDigest(**file) for file in fields["files"]]
    return Manifest(**fields)


def check(
    folder: Path, progress: Callable[[int, int], None] = lambda done, total: None
) -> Manifest:
    """Read a part's manifest and every byte of its files; ``progress`` is called with how many
    bytes are read, of how many.

    Raises:
        NotABackup, BackupOfAnotherVersion: as :func:`read`.
        BackupDamaged: a file is missing, shorter, longer or changed; it is named.
    """
    manifest = read(folder)
    done = 0
    for file in manifest.files:
        digest, size = hashlib.sha256(), 0
        try:
            with (folder / file.name).open("rb") as opened:
                while block := opened.read(_BLOCK):
                    digest.update(block)
                    size += len(block)
                    progress(done + size, manifest.size)
        except FileNotFoundError:
            raise BackupDamaged(place=folder, found=f"{file.name} is missing") from None
        except OSError as error:
            raise BackupDamaged(
                place=folder, found=f"{file.name} cannot be read ({error.strerror})"
            ) from None
        if size != file.size:
            raise BackupDamaged(
                place=folder, found=f"{file.name} has {size:,} bytes instead of {file.size:,}"
            )
        if digest.hexdigest() != file.sha256:
            raise BackupDamaged(place=folder, found=f"{file.name} was changed")
        done += size
    return manifest
