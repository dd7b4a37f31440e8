"""For each duty in force there is an organisation and an incident that bring it up.

Nothing is listed by hand: what an organisation must declare, and what an incident lead must answer,
is read from the entry of the duty itself. What it declares goes through a promise, as an
installation's does; what the lead answers is among the options that the pages offer.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import cache

import pytest

from aboveboard.incidents.assessment import circumstances
from aboveboard.incidents.assessment.profile import org_profile
from aboveboard.law import moments as law_moments
from aboveboard.law import offering
from aboveboard.law.categories import all_categories
from aboveboard.law.duties import due
from aboveboard.law.organisation import ROLES, sectors
from aboveboard.law.risk import Risk
from aboveboard.law.rules import catalogue
from aboveboard.law.rules.entries import Binding, DutyRule
from aboveboard.law.terms import (
    AffectedGroup,
    BreachTimes,
    DataAcquisition,
    DutyDue,
    LossFacts,
    OrgProfile,
    Required,
)
from aboveboard.promise.loading import load
from tests.promise import SMALL, edited


def _can_bind(rule: DutyRule) -> bool:
    """Whether any answer of its harm test makes it bind: some entries say that there is no duty."""
    answers = catalogue.harm_answers()[rule.harm_test]
    return any(catalogue.HARM_ANSWERS[answers[risk]] is not Required.NO for risk in Risk)


IN_FORCE = [rule for rule in catalogue.rules() if rule.in_force and _can_bind(rule)]
ELSEWHERE = "NZ"
"""Where an organisation is that a duty binds by where people live."""


def _place(code: str) -> str:
    """Return a place that a rule's jurisdiction holds for."""
    return "FR" if code == "EU" else code


@cache
def _profile(declared: str) -> OrgProfile:
    source = edited(("country: FR, ", declared), base=SMALL)
    return org_profile(load(source, name="reach.yaml").organisation)


def _declaration(rule: DutyRule, *, sector: str = "") -> str:
    """Return the block of a promise of an organisation that the duty binds."""
    established = rule.binds is Binding.ESTABLISHED or rule.public_body
    place = _place(rule.jurisdiction) if established else ELSEWHERE
    country = place.partition("-")[0]
    role = next(word for word, role in ROLES.items() if role is rule.role)
    parts = [f"country: {country}", f"role: {role}"]
    parts += [f"region: {place}"] if "-" in place else []
    parts += ["public_body: true"] if rule.public_body else []
    parts += [f"sectors: [{sector}]"] if sector else []
    parts += [f"domicile: {rule.jurisdiction}"] if rule.binds is Binding.DOMICILED else []
    return ", ".join(parts) + ", "


def _people(rule: DutyRule) -> int:
    if rule.threshold is None:
        return 10
    return {
        ">": rule.threshold.count + 1,
        ">=": rule.threshold.count,
        "<": rule.threshold.count - 1,
    }[rule.threshold.operator]


def _facts(rule: DutyRule) -> LossFacts:
    options = {question.key: question.options for question in circumstances.questions()}
    takings = [
        taking
        for taking in DataAcquisition
        if taking in rule.verbs and taking.value in options["taking"]
    ]
    harm = catalogue.harm_answers()[rule.harm_test]
    risks = [risk for risk in Risk if catalogue.HARM_ANSWERS[harm[risk]] is not Required.NO]
    # The surest of those that bring it up.
    return LossFacts(takings[0], risks[-1], codes_taken=True, keys_taken=False)


def _day(rule: DutyRule) -> date:
    """Return a day in the middle, which is within in every time zone."""
    last = rule.valid_to or max(rule.begins + timedelta(days=2), date(2026, 11, 30))
    return rule.begins + (last - rule.begins) // 2


def _brought_up(rule: DutyRule, declared: str) -> list[DutyDue]:
    aware = datetime.combine(_day(rule), time(12), tzinfo=UTC)
    recorded = dict.fromkeys(law_moments.asked(), aware)
    times = law_moments.breach_times(
        recorded,
        aware=aware,
        discovered=aware,
        determined=aware,
        notified={duty: aware + timedelta(hours=1) for duty in rule.chained_to},
    )
    group = AffectedGroup(
        _place(rule.jurisdiction), max(_people(rule), 1), frozenset(all_categories())
    )
    rows = due(_facts(rule), [group], times=times, profile=_profile(declared))
    return [row for row in rows if row.duty_id.partition(":")[0] == rule.id and not row.not_known]


def _sector(rule: DutyRule) -> str:
    return min(rule.sectors, default="")


def test_every_duty_in_force_is_reached() -> None:
    missing = []
    for rule in IN_FORCE:
        rows = _brought_up(rule, _declaration(rule, sector=_sector(rule)))
        if not any(row.required is not Required.NO for row in rows):
            why = " ".join(rows[0].reasons) if rows else "no row"
            missing.append(f"{rule.id} from {rule.begins}: {why}")
    assert not missing, "\n".join(missing)


def test_its_clock_can_be_started() -> None:
    still = []
    for rule in IN_FORCE:
        fixed = rule.deadline.value is not None or rule.day_of_next_year
        if not fixed or rule.relation:
            continue
        rows = _brought_up(rule, _declaration(rule, sector=_sector(rule)))
        if not any(row.due_at for row in rows if row.required is not Required.NO):
            still.append(f"{rule.id}: {rule.clock_start}")
    assert not still, "\n".join(still)


def test_a_duty_of_a_sector_that_is_not_declared_is_offered() -> None:
    """Never hidden: whoever has not declared it is asked."""
    hidden = []
    for rule in (rule for rule in IN_FORCE if rule.sectors):
        aware = datetime.combine(_day(rule), time(12), tzinfo=UTC)
        group = AffectedGroup(
            _place(rule.jurisdiction), max(_people(rule), 1), frozenset(all_categories())
        )
        offers = offering.offered(
            _facts(rule),
            [group],
            times=BreachTimes(aware),
            profile=_profile(_declaration(rule)),
        )
        if not rule.sectors & {offer.sector for offer in offers}:
            hidden.append(rule.id)
    assert not hidden, "\n".join(hidden)


def _offers(sectors_: frozenset[str] = frozenset()) -> Mapping[str, offering.SectorOffer]:
    aware = datetime(2026, 3, 2, 9, tzinfo=UTC)
    offers = offering.offered(
        LossFacts(DataAcquisition.ACQUIRED, Risk.HIGH, codes_taken=True),
        [AffectedGroup("FR", 50, frozenset({"user.name", "user.health"}))],
        times=BreachTimes(aware),
        profile=OrgProfile(("FR",), sectors=sectors_),
    )
    return {offer.sector: offer for offer in offers}


def test_what_is_declared_is_not_asked_and_the_most_urgent_comes_first() -> None:
    offers = _offers()
    assert "essential_services" in offers
    assert "essential_services" not in _offers(frozenset({"essential_services"}))
    ends = [offer.due_at for offer in offers.values()]
    fixed = [end for end in ends if end is not None]
    assert fixed == sorted(fixed)
    assert ends[: len(fixed)] == fixed
    for offer in offers.values():
        assert offer.words == sectors()[offer.sector]
        assert offer.tells


@pytest.mark.parametrize("rule", [rule for rule in IN_FORCE if rule.sectors][:1])
def test_only_the_sectors_own_people_are_asked(rule: DutyRule) -> None:
    """In a place whose law names no sector nobody is asked."""
    offers = offering.offered(
        _facts(rule),
        [AffectedGroup("NZ", 5, frozenset(all_categories()))],
        times=BreachTimes(datetime(2026, 3, 2, tzinfo=UTC)),
        profile=OrgProfile(("NZ",)),
    )
    named = {
        sector for entry in catalogue.rules_of("NZ") if entry.in_force for sector in entry.sectors
    }
    assert {offer.sector for offer in offers} <= named
