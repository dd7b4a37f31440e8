"""How many people a duty takes, whose they are, and when its clock started."""

from __future__ import annotations

from datetime import timedelta

from aboveboard.law.risk import Risk
from aboveboard.law.rules.catalogue import place_note
from aboveboard.law.terms import (
    AffectedGroup,
    DataAcquisition,
    DutyDue,
    LossFacts,
    OrgProfile,
    Required,
)
from tests.law.losses import AWARE, BIRTH, CONTACT, SSN, duties_of

# -- how many, and whose ---------------------------------------------------------------------------

CLINIC = OrgProfile(("US-CA",), frozenset({"hipaa"}))
HEALTH = CONTACT | {"user.health"}


def test_the_media_are_told_when_one_state_has_more_than_five_hundred() -> None:
    """45 CFR 164.406: residents of a State, not of the country; groups of one state add up."""

    def media(*people: tuple[str, int]) -> DutyDue:
        groups = [AffectedGroup(place, count, HEALTH) for place, count in people]
        return duties_of(groups, profile=CLINIC)["US-HIPAA-406-MEDIA"]

    assert media(("US-CA", 250), ("US-CA", 250), ("US-NY", 499)).required is Required.NO
    assert media(("US-CA", 250), ("US-CA", 251)).required is Required.YES


def test_the_health_department_gets_the_small_ones_by_year_and_the_large_ones_at_once() -> None:
    """45 CFR 164.408(b) and (c): 500 people in total, wherever they live, divide the two."""
    for people, yearly, at_once in (
        (499, Required.YES, Required.NO),
        (500, Required.NO, None),
    ):
        rows = duties_of(
            [AffectedGroup("US-CA", 300, HEALTH), AffectedGroup("US-NY", people - 300, HEALTH)],
            profile=CLINIC,
        )
        assert rows["US-HIPAA-408-HHS-LT500"].required is yearly
        assert rows["US-HIPAA-408-HHS-500"].required is (at_once or Required.YES)


def test_a_place_in_which_nobody_was_hit_brings_no_row() -> None:
    rows = duties_of(
        [
            AffectedGroup("GB", 1, BIRTH),
            AffectedGroup("XK", 0, BIRTH),
            AffectedGroup("US-CA", 0, SSN),
        ]
    )
    assert {row.jurisdiction for row in rows.values()} == {"GB"}


def test_what_is_known_besides_of_a_place_is_its_last_reason() -> None:
    rows = duties_of([AffectedGroup("CA", 5, SSN), AffectedGroup("GB", 5, SSN)])
    assert place_note("CA").startswith("Quebec and Alberta have duties of their own.")
    for row in rows.values():
        assert (row.reasons[-1] == place_note("CA")) is (row.jurisdiction == "CA"), row.duty_id


def test_a_public_body_has_duties_of_its_own() -> None:
    people = [AffectedGroup("US-RI", 9, SSN)]
    public = OrgProfile(("US-RI",), public_body=True)
    assert "US-RI-PUBLIC" not in duties_of(people)
    assert "US-RI-PUBLIC" in duties_of(people, profile=public)


# -- when the clock started ------------------------------------------------------------------------


def test_a_statement_that_is_prepared_starts_the_australian_clock() -> None:
    """Privacy Act 1988 (Cth) s 26WL(3): as soon as practicable after the statement is prepared."""
    ready = AWARE + timedelta(days=3)
    before = duties_of([AffectedGroup("AU", 4, BIRTH)])["AU-NDB-IND"]
    after = duties_of([AffectedGroup("AU", 4, BIRTH)], statement_prepared=ready)["AU-NDB-IND"]
    assert (before.clock_started_at, after.clock_started_at) == (None, ready)
    assert "The clock starts when the statement to the authority is prepared." in before.clock_words
    assert "Counted from when the statement to the authority is prepared." in after.clock_words


def test_a_state_that_counts_from_the_known_scope_does() -> None:
    scope = AWARE + timedelta(days=3)
    row = duties_of([AffectedGroup("US-ME", 4, SSN)], scope_known=scope)["US-ME-IND"]
    assert row.clock_started_at == scope
    assert "not recorded" not in row.clock_words


def test_what_comes_before_and_what_comes_with_the_letters_is_said_in_place_of_a_clock() -> None:
    rows = duties_of([AffectedGroup("US-NJ", 4, SSN), AffectedGroup("US-DC", 50, SSN)])
    assert rows["US-NJ-AG"].clock_words.startswith("Before the people are told.")
    assert rows["US-DC-AG"].clock_words == "At the latest together with the notice to the people."


def test_what_is_not_required_has_no_deadline() -> None:
    rows = duties_of(
        [AffectedGroup("GB", 4, CONTACT)], LossFacts(DataAcquisition.LOST, Risk.UNLIKELY)
    )
    ico = rows["UK-GDPR-33-AUTH"]
    assert (ico.required, ico.due_at) == (Required.NO, None)
    assert "left" not in ico.clock_words
