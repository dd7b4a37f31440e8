"""What a contract, an insurer or a customer's agreement asks for stands among the duties."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from aboveboard.incidents import actions, queries
from aboveboard.incidents.assessment.profile import own_duties
from aboveboard.incidents.views import DutyView
from aboveboard.law import own
from aboveboard.law.risk import Risk
from aboveboard.law.terms import (
    AffectedGroup,
    BreachTimes,
    DataAcquisition,
    DutyDue,
    LossFacts,
    OrgProfile,
    Required,
)
from aboveboard.outbox import jobs
from aboveboard.promise.actions import adopt_promise
from aboveboard.promise.diff import compare
from aboveboard.promise.explain import as_text
from aboveboard.promise.loading import load
from tests.incidents.conftest import AT, LEAD, People
from tests.promise import RETAILER, edited, problems

HOUR = timedelta(hours=1)
INSURER = """notify:
  cyber-insurer:
    tells: our cyber insurer
    kind: insurance
    source: Policy 4711, clause 8
    within: PT24H
"""


def _source(more: str = "", base: str = INSURER) -> str:
    return edited(("languages:", base + more + "\nlanguages:"))


def _rows(
    more: str, *, risk: Risk = Risk.HIGH, people: int = 10, place: str = "GB"
) -> list[DutyDue]:
    promise = load(_source(more), name="p")
    return list(
        own.due(
            own_duties(promise),
            LossFacts(DataAcquisition.ACQUIRED, risk),
            [AffectedGroup(place, people, frozenset({"user.name"}), risk=risk)],
            times=BreachTimes(AT, discovered=AT - HOUR),
            profile=OrgProfile(("GB",), time_zone="Europe/London"),
        )
    )


def test_an_insurer_is_told_within_the_hours_of_the_policy() -> None:
    (row,) = _rows("")
    assert (row.required, row.due_at) == (Required.YES, AT + 24 * HOUR)
    assert (row.recipient, row.citation) == ("our cyber insurer", "Policy 4711, clause 8")
    assert "This law" not in " ".join(row.reasons)


@pytest.mark.parametrize(
    ("more", "changes", "required"),
    [
        ("    when: high_risk\n", {"risk": Risk.RISK}, Required.NO),
        ("    when: high_risk\n", {"risk": Risk.HIGH}, Required.YES),
        ("    when: risk\n", {"risk": Risk.UNLIKELY}, Required.NO),
        ("    at_least: 100\n", {"people": 99}, Required.NO),
        ("    at_least: 100\n", {"people": 100}, Required.YES),
    ],
)
def test_it_is_due_for_the_losses_that_it_names(
    more: str, changes: dict[str, object], required: Required
) -> None:
    (row,) = _rows(more, **changes)  # type: ignore[arg-type]
    assert row.required is required


def test_it_is_about_the_people_of_the_places_that_it_names() -> None:
    assert _rows("    places: [US-CA, FR]\n") == []
    assert len(_rows("    places: [US-CA, FR]\n", place="FR")) == 1


def test_it_runs_from_the_moment_that_it_names() -> None:
    (row,) = _rows("    from: discovered\n")
    assert row.due_at == AT + 23 * HOUR
    (row,) = _rows("    from: incident_classified\n")
    assert row.due_at is None
    assert row.starts == ("incident_classified",)


def test_working_days_leave_out_weekends_and_holidays() -> None:
    source = _source("    days: working\n").replace("PT24H", "P3D")
    promise = load(source, name="p")
    (duty,) = own_duties(promise)
    maundy_thursday = datetime(2026, 4, 2, 12, tzinfo=UTC)
    (row,) = own.due(
        [duty],
        LossFacts(DataAcquisition.ACQUIRED, Risk.HIGH),
        [AffectedGroup("GB", 1, frozenset({"user.name"}), risk=Risk.HIGH)],
        times=BreachTimes(maundy_thursday),
        profile=OrgProfile(("GB-ENG",), time_zone="Europe/London"),
    )
    # Good Friday, a weekend and Easter Monday are out: Tuesday, Wednesday, Thursday.
    assert row.due_at == datetime(2026, 4, 9, 22, 59, 59, tzinfo=UTC)
    assert "our cyber insurer within three working days" in as_text(promise)
    assert [each.fix for each in problems(source.replace("P3D", "PT24H"))] == [
        "Say it in days, such as P5D, or remove the line `days: working`."
    ]


@pytest.mark.parametrize(
    ("old", "new", "fix"),
    [
        ("PT24H", "P1DT12H", "such as PT24H or P3D"),
        ("PT24H", "P0D", "such as PT24H or P3D"),
        ("kind: insurance", "kind: insurence", "Did you mean `insurance`?"),
        ("    within: PT24H", "    within: PT24H\n    from: awar", "Did you mean `aware`?"),
        ("    within: PT24H", "    within: PT24H\n    places: [UK]", "Did you mean `GB`?"),
        ("    source: Policy 4711, clause 8\n", "", "Add `source:`"),
    ],
)
def test_what_cannot_be_counted_is_refused(old: str, new: str, fix: str) -> None:
    assert any(fix in problem.fix for problem in problems(_source().replace(old, new)))


def test_it_is_said_in_words_and_in_what_changed() -> None:
    before, after = load(RETAILER, name="a"), load(_source(), name="b")
    words = "Insurance: our cyber insurer within 24 hours (Policy 4711, clause 8)."
    assert words in as_text(after)
    assert any(words in change.sentence for change in compare(before, after))
    assert any("No longer told" in change.sentence for change in compare(after, before))


@pytest.mark.django_db
def test_it_stands_among_the_duties_of_an_incident(people: People) -> None:
    adopt_promise(_source(), name="p.yaml", by=LEAD, at=AT)
    number = actions.open_other(title="A letter", by=LEAD, at=AT).number
    jobs.run_jobs_once(worker="test")
    duty = _own(number)
    assert (duty.who, duty.due_at) == ("our cyber insurer", AT + 24 * HOUR)
    assert (duty.place, duty.unverified, duty.deed) == (
        "Insurance",
        False,
        "tell our cyber insurer",
    )
    actions.mark_done(duty.id, by=LEAD, at=AT)
    assert _own(number).done is not None


def _own(number: int) -> DutyView:
    return next(
        duty for duty in queries.duties(number, at=AT) if duty.duty_id == "OWN-cyber-insurer"
    )
