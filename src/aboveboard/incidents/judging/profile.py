"""Who we are, as far as the laws ask: from the promise in force."""

from __future__ import annotations

from zoneinfo import available_timezones

from babel.core import get_global

from aboveboard.incidents.law.terms import OrgProfile
from aboveboard.promise.model import Organisation


def profile_of(organisation: Organisation) -> OrgProfile:
    """Return the profile of the organisation that makes the promise.

    Days end in its country's time zone; in UTC where the country has several.
    """
    return OrgProfile(established_in=(organisation.country,), time_zone=time_zone_of(organisation.country))


def time_zone_of(country: str) -> str:
    """Return the one time zone of a country (CLDR), or UTC where there are several."""
    zones = {zone for zone, territory in get_global("zone_territories").items() if territory == country}
    aliases = get_global("zone_aliases")
    canonical = {aliases.get(zone, zone) for zone in zones} & available_timezones()
    return canonical.pop() if len(canonical) == 1 else "UTC"
