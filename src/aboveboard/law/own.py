"""Duties that the organisation adds itself: what a contract, an insurer or a customer's agreement
asks for when data is lost. They stand among the duties of the law, with their deadlines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from zoneinfo import ZoneInfo

from aboveboard.law import duties
from aboveboard.law.clocks import PeriodUnit
from aboveboard.law.rules import entries
from aboveboard.law.terms import AffectedGroup, BreachTimes, DutyDue, LossFacts, OrgProfile

CLOCKS: Final = ("aware", "discovered", "determined", "scope_known", "incident_classified")
"""The moments from which such a duty may run, as keys of ``moments.yaml``."""

HARM_TESTS: Final = {"any": "none", "risk": "unless_risk_unlikely", "high_risk": "high_risk"}
"""For which losses such a duty is due, and the harm test that says so."""


@dataclass(frozen=True, slots=True)
class OwnDuty:
    """One duty of the organisation's own: ``tells`` whom, ``value`` ``unit`` after ``start``.

    ``kind`` in words ("Insurance"); ``source``: where it is written; ``when``: a key of
    :data:`HARM_TESTS`; ``places``: ISO 3166 codes of where the people live whom it is about, all
    where it is empty; ``at_least``: how many people it takes.
    """

    key: str
    tells: str
    kind: str
    source: str
    value: int
    unit: PeriodUnit
    start: str = "aware"
    when: str = "any"
    places: tuple[str, ...] = ()
    at_least: int = 1


def due(
    own: Sequence[OwnDuty],
    facts: LossFacts,
    people: Sequence[AffectedGroup],
    *,
    times: BreachTimes,
    profile: OrgProfile,
) -> tuple[DutyDue, ...]:
    """Return what the organisation's own duties ask for after a loss, binding or not.

    Raises:
        ValueError: a moment has no time zone.
    """
    day = times.aware.astimezone(ZoneInfo(profile.time_zone)).date()
    rows = []
    for duty in own:
        groups = [group for group in people if group.people > 0 and _is_about(duty, group)]
        if not groups:
            continue
        rule = entries.read_rule(profile.established_in[0], _entry(duty))
        row = duties.by_rule(rule, facts, groups, times=times, profile=profile, day=day)
        rows.append(
            replace(
                row,
                jurisdiction_name=duty.kind,
                reasons=tuple(each.replace("This law", "Your agreement") for each in row.reasons),
                sources=(),
                confidence="",
            )
        )
    return tuple(rows)


def _is_about(duty: OwnDuty, group: AffectedGroup) -> bool:
    return not duty.places or any(
        group.jurisdiction == place or group.jurisdiction.startswith(f"{place}-")
        for place in duty.places
    )


def _entry(duty: OwnDuty) -> dict[str, Any]:
    """Return the duty in the form of an entry of the law's data."""
    period = f"{duty.value} {duty.unit.replace('_', ' ')}"
    return {
        "id": f"OWN-{duty.key}",
        "law": duty.kind,
        "citation": duty.source,
        "regulated": "",
        "recipient": duty.tells,
        "recipient_type": "agreement",
        "role": "controller",
        "trigger": {
            "verbs": ["acquired", "accessed", "lost", "unavailable"],
            "medium": "any",
            "text": duty.source,
        },
        "harm_test": {"rule": HARM_TESTS[duty.when], "text": ""},
        "threshold": {
            "count": duty.at_least,
            "operator": ">=",
            "of": "everyone",
            "text": duty.source,
        },
        "deadline": {
            "value": duty.value,
            "unit": duty.unit.value,
            "kind": "hard",
            "text": f"within {period}",
        },
        "clock": {"start": duty.start, "text": duty.source},
        "safe_harbour": {"exists": "no", "text": ""},
        "content_required": [],
        "in_force": True,
        "status": "",
        "sources": [
            {
                "title": duty.source,
                "address": "",
                "quote": duty.source,
                "read": "official",
                "text": "the promise",
                "checked": "2018-05-25",
            }
        ],
    }
