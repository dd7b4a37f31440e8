"""``/log/``: the files of the record, as C2SP tlog-tiles asks, and nothing else of the disk."""

from __future__ import annotations

import pytest
from django.test import Client

from aboveboard.basics import clock, settings
from aboveboard.basics.actor import SYSTEM
from aboveboard.keys.log_signing import sequence_now, signer
from aboveboard.ledger.format.checkpoint import open_note
from aboveboard.ledger.format.note import Verifier
from aboveboard.ledger.format.tiles import decode_bundle, decode_hashes
from aboveboard.ledger.format.tree import leaf_hash
from aboveboard.promise.actions import adopt_promise
from tests.world import PROMISE_FILE, adopt

pytestmark = pytest.mark.django_db


@pytest.fixture
def size() -> int:
    """The size of a log with a few sealed entries."""
    for number in range(3):
        adopt_promise(
            f"{PROMISE_FILE.read_text('utf-8')}# {number}\n",
            name="retailer.yaml",
            by=SYSTEM,
            at=clock.now(),
        )
    head = sequence_now()
    assert head
    return head.size


def test_the_checkpoint_is_signed_fresh_and_never_old(size: int) -> None:
    answer = Client().get("/log/checkpoint")
    assert open_note(answer.content.decode(), Verifier.from_vkey(signer().vkey)).size == size
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert answer["Cache-Control"] == "public, max-age=5"


def test_tiles_and_bundles_belong_together_and_are_kept_for_ever(size: int) -> None:
    tile, bundle = (
        Client().get(f"/log/tile/0/000.p/{size}"),
        Client().get(f"/log/tile/entries/000.p/{size}"),
    )
    for answer in (tile, bundle):
        assert answer["Content-Type"] == "application/octet-stream"
        assert "immutable" in answer["Cache-Control"]
    assert [leaf_hash(entry) for entry in decode_bundle(bundle.content)] == decode_hashes(
        tile.content, size
    )


def test_the_key_is_there(size: int) -> None:
    assert Client().get("/log/vkey").content.decode().strip() == signer().vkey


@pytest.mark.parametrize(
    "path",
    [
        "", "tile", "tile/", "tile/0", "tile/0/0", "tile/0/0000", "tile/00/000", "tile/64/000",
        "tile/0/000.p/0", "tile/0/000.p/256", "tile/0/000.p/07", "tile/0/x000/000",
        "tile/entries/999", "tile/0/000/../000", "../root.key", "tile/../../root.key",
        "..%2f..%2froot.key", "tile/0/..%2F..%2Froot.key", ".lock", "/etc/passwd",
        "tile/0/%00", "checkpoint/", "checkpoint.tmp", ".checkpoint.tmp",
    ],
)  # fmt: skip
def test_nothing_else_can_be_named(size: int, path: str) -> None:
    assert Client().get(f"/log/{path}").status_code == 404


def test_nothing_sealed_is_said_so() -> None:
    assert Client().get("/log/checkpoint").status_code == 404
    adopt()
    assert "Nothing is sealed yet" in Client().get("/trust/check/").content.decode()


def test_the_page_says_how_to_check(size: int) -> None:
    page = Client().get("/trust/check/").content.decode()
    assert "aboveboard ledger verify http" in page
    assert signer().vkey in page
    assert f'ab-big">{size}<' in page


def test_a_damaged_seal_is_called_our_fault(size: int) -> None:
    place = settings.current().path("log") / "checkpoint"
    whole = place.read_bytes()
    place.write_bytes(whole[: len(whole) // 2])
    page = Client().get("/trust/check/")
    assert page.status_code == 500
    assert "Our record is damaged" in page.content.decode()
    assert Client(raise_request_exception=False).get("/trust/facts.json").status_code == 500
