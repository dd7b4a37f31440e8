"""The root key on paper: split into shares, and put together again where it opens something."""

from __future__ import annotations

import secrets
from pathlib import Path

import pytest

from aboveboard.basics import clock, settings
from aboveboard.basics.actor import SYSTEM
from aboveboard.basics.errors import Conflict
from aboveboard.keys import ring, shares
from aboveboard.keys.actions import make_person_keys
from aboveboard.keys.providers.file import FileProvider
from aboveboard.keys.providers.secret import from_file
from aboveboard.keys.rotation import ceremony
from aboveboard.keys.wrapping import LocalKey
from aboveboard.ledger.models import Entry

pytestmark = pytest.mark.django_db


def kinds() -> list[str]:
    return list(Entry.objects.order_by("id").values_list("kind", flat=True))


def test_enough_shares_give_the_root_key_of_this_database() -> None:
    make_person_keys([1])
    raw = bytes.fromhex(settings.current().path("root.key").read_text())
    key_id, made = ceremony.split(threshold=2, of=3, by=SYSTEM, at=clock.now())
    assert key_id == LocalKey(raw).id.hex()
    assert len(made) == 3
    assert ceremony.recover(made[1:], by=SYSTEM, at=clock.now()) == raw
    assert kinds() == ["keys.split", "keys.recovered"]


def test_shares_of_another_instance_s_key_are_refused_and_nothing_is_written() -> None:
    make_person_keys([1])
    stranger = shares.split(secrets.token_bytes(32), threshold=2, shares=2)
    with pytest.raises(Conflict, match="opens nothing in this database"):
        ceremony.recover(stranger, by=SYSTEM, at=clock.now())
    assert kinds() == []


def test_what_is_in_no_file_or_is_two_keys_is_not_split(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "root.key"
    file.touch(0o600)
    file.write_text(f"{secrets.token_hex(32)} {secrets.token_hex(32)}")
    for root, says in (
        (FileProvider("file:root.key", file, lambda: ""), "under way"),
        (from_file("secret:root.key", file), "secret:root.key keeps the root key to itself"),
    ):
        monkeypatch.setattr(ring, "provider", lambda root=root: root)
        with pytest.raises(Conflict, match=says):
            ceremony.split(threshold=2, of=3, by=SYSTEM, at=clock.now())
    assert kinds() == []
