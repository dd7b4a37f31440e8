"""No bytes from outside make a parser fail: each is read, or refused with an error
that says what is wrong."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz.parsers import ERRORS, PARSERS, Parser
from tests.fuzz.spoiling import spoil

TRIES = 120


@pytest.mark.parametrize("parser", PARSERS, ids=lambda parser: parser.name)
def test_a_sample_is_taken(parser: Parser) -> None:
    for sample in parser.samples():
        parser.parse(sample)


@pytest.mark.parametrize("parser", PARSERS, ids=lambda parser: parser.name)
def test_a_spoiled_sample_is_read_or_refused(parser: Parser) -> None:
    picks = random.Random(parser.name)
    samples = list(parser.samples())
    for _ in range(TRIES):
        _reads_or_refuses(parser, spoil(picks.choice(samples), picks, samples))


@pytest.mark.parametrize("parser", PARSERS, ids=lambda parser: parser.name)
@given(data=st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(parser: Parser, data: bytes) -> None:
    _reads_or_refuses(parser, data)


def _reads_or_refuses(parser: Parser, data: bytes) -> None:
    try:
        parser.parse(data)
    except ERRORS as error:
        said = str(error)
    except Exception as error:
        pytest.fail(f"{type(error).__name__}: {error} from {data!r}")
    else:
        return
    assert said, "it is refused without a word"
