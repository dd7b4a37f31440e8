"""What is not law yet: bills, and acts whose day has not come. Kept to be seen, never to bind."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from aboveboard.law.rules import authorities, catalogue
from aboveboard.law.rules.entries import DutyRule


@dataclass(frozen=True, slots=True)
class ComingDuty:
    """A duty that is not law yet. ``begins``: the first day, None where it is not fixed;
    ``status``: how far it is, in words."""

    duty_id: str
    place: str
    law: str
    citation: str
    recipient: str
    deadline: str
    begins: date | None
    status: str
    address: str


def coming(places: Collection[str], *, on: date) -> tuple[ComingDuty, ...]:
    """Return what is coming in some places (ISO 3166 codes), the law of the country and of the EU
    among it: what has a day first."""
    codes = {*places, *(place.split("-")[0] for place in places)}
    if any(place and authorities.in_eea(place) for place in codes):
        codes.add("EU")
    duties = [
        _duty(rule)
        for code in sorted(codes)
        for rule in catalogue.rules_of(code)
        if _is_coming(rule, on)
    ]
    return tuple(sorted(duties, key=lambda duty: (duty.begins is None, duty.begins or on)))


def _is_coming(rule: DutyRule, on: date) -> bool:
    if not rule.in_force:
        return rule.valid_to is None or rule.valid_to >= on
    # An entry whose day of commencement is only when it was checked is law already.
    return rule.valid_from is not None and rule.valid_from > on


def _duty(rule: DutyRule) -> ComingDuty:
    return ComingDuty(
        duty_id=rule.id,
        place=catalogue.place_name(rule.jurisdiction),
        law=rule.law,
        citation=rule.citation,
        recipient=rule.authority or rule.recipient,
        deadline=rule.deadline.text,
        begins=rule.valid_from,
        status=rule.status,
        address=rule.sources[0].address if rule.sources else "",
    )
