"""Who had to be told in the states from Alaska to Louisiana, year by year.

The cells are written from the statutes: a name and a social security number, taken electronically
by a thief, of 600 and of 1,500 people.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest

from aboveboard.law.rules import catalogue
from aboveboard.law.terms import AffectedGroup, DutyDue, OrgProfile, Required
from tests.law.losses import SSN, duties_of, end_of_day

COMPANY = OrgProfile(established_in=("US",), time_zone="UTC")

# When we became aware, and a Monday on which the people are told, in a week without holidays.
MONTHS = {
    "2018-06": ("2018-06-05", "2018-06-11"),
    "2019-06": ("2019-06-04", "2019-06-10"),
    "2020-02": ("2020-01-30", "2020-02-03"),
    "2022-01": ("2021-12-29", "2022-01-03"),
    "2024-06": ("2024-06-04", "2024-06-10"),
    "2026-02": ("2026-01-29", "2026-02-02"),
}
ALWAYS = tuple(MONTHS)

# The law of each month. People: days, or "soon" where no number is fixed. Authority: from how many
# people, and when: days from then, "with" the people, "after n" days (b: business) from telling
# them, or "soon". Agencies: consumer reporting agencies, from how many people.
LAW = """
state  months                           people  authority         agencies  statute
AK     2018-06..2026-02                 soon    -                 1001      AS 45.48.010, .040
AL     2018-06..2026-02                 45      1001 45           1001      Ala. Code 8-38-5 to -7
AR     2018-06..2019-06                 soon    -                 -         Act 1526 of 2005
AR     2020-02..2026-02                 soon    1001 45           -         Act 1030 of 2019
AZ     2018-06..2018-06                 soon    -                 -         A.R.S. 18-545
AZ     2019-06..2026-02                 45      1001 45           1001      A.R.S. 18-552
CA     2018-06..2024-06                 soon    501 after         -         Civ. Code 1798.82
CA     2026-02..2026-02                 30      501 after 15      -         SB 446 of 2025
CO     2018-06..2018-06                 soon    -                 1001      C.R.S. 6-1-716
CO     2019-06..2026-02                 30      500 30            1001      HB 18-1128
CT     2018-06..2020-02                 90      1 with            -         C.G.S. 36a-701b
CT     2022-01..2026-02                 60      1 with            -         P.A. 21-59
DC     2018-06..2020-02                 soon    -                 1001      D.C. Code 28-3852
DC     2022-01..2026-02                 soon    50 with           1001      D.C. Law 23-98
DE     2018-06..2026-02                 60      501 with          -         6 Del. C. 12B-102
FL     2018-06..2026-02                 30      500 30            1001      F.S. 501.171
GU     2018-06..2026-02                 soon    -                 -         9 GCA 48.30
HI     2018-06..2026-02                 soon    1001 after        1001      HRS 487N-2
IA     2018-06..2026-02                 soon    501 after 5b      -         Iowa Code 715C.2
ID     2018-06..2026-02                 soon    -                 -         Idaho Code 28-51-105
IL     2018-06..2019-06                 soon    -                 -         815 ILCS 530/10
IL     2020-02..2026-02                 soon    501 with          -         P.A. 101-343
IN     2018-06..2022-01                 soon    1 soon            1001      IC 24-4.9-3
IN     2024-06..2026-02                 45      1 45              1001      P.L. 171-2022
KS     2018-06..2026-02                 soon    -                 1001      K.S.A. 50-7a02
KY     2018-06..2026-02                 soon    -                 1001      KRS 365.732
LA     2018-06..2018-06                 soon    1 after 10        -         La. R.S. 51:3074
LA     2019-06..2026-02                 60      1 after 10        -         Act 382 of 2018
"""


@dataclass(frozen=True)
class Cell:
    """What one state asked for in one month."""

    state: str
    month: str
    people: str
    authority: str
    agencies: str


def _cells() -> list[Cell]:
    cells = []
    for line in LAW.strip().splitlines()[1:]:
        state, months, people = line[:5].strip(), line[7:40].strip(), line[40:48].strip()
        authority, agencies = line[48:66].strip(), line[66:76].strip()
        first, last = (ALWAYS.index(month) for month in months.split(".."))
        cells += [
            Cell(state, month, people, authority, agencies) for month in ALWAYS[first : last + 1]
        ]
    return cells


CELLS = _cells()


def day(text: str, clock: int = 15) -> datetime:
    return datetime.fromisoformat(text).replace(hour=clock, tzinfo=UTC)


def after(moment: datetime, days: int) -> datetime:
    return end_of_day((moment.date() + timedelta(days=days)).isoformat())


def duties_in(cell: Cell, people: int, **more: dict[str, datetime]) -> dict[str, DutyDue]:
    aware = day(MONTHS[cell.month][0])
    return duties_of(
        [AffectedGroup(f"US-{cell.state}", people, SSN)],
        profile=COMPANY,
        aware=aware,
        discovered=aware,
        determined=aware,
        **more,  # type: ignore[arg-type]
    )


def test_every_state_has_one_cell_a_month() -> None:
    states = {cell.state for cell in CELLS}
    assert len(states) == 19  # Georgia has stories of its own.
    assert len({(cell.state, cell.month) for cell in CELLS}) == len(CELLS) == 19 * len(MONTHS)


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: f"{cell.state}-{cell.month}")
def test_the_people_are_told_within_the_days_of_that_year(cell: Cell) -> None:
    for people in (600, 1500):
        row = duties_in(cell, people)[f"US-{cell.state}-IND"]
        aware = day(MONTHS[cell.month][0])
        due = None if cell.people == "soon" else after(aware, int(cell.people))
        assert (row.required, row.people, row.due_at) == (Required.YES, people, due)


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: f"{cell.state}-{cell.month}")
def test_the_authority_is_told_from_the_number_of_that_year_on(cell: Cell) -> None:
    for people in (600, 1500):
        rows = duties_in(cell, people).values()
        binding = [
            row
            for row in rows
            if row.recipient_type == "authority"
            and row.jurisdiction == f"US-{cell.state}"
            and row.required is not Required.NO
        ]
        if cell.authority == "-" or people < int(cell.authority.split()[0]):
            assert not binding
        else:
            assert [(row.duty_id, row.required) for row in binding] == [
                (f"US-{cell.state}-AG", Required.YES)
            ]


@pytest.mark.parametrize(
    "cell",
    [cell for cell in CELLS if cell.authority != "-"],
    ids=lambda cell: f"{cell.state}-{cell.month}",
)
def test_the_authority_is_told_in_the_time_of_that_year(cell: Cell) -> None:
    how, *count = cell.authority.split()[1:]
    aware, notified = (day(text) for text in MONTHS[cell.month])
    row = duties_in(cell, 1500)[f"US-{cell.state}-AG"]
    if how == "with":
        assert row.after == ()
        assert row.due_at == duties_in(cell, 1500)[f"US-{cell.state}-IND"].due_at
        assert "together with" in row.clock_words
    elif how == "after":
        assert (row.due_at, row.depends_on) == (None, (f"US-{cell.state}-IND",))
        done = {f"US-{cell.state}-IND": notified}
        row = duties_in(cell, 1500, notified=done)[f"US-{cell.state}-AG"]
        # Five business days from a Monday end on the next one.
        days = {"5b": 7, "10": 10, "15": 15}
        assert row.due_at == (after(notified, days[count[0]]) if count else None)
    else:
        assert row.due_at == (None if how == "soon" else after(aware, int(how)))


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: f"{cell.state}-{cell.month}")
def test_the_credit_agencies_are_told_from_the_number_of_that_year_on(cell: Cell) -> None:
    for people in (600, 1000, 1001, 1500):
        rows = duties_in(cell, people).values()
        binding = [
            row.duty_id
            for row in rows
            if row.recipient_type == "cra"
            and row.jurisdiction == f"US-{cell.state}"
            and row.required is not Required.NO
        ]
        reached = cell.agencies != "-" and people >= int(cell.agencies)
        assert binding == ([f"US-{cell.state}-CRA"] if reached else [])


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: f"{cell.state}-{cell.month}")
def test_nothing_of_that_year_is_unknown(cell: Cell) -> None:
    assert not [row.duty_id for row in duties_in(cell, 1500).values() if row.not_known]


@pytest.mark.parametrize(
    ("state", "below", "reached"),
    sorted(
        {
            (cell.state, int(cell.authority.split()[0]) - 1, int(cell.authority.split()[0]))
            for cell in CELLS
            if cell.month == "2026-02" and cell.authority != "-"
        }
    ),
)
def test_an_authority_hears_of_the_number_and_not_of_one_fewer(
    state: str, below: int, reached: int
) -> None:
    cell = next(cell for cell in CELLS if cell.state == state and cell.month == "2026-02")
    if below:
        assert duties_in(cell, below)[f"US-{state}-AG"].required is Required.NO
    assert duties_in(cell, reached)[f"US-{state}-AG"].required is Required.YES


# -- the days on which a law began -----------------------------------------------------------------

BEGAN = [
    ("Alabama has no law before June 2018", "AL", "IND", "2018-06-01", None, 45),
    ("Arizona fixes 45 days", "AZ", "IND", "2018-08-03", "soon", 45),
    ("Arizona tells its Attorney General", "AZ", "AG", "2018-08-03", None, 45),
    ("Florida shortens 45 days to 30", "FL", "IND", "2014-07-01", 45, 30),
    ("Connecticut fixes 90 days", "CT", "IND", "2015-10-01", "soon", 90),
    ("Delaware fixes 60 days", "DE", "IND", "2018-04-14", "soon", 60),
    ("Louisiana fixes 60 days", "LA", "IND", "2018-08-01", "soon", 60),
    ("Colorado fixes 30 days", "CO", "IND", "2018-09-01", "soon", 30),
    ("Colorado tells its Attorney General", "CO", "AG", "2018-09-01", None, 30),
    ("Arkansas tells its Attorney General", "AR", "AG", "2019-07-23", None, 45),
    ("Illinois tells its Attorney General", "IL", "AG", "2020-01-01", None, "soon"),
    ("the District tells its Attorney General", "DC", "AG", "2020-06-17", None, "soon"),
    ("Connecticut shortens 90 days to 60", "CT", "IND", "2021-10-01", 90, 60),
    ("Indiana fixes 45 days", "IN", "IND", "2022-07-01", "soon", 45),
    ("Indiana fixes 45 days for its Attorney General", "IN", "AG", "2022-07-01", "soon", 45),
    ("California fixes 30 days", "CA", "IND", "2026-01-01", "soon", 30),
]


@pytest.mark.parametrize(
    ("state", "duty", "began", "before", "since"),
    [row[1:] for row in BEGAN],
    ids=[row[0] for row in BEGAN],
)
def test_a_law_binds_from_its_day_and_not_from_the_day_before(
    state: str, duty: str, began: str, before: int | str | None, since: int | str
) -> None:
    first = day(began)
    for aware, expected in ((first - timedelta(days=1), before), (first, since)):
        rows = duties_of(
            [AffectedGroup(f"US-{state}", 1500, SSN)],
            profile=COMPANY,
            aware=aware,
            discovered=aware,
            determined=aware,
        )
        row = rows.get(f"US-{state}-{duty}")
        if expected is None:
            assert row is None
            continue
        assert row is not None
        # What a state counts is held from May 2018 on: before that it is for counsel to say.
        if aware >= day("2018-05-25"):
            assert row.required is Required.YES
        assert row.required is not Required.NO
        assert row.due_at == (None if expected == "soon" else after(aware, int(expected)))


@pytest.mark.parametrize("state", ["AZ", "CO", "IA", "IN", "LA"])
def test_an_incident_of_2017_is_never_met_with_silence(state: str) -> None:
    aware = day("2017-06-01")
    rows = duties_of([AffectedGroup(f"US-{state}", 600, SSN)], profile=COMPANY, aware=aware)
    assert rows[f"US-{state}-IND"].required is not Required.NO
    assert rows[f"US-{state}-IND"].due_at is None


def test_before_a_state_was_checked_the_answer_is_a_question() -> None:
    aware = day("2005-01-15")
    rows = duties_of([AffectedGroup("US-GU", 1500, SSN)], profile=COMPANY, aware=aware)
    assert (rows["US-GU-IND"].required, rows["US-GU-IND"].not_known) == (Required.ASK, True)


def test_every_duty_of_these_states_is_dated_and_has_an_address() -> None:
    states = ({cell.state for cell in CELLS}) | {"GA"}
    for state in states:
        for rule in catalogue.rules_of(f"US-{state}"):
            assert rule.begins <= date(2026, 11, 30), rule.id
            assert rule.known_since != date(2026, 1, 1), rule.id
            assert all(source.address.startswith("http") for source in rule.sources), rule.id
            assert rule.recipient_type == "controller" or rule.content_required, rule.id
