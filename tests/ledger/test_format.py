"""What is written is read back; what comes from outside is read or refused, and
nothing else happens."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from aboveboard.basics.actor import Actor, ActorKind
from aboveboard.basics.canonical import Json, canonical
from aboveboard.basics.errors import AboveboardError
from aboveboard.basics.personal import Personal
from aboveboard.ledger.format import checkpoint, entry, note, proof, tiles
from aboveboard.ledger.format.entry import EntryRefused, NewEntry
from aboveboard.ledger.format.note import NoteRefused, Signer
from tests.ledger.logs import AT, SIGNER, bodies

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(-1e15, 1e15)
    | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)
FACTS = st.dictionaries(TEXT, JSON, max_size=5)
ACTORS = st.builds(Actor, st.sampled_from(ActorKind), TEXT, TEXT, TEXT)
# The strategy adds the zone.
MOMENTS = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001
HANDLES = st.none() | st.text("0123456789abcdef", min_size=32, max_size=32)


WHOLE: dict[str, Json] = {
    "v": 1,
    "id": 7,
    "at": "2026-03-01T12:00:00.000000Z",
    "kind": "use.granted",
    "actor": {"kind": "system", "id": "", "role": "", "team": ""},
    "handle": None,
    "facts": {},
}


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"id": 0}, "id is not a positive whole number"),
        ({"id": -1}, "id is not a positive whole number"),
        ({"id": "7"}, "id is not a positive whole number"),
        ({"id": True}, "id is not a positive whole number"),
        ({"v": 2}, "version is unknown"),
        ({"v": True}, "version is unknown"),
        ({"kind": 3}, "kind or handle is not text"),
        ({"handle": 3}, "kind or handle is not text"),
        ({"facts": []}, "facts are not an object"),
        ({"more": 1}, "keys are not those of an entry"),
    ],
)
def test_an_entry_of_another_form_is_refused_and_says_in_what(
    change: dict[str, Json], why: str
) -> None:
    assert entry.parse(canonical(WHOLE)).id == 7
    with pytest.raises(entry.EntryRefused, match=why):
        entry.parse(canonical({**WHOLE, **change}))


@given(FACTS, ACTORS, MOMENTS, HANDLES, st.integers(1, 2**53 - 1))
@example({"\U0001f600": 1, "\ufb33": 2, "é": -0.0}, Actor(ActorKind.SYSTEM, "", ""), AT, None, 1)
def test_an_entry_is_read_back_and_its_bytes_are_canonical(
    facts: dict[str, Json], actor: Actor, at: datetime, handle: str | None, entry_id: int
) -> None:
    body = entry.encode(NewEntry("use.granted", actor, at, handle, facts), entry_id)
    read = entry.parse(body)
    assert (read.id, read.kind, read.actor, read.at, read.handle) == (
        entry_id,
        "use.granted",
        actor,
        at,
        handle,
    )
    # The quick encoder and RFC 8785's must agree: the bytes are those of the slow one.
    assert body == canonical(
        {
            "v": 1,
            "id": entry_id,
            "at": body_at(body),
            "kind": "use.granted",
            "actor": actor.as_json(),
            "handle": handle,
            "facts": facts,
        }
    )


@given(
    st.lists(st.tuples(FACTS, ACTORS, MOMENTS), min_size=1, max_size=3),
    st.lists(st.tuples(st.integers(0, 2), HANDLES, st.integers(1, 2**53 - 1)), max_size=8),
)
def test_entries_of_a_batch_have_the_bytes_that_each_has_alone(
    stated: list[tuple[dict[str, Json], Actor, datetime]],
    about: list[tuple[int, str | None, int]],
) -> None:
    """Several of them share what they say, who did it and when, as the same objects."""
    entries, alone = [], []
    for number, handle, entry_id in about:
        facts, actor, at = stated[number % len(stated)]
        kind = f"use.kind-{number}"
        entries.append(NewEntry(kind, actor, at, handle, facts))
        alone.append(entry.encode(NewEntry(kind, actor, at, handle, dict(facts)), entry_id))
    assert entry.encode_each(entries, [entry_id for *_, entry_id in about]) == alone
    for body, each in zip(alone, entries, strict=True):
        assert (entry.parse(body).facts, entry.parse(body).actor) == (each.facts, each.by)


@pytest.mark.parametrize("entry_id", [2**53, -(2**53), True, 7.0, "7"])
def test_a_number_that_json_cannot_hold_is_refused(entry_id: Any) -> None:
    with pytest.raises(EntryRefused, match="its id"):
        entry.encode(NewEntry("use.granted", Actor(ActorKind.SYSTEM, "", ""), AT), entry_id)


def test_one_ill_formed_entry_of_a_batch_is_refused() -> None:
    good = NewEntry("use.granted", Actor(ActorKind.SYSTEM, "", ""), AT, "a" * 32, {"n": 1})
    for bad in (
        replace(good, kind="Granted"),
        replace(good, handle="anna@example.com"),
        replace(good, at=AT.replace(tzinfo=None)),
        replace(good, facts={"n": 2**53}),
        replace(good, facts={"long": "x" * 65_536}),
    ):
        with pytest.raises(EntryRefused):
            entry.encode_each([good, bad, good], [1, 2, 3])


def test_every_character_is_written_as_rfc_8785_says() -> None:
    """The encoder in C escapes what RFC 8785 escapes, and nothing else."""
    every = "".join(chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000)
    for start in range(0, len(every), 10_000):
        facts: dict[str, Json] = {"text": every[start : start + 10_000]}
        body = entry.encode(
            NewEntry("use.granted", Actor(ActorKind.SYSTEM, "", ""), AT, None, facts), 1
        )
        assert canonical(facts) in body


def body_at(body: bytes) -> str:
    import json

    at = json.loads(body)["at"]
    assert isinstance(at, str)
    return at


@pytest.mark.parametrize(
    "facts",
    [
        {"who": Personal("anna")},
        {"n": 2**53},
        {"n": float("nan")},
        {"n": 1e20},
        {"text": "\ud800"},
        {"when": AT},
        {"set": {1}},
        {"long": "x" * 65_536},
        {1: "a number for a key"},
    ],
)
def test_facts_that_json_has_no_form_for_are_refused(facts: dict[str, Json]) -> None:
    with pytest.raises(EntryRefused) as refused:
        entry.encode(NewEntry("use.granted", Actor(ActorKind.SYSTEM, "", ""), AT, None, facts), 1)
    assert "anna" not in str(refused.value)


def test_facts_that_contain_themselves_are_refused() -> None:
    facts: dict[str, Json] = {}
    facts["again"] = facts
    with pytest.raises(EntryRefused):
        entry.encode(NewEntry("use.granted", Actor(ActorKind.SYSTEM, "", ""), AT, None, facts), 1)


@given(st.binary(max_size=300))
def test_any_bytes_are_an_entry_or_are_refused(data: bytes) -> None:
    with pytest.raises(EntryRefused):
        entry.parse(data)


@given(st.data())
def test_a_byte_changed_is_another_entry_or_none(data: st.DataObject) -> None:
    body = bodies(1)[0]
    at = data.draw(st.integers(0, len(body) - 1))
    changed = bytearray(body)
    changed[at] ^= data.draw(st.integers(1, 255))
    try:
        read = entry.parse(bytes(changed))
    except EntryRefused:
        return
    assert entry.encode(
        NewEntry(read.kind, read.actor, read.at, read.handle, read.facts), read.id
    ) == bytes(changed)


def test_a_deep_nest_is_refused_and_does_not_overflow() -> None:
    with pytest.raises(EntryRefused):
        entry.parse(b'{"facts":' + b"[" * 20_000 + b"]" * 20_000 + b"}")


@given(st.lists(st.binary(max_size=40), max_size=10), st.integers(1, 5))
def test_a_bundle_is_read_back_and_cut_short_is_refused(entries: list[bytes], cut: int) -> None:
    data = tiles.encode_bundle(entries)
    assert tiles.decode_bundle(data) == entries
    short = data[:-cut] if entries else b"\0"
    try:
        assert tiles.decode_bundle(short) == entries[: len(tiles.decode_bundle(short))]
    except tiles.TileRefused:
        assert (
            tiles.decode_bundle(short, to_the_end=False)
            == entries[: len(tiles.decode_bundle(short, to_the_end=False))]
        )


@given(st.integers(1, 8), st.integers(0, 9 * 32))
def test_a_tile_gives_as_many_hashes_as_are_asked_for_or_is_refused(width: int, size: int) -> None:
    data = bytes(range(256)) * 2
    hashes = [data[at : at + 32] for at in range(0, 8 * 32, 32)]
    if size % 32 == 0 and size >= width * 32:
        assert tiles.decode_hashes(data[:size], width) == hashes[:width]
    else:
        with pytest.raises(tiles.TileRefused):
            tiles.decode_hashes(data[:size], width)


def test_an_entry_too_long_for_a_bundle_is_refused() -> None:
    with pytest.raises(tiles.TileRefused):
        tiles.encode_bundle([b"x" * 65_536])


@given(st.integers(-1, 63), st.integers(0, 10**12), st.integers(1, 256))
def test_a_path_is_read_back(level: int, number: int, width: int) -> None:
    tile = tiles.Tile(level, number, width)
    assert tiles.parse_path(tile.path) == tile


@given(st.text(max_size=60))
def test_any_text_is_refused_by_every_reader(text: str) -> None:
    with pytest.raises(NoteRefused):
        SIGNER.verifier.open(text)
    with pytest.raises(checkpoint.CheckpointRefused):
        checkpoint.parse(text)
    with pytest.raises(AboveboardError):
        proof.verify(text, SIGNER.verifier)
    assert tiles.parse_path(text) is None


@given(st.data())
def test_a_signed_note_changed_anywhere_is_refused(data: st.DataObject) -> None:
    signed = SIGNER.sign("localhost/log\n5\nAAAA\n")
    at = data.draw(st.integers(0, len(signed) - 1))
    letter = data.draw(
        st.characters(exclude_categories=["Cs"]).filter(lambda letter: letter != signed[at])
    )
    changed = signed[:at] + letter + signed[at + 1 :]
    with pytest.raises(NoteRefused):
        SIGNER.verifier.open(changed)


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=60))
def test_what_was_signed_is_opened(text: str) -> None:
    assert SIGNER.verifier.open(SIGNER.sign(f"{text}\n")) == f"{text}\n"


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\u2003b", "a\nb"])
def test_a_key_must_have_a_name(name: str) -> None:
    with pytest.raises(NoteRefused):
        Signer.from_seed(name, bytes(32))


@pytest.mark.parametrize("text", ["no newline", "a tab\t\n"])
def test_what_no_note_may_hold_is_not_signed(text: str) -> None:
    with pytest.raises(NoteRefused):
        SIGNER.sign(text)


def test_a_note_with_very_many_signatures_is_refused() -> None:
    signed = SIGNER.sign("text\n")
    line = signed.split("\n\n")[1]
    assert SIGNER.verifier.open(signed + line * 15) == "text\n"
    with pytest.raises(NoteRefused):
        SIGNER.verifier.open(signed + line * note.SIGNATURES)


def test_a_signer_does_not_print_its_secret() -> None:
    assert bytes(range(32)).hex() not in repr(SIGNER) + str(vars(SIGNER))
