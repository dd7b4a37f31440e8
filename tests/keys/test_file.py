"""The root key in a file: refused where others can read it, several versions at once, found
again when it is put back."""

from __future__ import annotations

import secrets
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from aboveboard.keys.providers.file import FileProvider, RootKeyMissing
from aboveboard.keys.wrapping import KeyUnwrapFailed

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
