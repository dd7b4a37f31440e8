"""The guide for who keeps passwords strong."""

from __future__ import annotations

import hashlib
import json
import tomllib
from dataclasses import fields
from typing import Final

from aboveboard.basics.setting_sections import PasswordSettings
from aboveboard.commands import exits
from tests.documents.guides_of_clients import remember
from tests.documents.instance import Instance
from tests.documents.reader import Reader

LEAKED: Final = (b"password", b"blaue pferde tanzen laut", b"trois petits chats gris")


def keep_passwords_strong(reader: Reader, instance: Instance) -> None:
    """Somebody has fetched two passwords, and one that is new; and has a client."""
    digests = [hashlib.sha1(text, usedforsecurity=False).hexdigest().upper() for text in LEAKED]
    first, second, fresh = digests

    def fetch() -> None:
        rows = sorted(f"{digest}:{count}" for digest, count in ((first, 10_434_004), (second, 7)))
        (reader.folder / "pwned-passwords.txt").write_text("\n".join(rows))
        ranges = reader.folder / "ranges-of-this-month"
        ranges.mkdir()
        (ranges / f"{fresh[:5]}.txt").write_text(f"{fresh[5:]}:3\r\n")

    def leak() -> None:
        pairs = "".join(f"o{number}@else.example:grey otter {number}\n" for number in range(20))
        (reader.folder / "forum.txt").write_text(pairs)
        kept = hashlib.sha256(b"grey otter 7").hexdigest()
        (reader.folder / "shop.csv").write_text(f"account,email,hash\nC7,o7@else.example,{kept}\n")

    def listed() -> None:
        assert "C7,exact," in (reader.folder / "reset.csv").read_text()

    against = "aboveboard passwords sweep forum.txt --source forum-2026 --against"
    reader.before("aboveboard passwords sweep forum.txt --source forum-2026", leak)
    reader.ends_with(against, exits.ATTENTION)
    reader.after(against, listed)
    reader.ends_with("aboveboard passwords audit", exits.ATTENTION)
    with_token = remember(reader, instance, token=True)

    def add_client() -> None:
        reader.type(
            "aboveboard client add 'Asks about passwords' --role shop-system --team Shops"
            " --purpose deliver-orders --channel shop"
        )
        with_token()

    def updated() -> None:
        assert "1 passwords under 1 prefixes" in reader.printed
        refused = reader.type(_piped(LEAKED[2]), code=1)
        assert "was in a leak" in refused

    def answered() -> None:
        answer = json.loads(reader.printed)
        assert "15 caractères" in answer["problems"][0]["sentence"]
        assert answer["suffixes"][first[5:]] > 10_000_000

    def read_settings() -> None:
        section = tomllib.loads(reader.printed)["passwords"]
        assert set(section) <= {each.name for each in fields(PasswordSettings)}

    reader.before("[passwords]", read_settings)
    reader.before("aboveboard passwords build", fetch)
    reader.replace("aboveboard passwords check", _piped(LEAKED[1]))
    reader.ends_with("aboveboard passwords check", exits.ATTENTION)
    reader.after("aboveboard passwords update", updated)
    reader.before("curl -X POST https://data.example/api/v1/passwords/check", add_client)
    reader.replace("https://data.example/", f"{instance.address}/")
    reader.after("curl -X POST https://data.example/api/v1/passwords/check", answered)


def _piped(password: bytes) -> str:
    """The command, with a password in a pipe: at a terminal, what is typed before it asks is thrown
    away."""
    return f"printf '{password.decode()}' | aboveboard passwords check"
