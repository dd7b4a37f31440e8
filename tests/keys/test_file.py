"""The root key in a file: refused where others can read it, several versions at once, found
again when it is put back."""

from __future__ import annotations

import os
import secrets
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from aboveboard.keys.providers import passphrase
from aboveboard.keys.providers.file import FileProvider, RootKeyMissing, replace
from aboveboard.keys.wrapping import KeyUnwrapFailed, LocalKey

OLDER, NEWER = secrets.token_hex(32), secrets.token_hex(32)


@pytest.mark.parametrize(
    ("story", "text", "mode", "says"),
    [
        ("others may read it", "00" * 32, 0o644, "other users"),
        ("a group may read it", "00" * 32, 0o640, "other users"),
        ("it is too short", "00" * 16, 0o600, "64 hex digits"),
        ("it is not hex", "zz" * 32, 0o600, "64 hex digits"),
        ("it is empty", "\n", 0o600, "empty"),
        ("it is not text", "é", 0o600, "UnicodeDecodeError"),
    ],
)
def test_a_root_key_file_is_refused_when(
    story: str, text: str, mode: int, says: str, tmp_path: Path
) -> None:
    file = tmp_path / "root.key"
    file.write_text(text)
    file.chmod(mode)
    with pytest.raises(RootKeyMissing, match=says) as refused:
        FileProvider("file:root.key", file, lambda: "").wrap(bytes(32), b"")
    assert text.strip() not in str(refused.value) or not text.strip()


def test_a_missing_root_key_says_what_to_do_and_is_found_once_it_is_back(tmp_path: Path) -> None:
    file = tmp_path / "root.key"
    root = FileProvider("file:root.key", file, lambda: "")
    with pytest.raises(RootKeyMissing, match="safekeeping"):
        root.wrap(bytes(32), b"")
    file.touch(0o600)
    file.write_text(OLDER)
    wrapped = root.wrap(bytes(32), b"")
    file.unlink()
    with pytest.raises(RootKeyMissing):
        root.unwrap(wrapped, b"")


def test_the_newest_of_several_wraps_and_each_opens_what_it_wrapped(tmp_path: Path) -> None:
    file = tmp_path / "root.key"
    file.touch(0o600)
    file.write_text(OLDER)
    root = FileProvider("file:root.key", file, lambda: "")
    older = root.wrap(bytes(32), b"x")
    file.write_text(NEWER + "\n" + OLDER + "\n")
    newer = root.wrap(bytes(32), b"x")
    assert root.unwrap(older, b"x") == root.unwrap(newer, b"x") == bytes(32)
    file.write_text(NEWER)
    assert root.unwrap(newer, b"x") == bytes(32)
    with pytest.raises(KeyUnwrapFailed, match="another root key"):
        root.unwrap(older, b"x")


def test_new_keys_made_at_the_same_moment_are_all_kept(tmp_path: Path) -> None:
    file = tmp_path / "root.key"
    file.touch(0o600)
    file.write_text("11" * 32)
    with ThreadPoolExecutor(8) as threads:
        list(
            threads.map(lambda _: FileProvider("file:root.key", file, lambda: "").renew(), range(8))
        )
    assert len(set(file.read_text().split())) == 9
    assert file.stat().st_mode & 0o077 == 0
    assert {one.name for one in tmp_path.iterdir()} == {"root.key", "root.key.lock"}


def test_what_replaces_a_file_is_on_the_disk_before_it_takes_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "root.key"
    file.write_text("old")
    kept: list[tuple[str, str]] = []

    def fsync(opened: int) -> None:
        found = os.fstat(opened)
        what = "folder" if stat.S_ISDIR(found.st_mode) else f"{found.st_size} bytes"
        kept.append((what, file.read_text()))

    monkeypatch.setattr(os, "fsync", fsync)
    replace(file, "newer")
    assert kept == [("5 bytes", "old"), ("folder", "newer")]
    assert file.stat().st_mode & 0o077 == 0


def test_a_disk_that_is_full_leaves_what_was_there_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "root.key"
    file.write_text("old")

    def full(opened: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        replace(file, "newer")
    assert [(each.name, each.read_text()) for each in tmp_path.iterdir()] == [("root.key", "old")]


def test_a_passphrase_is_asked_for_once_for_each_content_of_the_file(tmp_path: Path) -> None:
    file, asked = tmp_path / "root.key", []
    file.touch(0o600)
    file.write_text(passphrase.seal(OLDER, "words", memory=64))

    def ask() -> str:
        asked.append(1)
        return "words"

    root = FileProvider("file:root.key", file, ask)
    wrapped = root.wrap(bytes(32), b"x")
    assert root.unwrap(wrapped, b"x") == bytes(32)
    assert len(asked) == 1, "to open it costs time on purpose"
    root.renew()
    assert passphrase.is_sealed(file.read_text())
    assert root.unwrap(wrapped, b"x") == bytes(32)
    assert len(asked) == 2
    newest, oldest = root.keys()
    assert (oldest.hex(), len(newest)) == (OLDER, 32)


@pytest.mark.parametrize(
    ("words", "text"), [("other words", OLDER), ("words", "no key")], ids=["other words", "no key"]
)
def test_a_passphrase_that_does_not_open_or_opens_no_key_says_what_to_do(
    words: str, text: str, tmp_path: Path
) -> None:
    file = tmp_path / "root.key"
    file.touch(0o600)
    file.write_text(passphrase.seal(text, "words", memory=64))
    with pytest.raises(RootKeyMissing) as refused:
        FileProvider("file:root.key", file, lambda: words).wrap(bytes(32), b"x")
    fix = str(refused.value.details["fix"])
    assert (passphrase.VARIABLE in fix) == (words != "words")
    assert "safekeeping" in fix or words != "words"


def test_older_keys_move_into_a_file_of_their_own_once_nothing_needs_them(tmp_path: Path) -> None:
    file = tmp_path / "root.key"
    file.touch(0o600)
    file.write_text(OLDER)
    root = FileProvider("file:root.key", file, lambda: "")
    assert root.settle([]) == "", "one key alone stays where it is"
    under_older = root.wrap(bytes(32), b"x")
    file.write_text(f"{NEWER}\n{OLDER}\n")
    assert root.settle([root.wrap(bytes(32), b"x"), under_older]) == ""
    assert file.read_text().split() == [NEWER, OLDER]
    name = f"root.key.before-{LocalKey(bytes.fromhex(NEWER)).id.hex()}"
    assert f"Keep {name}" in root.settle([root.wrap(bytes(32), b"x")])
    assert file.read_text().split() == [NEWER]
    assert (tmp_path / name).read_text().split() == [OLDER]
