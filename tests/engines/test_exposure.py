"""The engine's answer equals a plain reading of the same rules, and every
count opens as its rows."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aboveboard.engines import exposure, listing
from aboveboard.engines.leak import SEARCHED, LeakPaths, LeakWriter
from aboveboard.engines.snapshot import (
    INDEX,
    PEOPLE,
    SnapshotFiles,
    split_digest,
    take_snapshot,
    to_parquet,
    write_rows,
)

EMAIL, PHONE, NUMBER = 1, 2, 3


def key(value: str) -> bytes:
    return hashlib.sha256(value.encode()).digest()


def snapshot(
    folder: Path, people: Sequence[tuple[int, str, str]], index: Sequence[tuple[int, str, int]]
) -> SnapshotFiles:
    made = SnapshotFiles(folder / "people.parquet", folder / "index.parquet")
    text = folder / "people.csv"
    text.write_text("".join(f"{number},{place},{language}\n" for number, place, language in people))
    to_parquet(text, made.people, PEOPLE)
    rows = ((kind, *split_digest(key(value)), person) for kind, value, person in index)
    write_rows(rows, made.index, INDEX)
    return made


def by_bits(combinations: Sequence[exposure.ExposedCombination]) -> list[int]:
    """A made-up score: one band for each readable category, up to four."""
    return [min(4, 1 + (item.categories & ~item.protected).bit_count()) for item in combinations]


def write_leak(
    folder: Path, rows: Sequence[tuple[int, int, int, list[tuple[int, str]]]]
) -> LeakPaths:
    with LeakWriter(folder) as writer:
        for line, categories, protected, keys in rows:
            writer.add(line, categories, protected)
            writer.add_keys(line, [(kind, key(value)) for kind, value in keys])
    return writer.leak


PEOPLE_HELD = [(10, "GB", "en"), (20, "FR", "fr"), (30, "US-CA", "en"), (40, "DE", "de")]
INDEX_HELD = [
    (EMAIL, "ann@x", 10), (PHONE, "+441", 10), (NUMBER, "AW1", 10),
    (EMAIL, "home@x", 20), (PHONE, "+33", 20),
    (EMAIL, "home@x", 30), (PHONE, "+1", 30),
    (PHONE, "+1", 40), (PHONE, "+49", 40), (NUMBER, "AW4", 40),
]  # fmt: skip

STORIES = [
    ("an e-mail that one person has decides", [(EMAIL, "ann@x")], ("matched", "email", 10)),
    (
        "an e-mail of one and a phone of somebody else are of both",
        [(EMAIL, "ann@x"), (PHONE, "+49")],
        ("ambiguous", "", None),
        [10, 40],
    ),
    (
        "an e-mail that two share is of either",
        [(EMAIL, "home@x")],
        ("ambiguous", "", None),
        [20, 30],
    ),
    (
        "a phone tells two sharers of an e-mail apart",
        [(EMAIL, "home@x"), (PHONE, "+33")],
        ("matched", "email+", 20),
    ),
    (
        "a phone of neither sharer does not",
        [(EMAIL, "home@x"), (PHONE, "+49")],
        ("ambiguous", "", None),
        [20, 30, 40],
    ),
    ("a phone that one person has decides", [(PHONE, "+49")], ("matched", "phone", 40)),
    ("a phone that two have is of either", [(PHONE, "+1")], ("ambiguous", "", None), [30, 40]),
    (
        "a customer number of one and a phone of somebody else are of both",
        [(NUMBER, "AW4"), (PHONE, "+441")],
        ("ambiguous", "", None),
        [10, 40],
    ),
    (
        "two addresses are of two people for sure",
        [(EMAIL, "ann@x"), (NUMBER, "AW4")],
        ("matched", "", None),
        [10, 40],
    ),
    (
        "a phone of somebody who is named says nothing more",
        [(NUMBER, "AW4"), (PHONE, "+1")],
        ("matched", "customer_number", 40),
    ),
    (
        "what was searched leads to somebody where nothing else does",
        [(NUMBER + SEARCHED, "AW4")],
        ("matched", "customer_number", 40),
    ),
    (
        "what was searched says nothing beside what a column says",
        [(NUMBER + SEARCHED, "AW4"), (EMAIL, "ann@x")],
        ("matched", "email", 10),
    ),
    (
        "a stranger's e-mail with our phone is ours",
        [(EMAIL, "new@x"), (PHONE, "+49")],
        ("matched", "phone", 40),
    ),
    ("the same value as another kind is nobody", [(PHONE, "ann@x")], ("stranger", "", None)),
    ("nothing to look up by is nobody", [], ("stranger", "", None)),
    (
        "two spellings of one phone count once",
        [(PHONE, "+49"), (PHONE, "+49")],
        ("matched", "phone", 40),
    ),
]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("keys", "expected", "people"),
    [(story[1], story[2], story[3] if len(story) > 3 else None) for story in STORIES],
    ids=[story[0] for story in STORIES],
)
def test_whose_line_it_is(
    tmp_path: Path,
    keys: list[tuple[int, str]],
    expected: tuple[str, str, int | None],
    people: list[int] | None,
) -> None:
    leak = write_leak(tmp_path, [(7, 1, 0, keys)])
    held = snapshot(tmp_path, PEOPLE_HELD, INDEX_HELD)
    counted = exposure.from_leak(
        leak, held, tmp_path / "out.parquet", exposure.LeakFiles.in_folder(tmp_path), score=by_bits
    )
    assert listing.lines(tmp_path / "lines.parquet") == [listing.CountedLine(7, *expected)]
    assert (counted.matched, counted.ambiguous, counted.strangers) == tuple(
        int(expected[0] == outcome) for outcome in ("matched", "ambiguous", "stranger")
    )
    assert [
        row.person_id for row in listing.page(tmp_path / "out.parquet", listing.ExposureFilter())
    ] == [person for person in people or [expected[2]] if person]


def test_what_was_exposed_of_a_person_adds_up_over_their_lines(tmp_path: Path) -> None:
    leak = write_leak(
        tmp_path,
        [
            (1, 0b0011, 0b0010, [(EMAIL, "ann@x")]),
            # Bit 1 is readable here, so it is not protected.
            (2, 0b0110, 0b0100, [(NUMBER, "AW1")]),
        ],
    )
    held = snapshot(tmp_path, PEOPLE_HELD, INDEX_HELD)
    exposure.from_leak(
        leak, held, tmp_path / "out.parquet", exposure.LeakFiles.in_folder(tmp_path), score=by_bits
    )
    assert listing.person(tmp_path / "out.parquet", 10) == listing.ExposureRow(
        10, 0b0111, 0b0100, "GB", "email", "en", 3, 0b0111, 0b0111
    )
    assert listing.person(tmp_path / "out.parquet", 20) is None


def test_a_manifest_keeps_those_no_longer_held(tmp_path: Path) -> None:
    held = snapshot(tmp_path, PEOPLE_HELD, INDEX_HELD)
    counted = exposure.from_manifest(
        [(10, 1, 0, 3), (40, 3, 3, 3), (99, 1, 0, 3)], held, tmp_path / "out.parquet", score=by_bits
    )
    rows = listing.page(tmp_path / "out.parquet", listing.ExposureFilter())
    assert counted.people == 3
    assert (counted.matched, counted.ambiguous, counted.strangers, counted.doubtful) == (0, 0, 0, 0)
    assert [(row.person_id, row.jurisdiction, row.channel, row.severity) for row in rows] == [
        (10, "GB", "email", 2),
        (40, "DE", "post", 1),
        (99, "ZZ", "none", 2),
    ]
    assert counted.digest == hashlib.sha256((tmp_path / "out.parquet").read_bytes()).hexdigest()


def test_nothing_is_left_beside_the_files_that_were_asked_for(tmp_path: Path) -> None:
    """What they are made of names people too."""
    held = take_snapshot(
        tmp_path,
        people=lambda file: file.write(b"10,GB,en\n"),
        index=lambda file: file.write(b"1,1,2,10\n"),
    )
    out = tmp_path / "out.parquet"
    exposure.from_manifest([(10, 1, 0, 3)], held, out, score=by_bits)
    files = {held.people, held.index, out}
    assert set(tmp_path.iterdir()) == files

    def fail(file: BinaryIO) -> None:
        file.write(b"1,1,2,10\n")
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        take_snapshot(tmp_path, people=lambda file: file.write(b"10,GB,en\n"), index=fail)
    with pytest.raises(ValueError, match="exactly one band"):
        exposure.from_manifest([(10, 1, 0, 3)], held, out, score=lambda combinations: [])
    assert set(tmp_path.iterdir()) == files


def test_an_empty_manifest_is_an_empty_set(tmp_path: Path) -> None:
    held = snapshot(tmp_path, PEOPLE_HELD, INDEX_HELD)
    assert exposure.from_manifest([], held, tmp_path / "out.parquet", score=by_bits).people == 0
    assert listing.summary(tmp_path / "out.parquet") == []


@pytest.mark.slow
def test_every_number_of_the_summary_opens_as_its_rows(tmp_path: Path) -> None:
    people = [
        (number, ["GB", "FR", "US-CA", "US-NY"][number % 4], ["en", "fr"][number % 2])
        for number in range(1, 200)
    ]
    held = snapshot(tmp_path, people, [(EMAIL, f"p{number}@x", number) for number in range(1, 150)])
    out = tmp_path / "out.parquet"
    exposure.from_manifest(
        [(number, number % 8, number % 3, 3) for number in range(1, 200)], held, out, score=by_bits
    )
    cells = listing.summary(out)
    assert sum(cell.people for cell in cells) == 199
    for band in (1, 2, 3, 4):
        listed = list(listing.everyone(out, listing.ExposureFilter(band=band), batch=7))
        assert len(listed) == sum(cell.people for cell in cells if cell.severity == band)
    us = list(listing.everyone(out, listing.ExposureFilter(country="US", channel="post"), batch=3))
    assert (
        len(us)
        == sum(
            cell.people
            for cell in cells
            if cell.jurisdiction.startswith("US") and cell.channel == "post"
        )
        > 0
    )


def test_a_score_that_forgets_a_combination_is_refused_and_nothing_appears(tmp_path: Path) -> None:
    held = snapshot(tmp_path, PEOPLE_HELD, INDEX_HELD)
    with pytest.raises(ValueError, match="exactly one band"):
        exposure.from_manifest(
            [(10, 1, 0, 3)], held, tmp_path / "out.parquet", score=lambda combinations: []
        )
    assert not (tmp_path / "out.parquet").exists()
    assert not list(tmp_path.glob("*.part"))


values = st.sampled_from(["a", "b", "c", "d"])
index_rows = st.sets(
    st.tuples(st.sampled_from([EMAIL, PHONE, NUMBER]), values, st.integers(1, 4)), max_size=12
)
leak_rows = st.lists(
    st.tuples(
        st.integers(0, 7),
        st.integers(0, 7),
        st.sets(
            st.tuples(
                st.sampled_from([EMAIL, PHONE, NUMBER, PHONE + SEARCHED, NUMBER + SEARCHED]), values
            ),
            max_size=4,
        ),
    ),
    max_size=6,
)


def plainly(
    index: set[tuple[int, str, int]], keys: set[tuple[int, str]]
) -> tuple[set[int], set[int]]:
    """The same rules, read one line at a time: whom it names for sure, and whom it may name."""
    owners: dict[tuple[bool, int, str], set[int]] = {}
    for kind, value in keys:
        own = {person for k, v, person in index if (k, v) == (kind & 7, value)}
        if own:
            place = (kind > 7, kind & 7, "" if kind & 7 == PHONE else value)
            owners.setdefault(place, set()).update(own)
    if any(not searched for searched, _, _ in owners):
        owners = {place: own for place, own in owners.items() if not place[0]}
    named = {(kind, frozenset(own)) for (_, kind, _), own in owners.items()}
    everybody = {person for _, own in named for person in own}
    if len(everybody) <= 1:
        return everybody, set()
    ways = {person: sum(person in own for _, own in named) for person in everybody}
    sure: set[int] = set()
    meant: set[int] = set()
    phones: set[int] = set()
    for kind, own in named:
        narrowed = {person for person in own if ways[person] > 1}
        if kind != PHONE and len(own) == 1:
            sure |= own
        if len(narrowed) == 1:
            sure |= narrowed
        if kind == PHONE:
            phones = set(own)
        else:
            meant |= narrowed if len(narrowed) == 1 else own
    if not phones & sure:
        meant |= phones
    return sure, meant - sure


@pytest.mark.slow
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(index=index_rows, leaked=leak_rows, crowd_owners=st.integers(1, 4))
def test_the_engine_agrees_with_a_plain_reading(
    tmp_path: Path,
    index: set[tuple[int, str, int]],
    leaked: list[tuple[int, int, set[tuple[int, str]]]],
    crowd_owners: int,
) -> None:
    """Also where what few share is matched as what a crowd shares."""
    held = snapshot(tmp_path, [(number, "GB", "en") for number in range(1, 5)], sorted(index))
    leak = write_leak(
        tmp_path, [(line, c, p, sorted(keys)) for line, (c, p, keys) in enumerate(leaked, 1)]
    )
    files = exposure.LeakFiles.in_folder(tmp_path)
    counted = exposure.from_leak(
        leak, held, tmp_path / "out.parquet", files, score=by_bits, crowd_owners=crowd_owners
    )

    whose = {line: plainly(index, keys) for line, (_, _, keys) in enumerate(leaked, 1)}
    certain = {person for sure, _ in whose.values() for person in sure}
    assert counted.doubtful == len({who for _, doubt in whose.values() for who in doubt} - certain)
    outcomes = {
        line: "ambiguous" if doubt else "matched" if sure else "stranger"
        for line, (sure, doubt) in whose.items()
    }
    assert {row.line: row.outcome for row in listing.lines(tmp_path / "lines.parquet")} == outcomes
    expected: dict[int, tuple[int, int]] = {}
    for line, (categories, protected, _) in enumerate(leaked, 1):
        for who in whose[line][0] | whose[line][1]:
            every, readable = expected.get(who, (0, 0))
            expected[who] = (every | categories, readable | (categories & ~protected))
    doubted = {row.line: set(row.person_ids) for row in listing.doubts(files)}
    assert doubted == {line: doubt for line, (_, doubt) in whose.items() if doubt}
    found = {
        row.person_id: (row.categories, row.protected)
        for row in listing.page(tmp_path / "out.parquet", listing.ExposureFilter())
    }
    assert found == {who: (every, every & ~readable) for who, (every, readable) in expected.items()}


def test_the_halves_are_signed() -> None:
    assert split_digest(b"\xff" * 32) == (-1, -1)
    assert split_digest(bytes([0x80] + [0] * 14 + [1]) + b"ignored") == (-(2**63), 1)
