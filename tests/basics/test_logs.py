"""The last defence of the logs: whatever reaches them, no address and no
long number leaves them."""

from __future__ import annotations

import json
import logging
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aboveboard.basics.errors import NotFound
from aboveboard.basics.logs import JsonLines, TextLines, configuration, describe, mask

PERSONAL = [
    "jon24@adventure-works.com",
    "'Jon.Yang+x@mail.example.co.uk'",
    "+44 20 7946 0958",
    "1 (11) 500 555-0162",
    "4716 1234 5678 1927",
    "AW00011000123",
]


@pytest.mark.parametrize("text", PERSONAL)
def test_what_tells_who_somebody_is_is_masked(text: str) -> None:
    assert "[" in mask(f"failed for {text}, again")
    assert not any(
        part in mask(text) for part in ("jon24", "Yang", "7946", "500 555", "5678", "11000123")
    )


MOMENTS = [
    "messages wait until 2026-11-22 04:20:21.123456+00:00",
    "the oldest since 2026-11-22T04:20:21.123456Z",
    "made at 2026-11-22 04:20",
]


@pytest.mark.parametrize(
    "text",
    [
        "took 12.5 ms",
        "status 404",
        "version 3 of 2026-11-22",
        "INC-0042 opened",
        "127.0.0.1:8000",
        *MOMENTS,
    ],
)
def test_what_operators_need_stays(text: str) -> None:
    assert mask(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-22 04:20:21 4716 1234 5678 1927",
        "4716 1234 2026-11-22 04",
        "2026-99-22 04:20",
        "2026-11-22 0420 5678",
    ],
)
def test_a_number_is_not_a_time_for_standing_beside_one_or_looking_like_one(text: str) -> None:
    assert "[number]" in mask(text)
    assert "1234" not in mask(text)


@given(st.emails())
def test_no_e_mail_address_gets_through(address: str) -> None:
    if all(character.isalnum() or character in ".+-_@" for character in address):
        assert address not in mask(f"could not reach {address}")


def _record(message: str, *, error: Exception | None = None, **facts: Any) -> logging.LogRecord:
    info = None
    if error is not None:
        try:
            raise error
        except Exception:
            info = sys.exc_info()
    record = logging.LogRecord("aboveboard.x", logging.INFO, "x.py", 1, message, None, info)
    vars(record).update(facts)
    return record


@pytest.mark.parametrize("form", [TextLines(), JsonLines()], ids=["text", "json"])
def test_an_exception_shows_its_place_and_not_the_data_it_was_about(
    form: logging.Formatter,
) -> None:
    line = form.format(
        _record("failed", error=ValueError("invalid birth date: Jon Yang 1971-10-06"))
    )
    assert "ValueError" in line
    assert "test_logs.py" in line
    assert "Jon" not in line


def test_our_own_errors_keep_their_sentence() -> None:
    assert describe(NotFound(what="batch")).startswith(
        "NotFound (not_found): There is no such batch."
    )


def test_a_cause_is_named_too() -> None:
    try:
        try:
            raise KeyError("Jon")
        except KeyError as inner:
            raise ValueError("Yang") from inner
    except ValueError as error:
        text = describe(error)
    assert "ValueError" in text
    assert "because of KeyError" in text
    assert "Jon" not in text
    assert "Yang" not in text


def test_json_lines_are_one_object_each_with_typed_facts() -> None:
    line = JsonLines().format(_record("two\nlines", status=404, ms=1.5, who="a@b.org"))
    found = json.loads(line)
    assert "\n" not in line
    assert (found["status"], found["ms"], found["who"]) == (404, 1.5, "[e-mail]")
    assert found["at"].endswith("Z")


@pytest.mark.parametrize("form", ["text", "json"])
def test_the_configuration_is_one_that_logging_takes(form: str) -> None:
    assert configuration(level="info", form=form)["formatters"]["lines"]["()"] in (
        TextLines,
        JsonLines,
    )
