"""``aboveboard duties``: what law is held, for whom, on which day; no instance needed."""

from __future__ import annotations

import json

import pytest

from aboveboard.commands.main import main


def _run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = main(["duties", *words])
    printed = capsys.readouterr()
    return code, printed.out, printed.err


def test_it_lists_the_law_of_a_place_today_with_its_source(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, out, _ = _run(capsys, "list", "eu")
    assert code == 0
    assert "EU-GDPR-33-AUTH: tell" in out
    assert "72" in out
    assert "Art. 33" in out


def test_it_lists_the_law_of_an_earlier_day(capsys: pytest.CaptureFixture[str]) -> None:
    """California set no number of days before 2026 (SB 446)."""
    before = _run(capsys, "list", "US-CA", "--on", "2025-12-31")[1]
    after = _run(capsys, "list", "US-CA", "--on", "2026-01-01")[1]
    assert "within 30 calendar days" in after
    assert "within 30 calendar days" not in before


def test_a_day_that_was_not_checked_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    out = _run(capsys, "list", "EU", "--on", "1990-01-01")[1]
    assert "not known for that day" in out or "No duties were in force." in out


def test_a_place_that_is_not_held_names_those_that_are(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, _, err = _run(capsys, "list", "XX")
    assert code == 2
    assert "US-TX" in err


def test_it_lists_in_json(capsys: pytest.CaptureFixture[str]) -> None:
    rows = json.loads(_run(capsys, "list", "GB", "--json")[1])
    assert {row["jurisdiction"] for row in rows} == {"GB"}
    assert all(row["sources"] for row in rows)


def test_what_is_coming_is_listed_with_its_state(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = _run(capsys, "coming")
    assert code == 0
    assert "UK-CSR-BILL: United Kingdom" in out
    assert "EU-GDPR-33-AUTH" not in out


@pytest.mark.parametrize("flags", [(), ("--gaps",), ("--json",)])
def test_the_check_finds_no_fault_and_says_how_much_was_read(
    capsys: pytest.CaptureFixture[str], flags: tuple[str, ...]
) -> None:
    code, out, _ = _run(capsys, "check", *flags)
    assert code == 0
    assert "gaps" in out or "figures" in json.loads(out)


def test_it_lists_by_when_requests_are_answered(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = _run(capsys, "requests", "us-ca")
    assert code == 0
    assert "within 45 days of receipt" in out
    assert "receipt confirmed within 10 business days" in out
    assert "Ask counsel" in _run(capsys, "requests", "ZZ")[1]
