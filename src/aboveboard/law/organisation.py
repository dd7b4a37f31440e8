"""What an organisation declares of itself, as far as duties ask: in which sectors it is, and which
parts of a country decide."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from aboveboard.law.rules import authorities, catalogue
from aboveboard.law.terms import OrgRole

PLACE: Final = re.compile("[A-Z]{2}(-[A-Z0-9]{1,3})?")
"""How a place is written: a country (ISO 3166-1), or a part of one (ISO 3166-2)."""

ROLES: Final[Mapping[str, OrgRole]] = {
    "controller": OrgRole.CONTROLLER,
    "processor": OrgRole.PROCESSOR,
    # Each of several controllers together owes the duties of one (GDPR Art. 26(3)).
    "joint_controller": OrgRole.CONTROLLER,
}
"""What an organisation may say that it is, and whose duties it then has."""


def sectors() -> Mapping[str, str]:
    """Return the sectors with duties of their own: key to what it is, in words in which an
    organisation recognises itself."""
    return catalogue.sectors()


def parts_of(country: str) -> frozenset[str]:
    """Return the codes of every part of a country whose parts decide who is told ("DE-BY"); none
    where the list is not held, so that any part is taken as written."""
    if country not in _LISTED:
        return frozenset()
    return catalogue.parts_of(country) | authorities.regions_of(country)


_LISTED: Final = frozenset({"US", "CA", "DE"})
"""Countries of which every part is held."""


def place_name(code: str) -> str:
    """Return the name of a part of a country ("Texas", "Bayern"), or its code if it has none."""
    return authorities.region_name(code) or catalogue.place_name(code)


def has_authority_for_each_part(country: str) -> bool:
    """Say whether the part of a country decides which authority is told (Germany)."""
    return bool(authorities.regions_of(country))


def in_eea(place: str) -> bool:
    """Say whether a place lies in the European Economic Area."""
    return authorities.in_eea(place)
