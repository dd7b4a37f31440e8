"""What keys and the ledger write about themselves: the bytes that were always written, read back by
the same classes."""

from __future__ import annotations

import pytest

from aboveboard.basics.canonical import Json
from aboveboard.basics.facts import Code, Facts, VerifierKey
from aboveboard.keys import entries
from aboveboard.ledger.entries import SigningKeyReplaced

OLD = "localhost/log+530d903a+AekyeRrm56hA"
NEW = "localhost/log+7cc1a2bb+AfgyeRrm56hB"

WRITTEN: list[tuple[Facts, str, dict[str, Json]]] = [
    (
        entries.RotationBegun(key=Code("0a1b2c3d"), provider=Code("file")),
        "keys.rotation.begun",
        {"key": "0a1b2c3d", "provider": "file"},
    ),
    (
        entries.RotationBegun(rotated=Code("index"), generation=2),
        "keys.rotation.begun",
        {"kind": "index", "generation": 2},
    ),
    (
        entries.RotationFinished(key=Code("0a1b2c3d"), people=40),
        "keys.rotation.finished",
        {"key": "0a1b2c3d", "people": 40},
    ),
    (
        entries.RotationFinished(rotated=Code("index"), generation=2, people=40, lost=0),
        "keys.rotation.finished",
        {"kind": "index", "generation": 2, "people": 40, "lost": 0},
    ),
    (
        entries.OtherProvidersRemoved(1, Code("vault")),
        "keys.provider.left",
        {"copies": 1, "provider": "vault"},
    ),
    (
        entries.RootKeySplit(Code("0a1b2c3d"), 5, 3),
        "keys.split",
        {"key": "0a1b2c3d", "shares": 5, "threshold": 3},
    ),
    (entries.RootKeyRecovered(Code("0a1b2c3d")), "keys.recovered", {"key": "0a1b2c3d"}),
    (
        SigningKeyReplaced(2, VerifierKey(OLD), VerifierKey(NEW)),
        "ledger.key-changed",
        {"generation": 2, "old": OLD, "new": NEW},
    ),
]


@pytest.mark.parametrize(("facts", "kind", "json"), WRITTEN)
def test_an_entry_is_written_as_ever_and_reads_back_the_same(
    facts: Facts, kind: str, json: dict[str, Json]
) -> None:
    assert facts.kind == kind
    assert facts.to_json() == json
    assert type(facts).from_json(json) == facts
