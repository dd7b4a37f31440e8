"""The entries, loaded from the files beside this module, and which of them applies to a request.

As in ``law/places``: one entry is one rule over one period. When a figure changes, the old entry
gets a ``valid_to`` and a new one with the same id follows.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from aboveboard.basics import shipped
from aboveboard.law import transfers
from aboveboard.law.rights.entries import RightsRule, read_entry
from aboveboard.law.rights.terms import RightKind

_FOLDER = Path(__file__).parent
_EU = "EU"
_FOR_ANYWHERE = "EU-GDPR-12"
"""Whose period stands where none is held: the shortest of those that bind everybody in a place,
and the one whose clock starts with receipt."""


@dataclass(frozen=True, slots=True)
class AppliedRule:
    """The entry whose clock counts. ``assumed``: why it is only the best we have, or "". Then it
    is taken at its strictest: no pause, and nothing longer."""

    rule: RightsRule
    holidays: str
    assumed: str = ""


@cache
def entries() -> tuple[RightsRule, ...]:
    """Return every entry, by place, in file order.

    Raises:
        KeyError, ValueError: an entry lacks a field or has a wrong one; the start stops.
    """
    rows = [
        read_entry(row)
        for file in sorted(_FOLDER.glob("*.yaml"))
        for row in shipped.load(file)["entries"]
    ]
    return tuple(sorted(rows, key=lambda rule: rule.place))


def places() -> frozenset[str]:
    """Return the codes of the places that have an entry ("EU", "GB", "US-CA")."""
    return frozenset(rule.place for rule in entries())


def rule_for_anywhere() -> RightsRule:
    """Return the entry whose period stands where no law is held, or a law names no number."""
    return next(rule for rule in entries() if rule.id == _FOR_ANYWHERE)


def applied(kind: RightKind, place: str, day: date) -> AppliedRule:
    """Return the entry that counts for a request from somebody who lives in ``place`` (ISO 3166,
    "FR" or "US-CA"; empty where it is not known) and that came in on ``day``."""
    for code in _codes(place):
        own = [rule for rule in entries() if rule.place == code and kind in rule.rights]
        for rule in own:
            if rule.is_in_force_on(day):
                return AppliedRule(rule, _holidays(place, code))
        later = [rule for rule in own if rule.begins > day]
        if later and later[0].predecessor != "none":
            first = min(later, key=lambda rule: rule.begins)
            return AppliedRule(
                first,
                _holidays(place, code),
                f"What the law of {code} was on {day} is not known. The earliest that is known, of "
                f"{first.begins}, is counted at its strictest. Ask counsel.",
            )
    return AppliedRule(
        rule_for_anywhere(),
        place,
        f"No deadline for this right is held for {place or 'a place that is not known'}. One "
        "month, nothing added, is counted instead. Ask counsel which law binds you.",
    )


def _codes(place: str) -> list[str]:
    """Return whose entries may apply, the nearest first."""
    country = place.partition("-")[0]
    codes = [place, country] if place != country else [place]
    if country in transfers.regimes()[0].members:
        codes.append(_EU)
    return codes


def _holidays(place: str, code: str) -> str:
    # The EU has no holidays of its own, its countries do.
    return place if code == _EU else place or code
