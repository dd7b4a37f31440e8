"""What is read of the ledger: in which order, by whom an entry is found, and what is published."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import transaction

from aboveboard.basics import settings
from aboveboard.basics.actor import SYSTEM
from aboveboard.ledger import actions, queries
from aboveboard.ledger.actions import NewEntry
from aboveboard.ledger.format import proof as proofs
from tests.ledger.logs import SIGNER

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
ANNA, BEN = "a" * 32, "b" * 32
GRANTED, ASKED = "use.granted", "explain.asked"


def add(*entries: tuple[str, str | None]) -> list[int]:
    with transaction.atomic():
        return actions.append_many(
            [
                NewEntry(kind, SYSTEM, AT + timedelta(minutes=place), handle, {"n": place})
                for place, (kind, handle) in enumerate(entries)
            ]
        )


def sequence() -> None:
    actions.sequence(at=AT, signer=SIGNER)


def log() -> Path:
    return settings.current().path("log")


def test_entries_come_in_the_order_that_was_asked_for_placed_or_waiting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(queries, "STREAMED", 2)  # several pages of each
    placed = add((GRANTED, ANNA), (ASKED, ANNA), (GRANTED, BEN), (GRANTED, ANNA), (ASKED, None))
    assert queries.has_waiting()
    sequence()
    assert not queries.has_waiting()
    waiting = add((GRANTED, ANNA), (ASKED, BEN))
    ids = placed + waiting
    of_anna = [ids[place] for place in (0, 1, 3, 5)]
    assert [entry.id for entry in queries.entries([ids[3], ids[0], ids[5], 10**9])] == [
        ids[5],
        ids[3],
        ids[0],
    ]
    assert queries.entries([]) == []
    assert [entry.id for entry in queries.entries_about([ANNA])] == of_anna
    assert [entry.id for entry in queries.entries_for([ANNA])] == of_anna[::-1]
    assert [entry.id for entry in queries.entries_of([GRANTED])] == [
        ids[place] for place in (0, 2, 3, 5)
    ]
    assert [body.id for body in queries.entries_from(2)] == placed[2:], "of the tree alone"
    assert [body.id for body in queries.entries_from(1, [ASKED])] == [placed[1], placed[4]]
    newest = queries.newest_of(GRANTED)
    assert newest is not None
    assert (newest.id, newest.leaf_index) == (waiting[0], None)
    assert queries.newest_of("promise.adopted") is None


def test_who_asked_why_is_found_by_when_and_by_the_handle_of_what_it_is_about() -> None:
    ids = add((GRANTED, ANNA), (ASKED, ANNA), (ASKED, None), (ASKED, BEN))
    asked = [(ids[1], ANNA, AT + timedelta(minutes=1)), (ids[3], BEN, AT + timedelta(minutes=3))]
    assert queries.explanations() == asked
    assert queries.explanations(after=ids[1]) == asked[1:]
    assert queries.explanations(after=ids[3]) == []


def test_of_many_handles_those_are_told_that_an_entry_has() -> None:
    add((GRANTED, ANNA), (GRANTED, ANNA), (GRANTED, None))
    assert queries.used_handles([ANNA, BEN]) == {ANNA}


def test_before_anything_is_published_there_is_no_key_and_no_file() -> None:
    assert (queries.verifier_key(), queries.verifier_keys()) == (None, [])
    assert queries.resource("vkey") is None
    assert queries.resource("tile/0/000") is None


def test_what_may_change_is_not_kept_by_those_who_fetch_it_and_a_tile_is() -> None:
    add(*[(GRANTED, None)] * 300)
    sequence()
    (log() / "witnessed").write_bytes((log() / "checkpoint").read_bytes())
    (log() / "handover").mkdir()
    (log() / "handover/2").write_bytes((log() / "checkpoint").read_bytes())
    served = {
        name: queries.resource(name)
        for name in ("checkpoint", "vkey", "witnessed", "handover/2", "tile/0/000", "handover/3")
    }
    assert served["handover/3"] is None
    assert {
        name: (file.content_type, file.forever) for name, file in served.items() if file
    } == dict.fromkeys(
        ("checkpoint", "vkey", "witnessed", "handover/2"), ("text/plain; charset=utf-8", False)
    ) | {"tile/0/000": ("application/octet-stream", True)}
    tile = served["tile/0/000"]
    assert tile is not None
    assert tile.content == (log() / "tile/0/000").read_bytes()


def test_what_is_placed_and_not_published_cannot_be_proved_yet() -> None:
    first, second = add((GRANTED, ANNA), (GRANTED, ANNA))
    sequence()
    published = (log() / "checkpoint").read_bytes()
    (third,) = add((GRANTED, ANNA))
    sequence()
    (log() / "checkpoint").write_bytes(published)
    for entry_id in (first, second):
        assert proofs.verify(queries.proof(entry_id), SIGNER.verifier)[2].size == 2
    with pytest.raises(queries.NotYet):
        queries.proof(third)


@pytest.mark.parametrize("spoiled", [b"\xff", b"localhost/log\n3\n", b"x\n\n\xe2\x80\x94 x AAAA\n"])
def test_a_checkpoint_of_ours_that_cannot_be_read_is_said_to_be_damaged(spoiled: bytes) -> None:
    (entry_id,) = add((GRANTED, ANNA))
    sequence()
    (log() / "checkpoint").write_bytes(spoiled)
    for reading in (queries.checkpoint, lambda: queries.proof(entry_id)):
        with pytest.raises(queries.HeadDamaged):
            reading()
