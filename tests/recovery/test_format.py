"""What a backup is, and every way in which it can be unfit: each is named, and
nothing is changed by it."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from aboveboard.basics.canonical import digest
from aboveboard.basics.errors import AboveboardError
from aboveboard.keys.log_signing import signer
from aboveboard.ledger.format.note import Signer, Verifier
from aboveboard.ledger.verify.log import verify_log
from aboveboard.ledger.verify.sources import LogInBackup, SourceUnreadable
from aboveboard.recovery import actions, backups, manifest
from aboveboard.recovery.actions import BackupResult
from aboveboard.recovery.manifest import FILE
from aboveboard.recovery.models import Restoration
from aboveboard.recovery.restoring.load import load as put_back
from aboveboard.recovery.restoring.parts import check_parts
from aboveboard.vault.queries import people_count
from tests.recovery import stand
from tests.recovery.stand import NOW, WEEK
from tests.world import load

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.one_database("what a backup's files say; test_restore puts its rows back on both"),
]


@pytest.fixture
def made(tmp_path: Path) -> BackupResult:
    load(3)
    return stand.back_up(tmp_path / "backups", NOW)


def rows_of(part: Path) -> Path:
    return max(
        (path for path in part.rglob("*") if path.name.startswith(("rows.", "vault_sealed"))),
        key=lambda path: path.stat().st_size,
    )


def truncated(part: Path) -> None:
    file = rows_of(part)
    file.write_bytes(file.read_bytes()[:-1])


def longer(part: Path) -> None:
    with rows_of(part).open("ab") as file:
        file.write(b"\0")


def changed(part: Path) -> None:
    file = rows_of(part)
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)


def missing(part: Path) -> None:
    rows_of(part).unlink()


def log_missing(part: Path) -> None:
    (part / "log.tar").unlink()


def unfinished(part: Path) -> None:
    (part / FILE).unlink()


def not_json(part: Path) -> None:
    (part / FILE).write_text("{")


def another_thing(part: Path) -> None:
    (part / FILE).write_text("[]")


def manifest_changed(part: Path) -> None:
    (part / FILE).write_text((part / FILE).read_text().replace('"rows": 3', '"rows": 2', 1))


def rewritten(part: Path, change: Callable[[dict[str, object]], object]) -> None:
    """Change the manifest, and its digest with it."""
    fields = json.loads((part / FILE).read_text())
    del fields["sha256"], fields["signature"]
    change(fields)
    whole = digest(fields)
    note = signer().sign(f"aboveboard backup v2\n{fields['part']}\n{whole}\n")
    (part / FILE).write_text(json.dumps(fields | {"sha256": whole, "signature": note}))


def not_whole(part: Path) -> None:
    rewritten(part, lambda fields: fields.pop("tables"))


def of_another_format(part: Path) -> None:
    rewritten(part, lambda fields: fields.update(format=3, version="9.9"))


def of_a_newer_version(part: Path) -> None:
    # It is a list.
    rewritten(part, lambda fields: fields["migrations"].append("vault.9999_later"))  # type: ignore[attr-defined]


def of_another_instance(part: Path) -> None:
    rewritten(part, lambda fields: fields.update(origin="other.example/log"))


def of_another_database(part: Path) -> None:
    rewritten(part, lambda fields: fields.update(database="another"))


UNFIT: dict[Callable[[Path], None], tuple[str, str]] = {
    truncated: ("backup_damaged", "bytes instead of"),
    longer: ("backup_damaged", "bytes instead of"),
    changed: ("backup_damaged", "was changed"),
    missing: ("backup_damaged", "is missing"),
    unfinished: ("not_a_backup", "never finished"),
    not_json: ("backup_damaged", "its manifest cannot be read"),
    another_thing: ("not_a_backup", "not one of a backup"),
    manifest_changed: ("backup_damaged", "its manifest was changed"),
    not_whole: ("backup_damaged", "its manifest is not whole"),
    of_another_format: ("backup_of_another_version", "its format is 3"),
    of_a_newer_version: ("backup_of_another_version", "vault.9999_later"),
    of_another_instance: ("parts_apart", "two instances"),
    of_another_database: ("parts_apart", "two instances"),
}


@pytest.mark.parametrize("spoil", UNFIT, ids=lambda spoil: spoil.__name__)
def test_each_way_to_be_unfit_is_named_and_changes_nothing(
    made: BackupResult, spoil: Callable[[Path], None]
) -> None:
    spoil(made.records)
    with pytest.raises(AboveboardError) as refused:
        put_back(check_parts(made.records, made.keys), replace=True, at=NOW)
    assert (refused.value.code, UNFIT[spoil][1] in str(refused.value)) == (UNFIT[spoil][0], True), (
        str(refused.value)
    )
    assert people_count() == 3
    assert not Restoration.objects.exists()


def test_the_log_is_missed_too(made: BackupResult) -> None:
    log_missing(made.records)
    with pytest.raises(manifest.BackupDamaged, match=r"log\.tar is missing"):
        manifest.check(made.records)


def test_both_parts_of_one_that_is_not_ours_are_refused(made: BackupResult) -> None:
    for part in (made.records, made.keys):
        of_another_instance(part)
    with pytest.raises(AboveboardError, match=r"its log is other\.example/log"):
        put_back(check_parts(made.records, made.keys), replace=True, at=NOW)
    for part in (made.records, made.keys):
        rewritten(
            part,
            lambda fields: fields.update(
                origin=stand.settings.current().ledger.origin, database="another"
            ),
        )
    with pytest.raises(AboveboardError, match="its rows are of another"):
        put_back(check_parts(made.records, made.keys), replace=True, at=NOW)
    assert people_count() == 3


def test_keys_that_are_older_than_the_records_or_no_keys_are_refused(
    made: BackupResult, tmp_path: Path
) -> None:
    older = shutil.copytree(made.keys, tmp_path / "kept")
    newer = stand.back_up(tmp_path / "backups", NOW + WEEK)
    assert backups.keys_part_of(made.records) == backups.keys_part_of(newer.records) == newer.keys
    with pytest.raises(AboveboardError, match="the keys are older"):
        check_parts(newer.records, older)
    with pytest.raises(AboveboardError, match="the one with the keys"):
        check_parts(newer.records, made.records)


def test_the_log_inside_verifies_and_a_damaged_archive_says_so(made: BackupResult) -> None:
    whole = manifest.read(made.records)
    keys = [Verifier.from_vkey(key) for key in whole.ledger.vkeys]
    report, _ = verify_log(LogInBackup(made.records), keys)
    assert report.ok
    assert report.entries == whole.ledger.size == made.entries
    archive = made.records / "log.tar"
    spoiled = archive.read_bytes()
    archive.write_bytes(spoiled[:600])
    with pytest.raises(SourceUnreadable, match=r"not a whole archive|ends early"):
        verify_log(LogInBackup(made.records), keys)
    archive.write_bytes(b"no archive")
    with pytest.raises(SourceUnreadable, match="not a whole archive"):
        LogInBackup(made.records)


def test_no_key_is_in_the_records_part_and_no_root_key_in_either(made: BackupResult) -> None:
    from aboveboard.keys.models import InstanceSecret, PersonKey, WrappingKey

    wrapped = [
        bytes(row)
        for model in (InstanceSecret, PersonKey, WrappingKey)
        for row in model.objects.values_list("wrapped", flat=True)
    ]
    assert len(wrapped) > 4
    records = b"".join(path.read_bytes() for path in made.records.rglob("*") if path.is_file())
    keys = b"".join(path.read_bytes() for path in made.keys.rglob("*") if path.is_file())
    assert not [key for key in wrapped if key in records]
    assert all(key in keys for key in wrapped)
    root = stand.settings.current().path("root.key").read_text().strip()
    assert root.encode() not in records + keys
    assert bytes.fromhex(root) not in records + keys
    assert {path.stat().st_mode & 0o077 for path in (made.records, made.keys)} == {0}


def test_passwords_are_taken_out_of_the_settings() -> None:
    text = (
        'url = "postgresql://ab:p%40ss@host:5432/db"\nurl = "smtp+tls://u:p@mail:587"\n'
        'url = "sqlite:a.sqlite3"\n'
    )
    assert actions.without_passwords(text) == text.replace(":p%40ss@", "@").replace(":p@", "@")


def test_a_second_backup_in_the_same_second_is_refused_and_the_first_stays(
    made: BackupResult, tmp_path: Path
) -> None:
    with pytest.raises(AboveboardError, match="a backup called"):
        stand.back_up(tmp_path / "backups", NOW)
    assert manifest.check(made.records)
    assert manifest.check(made.keys)
    stand.back_up(tmp_path / "backups", NOW + timedelta(seconds=1))


def with_sums(part: Path, signed_by: Signer | None = None) -> None:
    """Do what somebody does who can write to a backup: compute every sum anew, and sign with a key
    of their own, which the manifest then names."""
    fields = json.loads((part / FILE).read_text())
    note = fields.pop("signature")
    del fields["sha256"]
    for file in fields["files"]:
        data = (part / file["name"]).read_bytes()
        file |= {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    if signed_by is not None:
        fields["ledger"]["vkeys"] = [signed_by.vkey]
    whole = digest(fields)
    if signed_by is not None:
        note = signed_by.sign(f"aboveboard backup v2\n{fields['part']}\n{whole}\n")
    (part / FILE).write_text(json.dumps(fields | {"sha256": whole, "signature": note}))


def files_of(made: BackupResult) -> list[Path]:
    return [
        path
        for part in (made.records, made.keys)
        for path in sorted(part.rglob("*"))
        if path.is_file() and path.stat().st_size
    ]


def test_one_byte_changed_in_any_file_is_refused_with_and_without_new_sums(
    made: BackupResult,
) -> None:
    """S2d: each file of both parts, at its beginning, in its middle and at its end."""
    for file in files_of(made):
        whole = file.read_bytes()
        part = made.keys if made.keys in file.parents else made.records
        manifest_before = (part / FILE).read_bytes()
        for place in {0, len(whole) // 3, len(whole) // 2, len(whole) - 2}:
            file.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
            with pytest.raises(AboveboardError):
                check_parts(made.records, made.keys)
            if file.name != FILE:
                with_sums(part)
                with pytest.raises(manifest.BackupNotSigned):
                    check_parts(made.records, made.keys)
                (part / FILE).write_bytes(manifest_before)
            file.write_bytes(whole)
    assert check_parts(made.records, made.keys)


def test_a_backup_signed_anew_with_a_key_of_ones_own_is_refused(made: BackupResult) -> None:
    """It names the key that it is signed with; the root key leads to another."""
    own = Signer.from_seed(stand.settings.current().ledger.origin, bytes(32))
    for part in (made.records, made.keys):
        with_sums(part, own)
    parts = check_parts(made.records, made.keys)
    with pytest.raises(manifest.BackupNotSigned):
        put_back(parts, replace=True, at=NOW)
    with pytest.raises(manifest.BackupNotSigned):
        check_parts(made.records, made.keys, trusted=[signer().vkey])
    assert people_count() == 3


def test_a_backup_from_before_they_were_signed_is_taken_only_when_somebody_says_so(
    made: BackupResult,
) -> None:
    for part in (made.records, made.keys):
        fields = json.loads((part / FILE).read_text())
        del fields["sha256"], fields["signature"]
        fields["format"] = manifest.UNSIGNED
        (part / FILE).write_text(json.dumps(fields | {"sha256": digest(fields)}))
    with pytest.raises(manifest.BackupNotSigned, match="no signature"):
        check_parts(made.records, made.keys)
    put_back(check_parts(made.records, made.keys, unsigned=True), replace=True, at=NOW)
    assert people_count() == 3


def test_an_unsigned_backup_may_not_say_that_it_is_of_the_signed_format(made: BackupResult) -> None:
    """``--unsigned`` is for what could not be signed, not for what lost its signature."""
    fields = json.loads((made.records / FILE).read_text())
    del fields["sha256"], fields["signature"]
    (made.records / FILE).write_text(json.dumps(fields | {"sha256": digest(fields)}))
    with pytest.raises(manifest.BackupNotSigned):
        check_parts(made.records, made.keys, unsigned=True)
