"""``duties check`` finds what is wrong with the law as data, and finds nothing wrong in ours."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from aboveboard.law.rules import catalogue, checks
from aboveboard.law.rules.checks import FindingLevel
from aboveboard.law.rules.entries import Binding, DutyRule
from aboveboard.law.rules.sources import LawSource, SourceRead

TODAY = date(2026, 11, 30)
READ = LawSource(
    "GDPR, Art. 33(1)",
    "https://eur-lex.europa.eu/eli/reg/2016/679/oj",
    "not later than 72 hours after having become aware of it",
    SourceRead.OFFICIAL,
    "the Official Journal's text",
    date(2026, 11, 1),
)


def _rule(**changes: Any) -> DutyRule:
    gdpr = next(rule for rule in catalogue.rules_of("EU") if rule.id == "EU-GDPR-33-AUTH")
    whole = replace(
        gdpr,
        valid_from=date(2018, 5, 25),
        known_since=None,
        valid_to=None,
        predecessor="none",
        chained_to=(),
        sources=(READ,),
    )
    return replace(whole, **changes)


def test_the_law_that_we_hold_has_no_fault() -> None:
    faults = [each for each in checks.findings(TODAY) if each.level is FindingLevel.FAULT]
    assert [f"{each.entry}: {each.sentence}" for each in faults] == []


def test_an_entry_that_is_whole_has_nothing_wrong() -> None:
    assert checks.findings(TODAY, [_rule()]) == ()


EARLIER = {"valid_from": date(2010, 1, 1), "valid_to": date(2018, 5, 24)}
LATER = {"predecessor": ""}


@pytest.mark.parametrize(
    ("earlier", "later", "level", "words"),
    [
        ({}, {}, None, ""),
        ({"valid_to": date(2018, 5, 25)}, {}, "fault", "Two entries hold on 2018-05-25"),
        ({"valid_to": None}, {}, "fault", "Two entries hold on 2018-05-25"),
        ({"valid_to": date(2018, 5, 23)}, {}, "fault", "No entry holds between 2018-05-23"),
        ({}, {"predecessor": "none"}, "fault", "Only the earliest entry"),
        ({"valid_to": date(2009, 5, 1)}, {}, "fault", "before it begins"),
        (
            {"valid_from": None, "known_since": date(2018, 5, 26), "predecessor": ""},
            {"valid_from": date(2018, 5, 27)},
            "gap",
            "before 2018-05-26 is not known",
        ),
    ],
)
def test_the_entries_of_a_duty_follow_each_other_without_gap_or_overlap(
    earlier: dict[str, Any], later: dict[str, Any], level: str | None, words: str
) -> None:
    before = _rule(**{**EARLIER, **earlier})
    if before.known_since:
        before = replace(before, valid_to=date(2018, 5, 26))
    found = checks.findings(TODAY, [before, _rule(**{**LATER, **later})])
    if level is None:
        assert found == ()
    else:
        assert any(each.level == level and words in each.sentence for each in found), found


@pytest.mark.parametrize(
    ("changes", "level", "words"),
    [
        ({"known_since": date(2018, 5, 25)}, "fault", "either valid_from or known_since"),
        ({"predecessor": "unknown"}, "fault", "the only word is none"),
        ({"chained_to": ("EU-NOTHING",)}, "fault", "EU-NOTHING, which is not held"),
        ({"clock_start": "moonrise"}, "fault", "not in moments.yaml"),
        ({"sectors": frozenset({"circus"})}, "fault", "not in sectors.yaml"),
        ({"except_sectors": frozenset({"circus"})}, "fault", "not in sectors.yaml"),
        ({"binds": Binding.SECTOR}, "fault", "would bind everybody"),
        ({"sources": ()}, "fault", "no source"),
        ({"sources": (replace(READ, address=""),)}, "gap", "no address"),
        ({"sources": (replace(READ, address="http://example.org"),)}, "fault", "https://"),
        ({"sources": (replace(READ, quote="word " * 26),)}, "fault", "26 words; at most 25"),
        ({"sources": (replace(READ, read=SourceRead.MEMORY),)}, "fault", "nobody read"),
        ({"sources": (replace(READ, checked=date(2025, 11, 29)),)}, "gap", "over a year ago"),
        ({"valid_from": date(2019, 1, 1), "predecessor": ""}, "gap", "before 2019-01-01"),
    ],
)
def test_what_is_wrong_with_an_entry_is_named(
    changes: dict[str, Any], level: str, words: str
) -> None:
    found = checks.findings(TODAY, [_rule(**changes)])
    assert any(each.level == level and words in each.sentence for each in found), found


def test_a_former_law_is_not_read_again_every_year() -> None:
    old = replace(READ, checked=date(2020, 1, 1))
    now = _rule(valid_from=date(2021, 1, 1), predecessor="")
    before = _rule(valid_to=date(2020, 12, 31), sources=(old,))
    assert checks.findings(TODAY, [before, now]) == ()
