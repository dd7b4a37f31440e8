"""The sealed record: what goes in comes out, and nothing moved, changed or cut opens."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from aboveboard.vault.limits import FIELD_BYTES, FIELD_NAME_BYTES, RECORD_ORIGINS
from aboveboard.vault.origin import ValueOrigin, of_promise
from aboveboard.vault.record_format import padded_size
from aboveboard.vault.sealed import (
    FieldTooLong,
    RecordDamaged,
    SealedField,
    TooManyOrigins,
    decode,
    encode,
    pick,
    seal,
    unseal,
)

CIPHER = AESGCM(bytes(range(32)))
ids = st.integers(0, 2**63 - 1)
names = st.text(min_size=1, max_size=40).filter(
    lambda name: 0 < len(name.encode("utf-8", "ignore")) <= 255 and name.isprintable()
)
serials = st.integers(0, 2**32 - 1)
words = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=40)
origins = st.one_of(
    st.builds(of_promise, serials),
    st.builds(ValueOrigin, serials, st.datetimes(timezones=st.just(UTC)), words, words),
    st.builds(
        ValueOrigin,
        st.just(1),
        st.just(datetime(2026, 3, 2, tzinfo=UTC)),
        st.sampled_from(["shop", "phone"]),
        st.just("deliver"),
    ),
)
boxes = st.builds(SealedField, origins, st.binary(min_size=28, max_size=80))
values = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=200)


NOW = datetime(2026, 5, 1, 8, 0, tzinfo=UTC)
HERE = ValueOrigin(1, NOW, "portal", "answer-contact")


@given(ids, names, origins, values)
def test_what_is_sealed_opens(person: int, field: str, origin: ValueOrigin, value: str) -> None:
    assert unseal(CIPHER, person, field, seal(CIPHER, person, field, origin, value)) == value


@given(st.dictionaries(names, boxes, max_size=12))
def test_a_record_survives_encoding(record: dict[str, SealedField]) -> None:
    assert decode(encode(record)) == record


def first_format(record: dict[str, SealedField]) -> bytes:
    """Return the bytes that format 1 kept, written out here by hand: the code only reads them."""
    parts = [b"\x01"]
    for name in sorted(record):
        key, box = name.encode(), record[name]
        serial = box.origin.promise_serial
        parts += (
            bytes([len(key)]),
            key,
            serial.to_bytes(4, "big"),
            len(box.sealed).to_bytes(4, "big"),
            box.sealed,
        )
    return b"".join(parts)


@given(
    st.dictionaries(
        names,
        st.builds(SealedField, st.builds(of_promise, serials), st.binary(min_size=28, max_size=80)),
        max_size=8,
    )
)
def test_a_record_of_format_1_is_read_and_rewritten_with_its_boxes_as_they_are(
    record: dict[str, SealedField],
) -> None:
    assert decode(first_format(record)) == record
    assert decode(encode(decode(first_format(record)))) == record


@given(
    st.one_of(
        st.binary(max_size=300),
        st.binary(max_size=300).map(lambda rest: b"\x02" + rest),
        st.binary(max_size=99).map(lambda rest: b"\x01" + rest),
    )
)
def test_arbitrary_bytes_are_read_exactly_or_refused(blob: bytes) -> None:
    try:
        record = decode(blob)
    except RecordDamaged:
        return
    assert blob == (first_format(record) if blob[:1] == b"\x01" else encode(record))


@given(st.dictionaries(names, boxes, min_size=1, max_size=4), st.data())
def test_a_record_with_any_bytes_changed_is_read_exactly_or_refused(
    record: dict[str, SealedField], data: st.DataObject
) -> None:
    blob = bytearray(encode(record))
    for _ in range(data.draw(st.integers(1, 3))):
        blob[data.draw(st.integers(1, len(blob) - 1))] = data.draw(st.integers(0, 255))
    try:
        read = decode(bytes(blob))
    except RecordDamaged:
        return
    assert encode(read) == blob


@given(
    st.one_of(st.binary(max_size=300), st.binary(max_size=300).map(lambda rest: b"\x02" + rest)),
    st.lists(names, max_size=4),
)
def test_picking_from_arbitrary_bytes_is_refused_in_one_way(blob: bytes, wanted: list[str]) -> None:
    try:
        assert set(pick(blob, wanted)) <= set(wanted)
    except RecordDamaged:
        return


@given(st.dictionaries(names, boxes, min_size=1, max_size=4), st.data())
def test_a_record_cut_short_is_refused(record: dict[str, SealedField], data: st.DataObject) -> None:
    blob = encode(record)
    cut = data.draw(st.integers(1, len(blob) - 1))
    try:
        whole = decode(blob[:cut])
    except RecordDamaged:
        return
    assert len(whole) < len(record), "a cut between boxes loses a box; the box count shows it"


@pytest.mark.parametrize(
    ("story", "person", "field", "origin"),
    [
        ("another person", 2, "email", HERE),
        ("another field", 1, "phone", HERE),
        ("another promise version", 1, "email", ValueOrigin(2, NOW, "portal", "answer-contact")),
        (
            "another moment",
            1,
            "email",
            ValueOrigin(1, NOW + timedelta(microseconds=1), "portal", "answer-contact"),
        ),
        ("another channel", 1, "email", ValueOrigin(1, NOW, "phone", "answer-contact")),
        ("another purpose", 1, "email", ValueOrigin(1, NOW, "portal", "personal-offers")),
        (
            "a channel that took letters from the purpose",
            1,
            "email",
            ValueOrigin(1, NOW, "portala", "nswer-contact"),
        ),
        ("no origin but the promise", 1, "email", of_promise(1)),
    ],
)
def test_a_box_moved_to(story: str, person: int, field: str, origin: ValueOrigin) -> None:
    box = seal(CIPHER, 1, "email", HERE, "jon@example.org")
    with pytest.raises(RecordDamaged):
        unseal(CIPHER, person, field, SealedField(origin, box.sealed))


@given(st.integers(0, 42), st.integers(1, 255))
def test_one_changed_byte_does_not_open(at: int, flip: int) -> None:
    box = seal(CIPHER, 1, "email", HERE, "jon@example.org")
    changed = bytearray(box.sealed)
    changed[at] ^= flip
    with pytest.raises(RecordDamaged):
        unseal(CIPHER, 1, "email", SealedField(HERE, bytes(changed)))


@given(origins)
def test_an_origin_says_when_to_the_microsecond_in_utc(origin: ValueOrigin) -> None:
    (read,) = decode(encode({"email": SealedField(origin, bytes(28))})).values()
    assert read.origin == origin
    # Equal, so no None.
    assert origin.collected_at is None or read.origin.collected_at.utcoffset() == timedelta(0)  # type: ignore[union-attr]


@pytest.mark.parametrize(("channel", "purpose"), [("portal", ""), ("", "answer-contact")])
def test_an_origin_without_its_time_has_no_channel_and_no_purpose(
    channel: str, purpose: str
) -> None:
    with pytest.raises(ValueError, match="neither channel nor purpose"):
        ValueOrigin(1, None, channel, purpose)


def test_more_origins_than_a_record_can_tell_apart_are_refused() -> None:
    record = {
        f"field_{number}": SealedField(of_promise(number), bytes(28))
        for number in range(RECORD_ORIGINS + 1)
    }
    with pytest.raises(TooManyOrigins):
        encode(record)
    del record["field_0"]
    assert decode(encode(record)) == record


def test_a_value_or_a_name_beyond_the_limit_is_refused() -> None:
    longest = "x" * FIELD_BYTES
    assert unseal(CIPHER, 1, "note", seal(CIPHER, 1, "note", HERE, longest)) == longest
    with pytest.raises(FieldTooLong):
        seal(CIPHER, 1, "note", HERE, longest + "x")
    record = {"n" * FIELD_NAME_BYTES: SealedField(HERE, bytes(28))}
    assert decode(encode(record)) == record
    for name in ("", "n" * (FIELD_NAME_BYTES + 1)):
        with pytest.raises(FieldTooLong):
            encode({name: SealedField(HERE, bytes(28))})


@pytest.mark.parametrize(
    ("size", "stored"),
    [
        (0, 992),
        (992, 992),
        (993, 1_488),
        (1_488, 1_488),
        (1_489, 1_984),
        (1_984, 1_984),
        (1_985, 2_048),
        (2_048, 2_048),
        (2_049, 4_096),
    ],
)
def test_how_long_a_record_is_says_no_more_than_a_step(size: int, stored: int) -> None:
    assert padded_size(size) == stored


@given(st.dictionaries(names, boxes, max_size=8), st.lists(names, max_size=4))
def test_picking_fields_is_decoding_and_leaving_the_rest(
    record: dict[str, SealedField], others: list[str]
) -> None:
    wanted = [*list(record)[::2], *others]
    assert pick(encode(record), wanted) == {
        name: box for name, box in record.items() if name in wanted
    }
