"""The sealed record: what goes in comes out, and nothing moved, changed or cut opens."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from aboveboard.basics.limits import FIELD_BYTES
from aboveboard.vault.sealed import Box, FieldTooLong, RecordDamaged, decode, encode, pick, seal, unseal

CIPHER = AESGCM(bytes(range(32)))
ids = st.integers(0, 2**63 - 1)
names = st.text(min_size=1, max_size=40).filter(lambda name: 0 < len(name.encode("utf-8", "ignore")) <= 255 and name.isprintable())
serials = st.integers(0, 2**32 - 1)
boxes = st.builds(Box, serials, st.binary(min_size=28, max_size=80))
values = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=200)


@given(ids, names, serials, values)
def test_what_is_sealed_opens(person: int, field: str, serial: int, value: str) -> None:
    assert unseal(CIPHER, person, field, seal(CIPHER, person, field, serial, value)) == value


@given(st.dictionaries(names, boxes, max_size=12))
def test_a_record_survives_encoding(record: dict[str, Box]) -> None:
    assert decode(encode(record)) == record


@given(st.binary(max_size=300))
def test_arbitrary_bytes_are_read_exactly_or_refused(blob: bytes) -> None:
    try:
        record = decode(blob)
    except RecordDamaged:
        return
    assert encode(record) == blob


@given(st.dictionaries(names, boxes, min_size=1, max_size=4), st.data())
def test_a_record_cut_short_is_refused(record: dict[str, Box], data: st.DataObject) -> None:
    blob = encode(record)
    cut = data.draw(st.integers(1, len(blob) - 1))
    try:
        whole = decode(blob[:cut])
    except RecordDamaged:
        return
    assert len(whole) < len(record), "a cut between boxes loses a box; the box count shows it"


@pytest.mark.parametrize(
    ("story", "person", "field", "serial"),
    [("another person", 2, "email", 1), ("another field", 1, "phone", 1), ("another promise version", 1, "email", 2)],
)
def test_a_box_moved_to(story: str, person: int, field: str, serial: int) -> None:
    box = seal(CIPHER, 1, "email", 1, "jon@example.org")
    with pytest.raises(RecordDamaged):
        unseal(CIPHER, person, field, Box(serial, box.sealed))


@given(st.integers(0, 42), st.integers(1, 255))
def test_one_changed_byte_does_not_open(at: int, flip: int) -> None:
    box = seal(CIPHER, 1, "email", 1, "jon@example.org")
    changed = bytearray(box.sealed)
    changed[at] ^= flip
    with pytest.raises(RecordDamaged):
        unseal(CIPHER, 1, "email", Box(1, bytes(changed)))


def test_a_value_beyond_the_limit_is_refused() -> None:
    with pytest.raises(FieldTooLong):
        seal(CIPHER, 1, "note", 1, "x" * (FIELD_BYTES + 1))


@given(st.dictionaries(names, boxes, max_size=8), st.lists(names, max_size=4))
def test_picking_fields_is_decoding_and_leaving_the_rest(record: dict[str, Box], others: list[str]) -> None:
    wanted = [*list(record)[::2], *others]
    assert pick(encode(record), wanted) == {name: box for name, box in record.items() if name in wanted}
