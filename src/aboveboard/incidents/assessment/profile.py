"""Who we are, as far as the laws ask: from the promise in force."""

from __future__ import annotations

from collections.abc import Iterable
from zoneinfo import ZoneInfo

from aboveboard.kinds.codes import zones_of
from aboveboard.law.clocks import PeriodUnit
from aboveboard.law.organisation import ROLES
from aboveboard.law.own import OwnDuty
from aboveboard.law.terms import OrgProfile
from aboveboard.promise.model import AgreedNotice, Organisation, Promise
from aboveboard.promise.organisation import kind_in_words


def org_profile(
    organisation: Organisation, sectors: Iterable[str] = (), role: str = ""
) -> OrgProfile:
    """Return the profile of the organisation that makes the promise; ``sectors``: those in which it
    is besides, and ``role``: the one of its roles in which it held the data, as somebody answered
    for one incident.

    Days end in the time zone that it declares; without one in its country's, and where the country
    has several, in whichever of them a day ends first.
    """
    zone, *others = time_zones(organisation)
    roles = frozenset(ROLES[each] for each in organisation.roles)
    return OrgProfile(
        established_in=organisation.established_in,
        sectors=frozenset((*organisation.sectors, *sectors)),
        # An answer from before the promise changed gives nobody a role that it has no longer.
        role=frozenset(each for each in roles if each.value == role) or roles,
        public_body=organisation.public_body,
        time_zone=zone,
        other_zones=tuple(others),
        domicile=organisation.domicile,
        lead_authority=organisation.lead_authority,
    )


def own_duties(promise: Promise) -> tuple[OwnDuty, ...]:
    """Return the duties that the organisation adds itself, as the laws' own are worked out."""
    return tuple(_own_duty(notice) for notice in promise.notify.values())


def _own_duty(notice: AgreedNotice) -> OwnDuty:
    # A promise is refused whose period mixes them.
    days = PeriodUnit.BUSINESS_DAYS if notice.working_days else PeriodUnit.CALENDAR_DAYS
    units = {
        PeriodUnit.HOURS: notice.within.hours,
        days: notice.within.days,
        PeriodUnit.MONTHS: notice.within.months,
    }
    unit = next(unit for unit, value in units.items() if value)
    return OwnDuty(
        key=notice.key,
        tells=notice.tells,
        kind=kind_in_words(notice),
        source=notice.source,
        value=units[unit],
        unit=unit,
        start=notice.start,
        when=notice.when,
        places=notice.places,
        at_least=notice.at_least,
    )


def time_zones(organisation: Organisation) -> tuple[str, ...]:
    """Return the zones in which the organisation's days may end; never empty."""
    # By the promise and not by the server's clock: a server may stand anywhere.
    if organisation.time_zone:
        return (organisation.time_zone,)
    return zones_of(organisation.country) or ("UTC",)


def zone_of(organisation: Organisation) -> ZoneInfo:
    """Return the zone in which the organisation's calendar says which day it is; UTC where it may
    be one of several."""
    zones = time_zones(organisation)
    return ZoneInfo(zones[0] if len(zones) == 1 else "UTC")
