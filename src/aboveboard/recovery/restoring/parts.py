"""The two parts of a backup, checked before anything is touched. Needs no
instance and no database."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from aboveboard.basics.errors import Invalid
from aboveboard.recovery import manifest
from aboveboard.recovery.manifest import KEYS, RECORDS, Manifest

Watch = Callable[[int, int], None]


class PartsApart(Invalid):
    """These two parts do not belong together: {why}."""

    code = "parts_apart"
    next_step = "Nothing was changed. Name the newest keys part of the same instance with --keys."


@dataclass(frozen=True, slots=True)
class BackupParts:
    """Both parts of a backup, checked: the folders and their manifests."""

    records_at: Path
    keys_at: Path
    records: Manifest
    keys: Manifest


def check_parts(
    records: Path,
    keys_part: Path,
    watch: Watch = lambda done, total: None,
    *,
    trusted: Sequence[str] = (),
    unsigned: bool = False,
) -> BackupParts:
    """Step 1. Needs no database.

    ``trusted``: the keys (vkeys) of which one must have signed both parts. With none given, the
    backup names its own: that the root key leads to it is checked when the keys are open (step 4
    of ``load``). ``unsigned``: take one that was made before backups were signed.

    Raises:
        BackupNotSigned: as ``manifest.check_signature``.
        NotABackup, BackupDamaged, BackupOfAnotherVersion: as ``manifest.check``.
        PartsApart: the keys are older than the records, or another instance's.
    """
    parts = BackupParts(
        records, keys_part, manifest.check(records, watch), manifest.check(keys_part)
    )
    for folder, part in ((records, parts.records), (keys_part, parts.keys)):
        if part.format != manifest.UNSIGNED or not unsigned:
            manifest.check_signature(folder, part, trusted or parts.keys.ledger.vkeys)
    if parts.records.part != RECORDS or parts.keys.part != KEYS:
        raise PartsApart(
            why=(
                f"{records.name} has to be the one with the records, {keys_part.name} the one with "
                "the keys"
            )
        )
    if (parts.records.origin, parts.records.database) != (parts.keys.origin, parts.keys.database):
        raise PartsApart(why="they are of two instances")
    if parts.keys.made_at < parts.records.made_at:
        raise PartsApart(
            why=(
                "the keys are older than the records, so people who were added in between would "
                "not open"
            )
        )
    if not set(parts.records.ledger.vkeys) <= set(parts.keys.ledger.vkeys):
        raise PartsApart(why="their logs are signed with different keys")
    return parts
