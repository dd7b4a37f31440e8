"""Facts of ledger entries: what is written reads back the same, and free text has no way in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aboveboard.basics.facts import (
    Code,
    Digest,
    Facts,
    FactsMalformed,
    NothingToRestore,
    OnRestore,
    Particulars,
    SealedFact,
    Word,
    named_fact,
    optional_fact,
)


class State(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Side(Particulars):
    role: Code
    team: Word


@dataclass(frozen=True, slots=True)
class Everything(Facts):
    kind: ClassVar[str] = "test.everything"
    on_restore: ClassVar[OnRestore] = NothingToRestore("a test changes nothing")

    word: Word
    code: Code
    digest: Digest
    reference: SealedFact
    count: int
    sure: bool
    until: datetime | None
    state: State
    fields: tuple[Word, ...]
    tally: Mapping[Code, int]
    before: Side
    what: Code = named_fact("kind")
    later: Code | None = optional_fact()


EPOCH = datetime.fromtimestamp(0, UTC).replace(tzinfo=None)
words = st.from_regex(r"[a-z][a-z0-9_-]{0,20}", fullmatch=True)
everything = st.builds(
    Everything,
    word=words,
    code=words,
    digest=st.binary(min_size=32, max_size=32).map(bytes.hex),
    reference=st.binary(min_size=48, max_size=48).map(bytes.hex),
    count=st.integers(-(2**53) + 1, 2**53 - 1),
    sure=st.booleans(),
    until=st.none() | st.datetimes(min_value=EPOCH, timezones=st.just(UTC)),
    state=st.sampled_from(State),
    fields=st.lists(words).map(tuple),
    tally=st.dictionaries(words, st.integers(0, 9)),
    before=st.builds(Side, role=words, team=words),
    what=words,
    later=st.none() | words,
)


@given(everything)
def test_what_is_written_reads_back_the_same(facts: Everything) -> None:
    assert Everything.from_json(facts.to_json()) == facts


EXAMPLE = Everything(
    word=Word("offers"),
    code=Code("asked"),
    digest=Digest("ab" * 32),
    reference=SealedFact("cd" * 48),
    count=3,
    sure=True,
    until=None,
    state=State.OPEN,
    fields=(Word("email"), Word("phone")),
    tally={Code("kept"): 2},
    before=Side(Code("adviser"), Word("north")),
    what=Code("laptop"),
)


def test_an_entry_holds_exactly_the_facts_of_its_kind() -> None:
    assert EXAMPLE.to_json() == {
        "word": "offers",
        "code": "asked",
        "digest": "ab" * 32,
        "reference": "cd" * 48,
        "count": 3,
        "sure": True,
        "until": None,
        "state": "open",
        "fields": ["email", "phone"],
        "tally": {"kept": 2},
        "before": {"role": "adviser", "team": "north"},
        "kind": "laptop",
    }


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("word", "Ada Lovelace lives here"),
        ("code", "ada@example.com"),
        ("reference", "Ada Lovelace"),
        ("reference", "+44 20 7946 0018"),
        ("digest", "not hex"),
        ("count", True),
        ("count", "3"),
        ("sure", 1),
        ("state", "Ada"),
        ("fields", ("email", "Ada Lovelace")),
        ("tally", {"Ada Lovelace": 1}),
        ("until", "yesterday"),
    ],
)
def test_what_is_not_of_its_form_is_neither_written_nor_read(field: str, value: object) -> None:
    with pytest.raises(FactsMalformed) as refused:
        replace(EXAMPLE, **{field: value}).to_json()  # type: ignore[arg-type]
    assert "Ada" not in str(refused.value), "what was written is not repeated"
    with pytest.raises(FactsMalformed):
        Everything.from_json({**EXAMPLE.to_json(), field: value})  # type: ignore[dict-item]


def test_a_missing_fact_is_named() -> None:
    facts = EXAMPLE.to_json()
    del facts["count"]
    with pytest.raises(FactsMalformed, match="count"):
        Everything.from_json(facts)


def test_free_text_has_no_type() -> None:
    @dataclass(frozen=True, slots=True)
    class Chatty(Facts):
        kind: ClassVar[str] = "test.chatty"
        on_restore: ClassVar[OnRestore] = NothingToRestore("a test changes nothing")

        words: str

    with pytest.raises(TypeError, match="a fact cannot be"):
        Chatty("whatever somebody typed").to_json()


def test_what_somebody_wrote_is_written_sealed_and_read_as_it_once_was() -> None:
    for clear in ("case/417", "ada.lovelace", "cd" * 32):
        with pytest.raises(FactsMalformed):
            replace(EXAMPLE, reference=SealedFact(clear)).to_json()
        assert Everything.from_json({**EXAMPLE.to_json(), "reference": clear}).reference == clear
