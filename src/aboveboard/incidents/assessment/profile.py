"""Who we are, as far as the laws ask: from the promise in force."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from babel.core import get_global

from aboveboard.law.terms import OrgProfile
from aboveboard.promise.model import Organisation


def org_profile(organisation: Organisation) -> OrgProfile:
    """Return the profile of the organisation that makes the promise.

    Days end in its country's time zone; in UTC where the country has several.
    """
    return OrgProfile(
        established_in=(organisation.country,), time_zone=time_zone_of(organisation.country)
    )


# The names of all zones are read from the disk: too long for each few hundred notices.
@cache
def time_zone_of(country: str) -> str:
    """Return a country's time zone (CLDR), or UTC where its zones keep different hours."""
    # By the country of the promise and not by the server's clock: a server may stand anywhere.
    zones = {
        zone for zone, territory in get_global("zone_territories").items() if territory == country
    }
    aliases = get_global("zone_aliases")
    canonical = sorted({aliases.get(zone, zone) for zone in zones} & available_timezones())
    hours = {
        tuple(moment.astimezone(ZoneInfo(zone)).utcoffset() for moment in _SEASONS)
        for zone in canonical
    }
    return canonical[0] if len(hours) == 1 else "UTC"


_SEASONS = (datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC))
