"""Codes that others keep lists of: countries (ISO 3166-1), languages (ISO 639-1), time zones
(IANA); and the right code for one that is nearly right. Pure."""

from __future__ import annotations

from datetime import UTC, datetime
from difflib import get_close_matches
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from babel import Locale
from babel.core import get_global
from babel.languages import get_official_languages

# CLDR lists more territories than ISO 3166-1 assigns: unions, islands that belong to a country
# with a code, and codes for tests. XK (Kosovo) stays in: ISO leaves it to its users, and the EU's
# own lists use it.
_NOT_COUNTRIES: Final = frozenset(
    {"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"}
)
# CLDR files Tagalog under Filipino, which has three letters.
_MORE_LANGUAGES: Final = frozenset({"tl"})
# What the European institutions write for Greece; CLDR has no alias for it.
_COUNTRY_ALIASES: Final = {"EL": "GR", "EN": "GB"}


@cache
def countries() -> frozenset[str]:
    """Return every country code: two capital letters."""
    codes = {str(code) for code in Locale("en").territories}
    return frozenset(code for code in codes if len(code) == 2 and code.isalpha()) - _NOT_COUNTRIES


@cache
def languages() -> frozenset[str]:
    """Return every language code of two letters, in lower case."""
    codes = {str(code) for code in Locale("en").languages}
    return frozenset(code for code in codes if len(code) == 2) | _MORE_LANGUAGES


@cache
def time_zones() -> frozenset[str]:
    """Return every name of a time zone. The list is read from the disk once: it takes longer than
    all the rest of reading a promise."""
    return frozenset(available_timezones())


# The names of all zones are read from the disk: too long for each few hundred notices.
@cache
def zones_of(country: str) -> tuple[str, ...]:
    """Return the time zones of a country (CLDR), one for each clock that is kept there, those that
    are known best first: several for the United States, none for a country that is not known."""
    zones = {
        zone for zone, territory in get_global("zone_territories").items() if territory == country
    }
    aliases = get_global("zone_aliases")
    known_best = {*get_global("windows_zone_mapping").values()}
    canonical = sorted(
        {aliases.get(zone, zone) for zone in zones} & time_zones(),
        key=lambda zone: (zone not in known_best, zone),
    )
    by_hours: dict[tuple[object, ...], str] = {}
    for zone in canonical:
        hours = tuple(moment.astimezone(ZoneInfo(zone)).utcoffset() for moment in _MONTHS)
        by_hours.setdefault(hours, zone)
    return tuple(by_hours.values())


# A day of each month: some places change their clocks a few weeks before or after others.
_MONTHS: Final = tuple(datetime(2026, month, 20, tzinfo=UTC) for month in range(1, 13))


def nearest_country(text: str) -> str | None:
    """Return the country that a wrong code most likely means: another spelling of it, a code of
    three letters or digits, one that was withdrawn, or a name in English."""
    written = text.strip()
    code = written.upper()
    if code in countries():
        return code
    if code in _COUNTRY_ALIASES:
        return _COUNTRY_ALIASES[code]
    # A withdrawn code of what are several countries now has no one answer.
    successors = get_global("territory_aliases").get(code, ())
    if len(successors) == 1 and successors[0] in countries():
        return str(successors[0])
    named = {
        str(name).casefold(): str(key)
        for key, name in Locale("en").territories.items()
        if str(key) in countries()
    }
    close = get_close_matches(written.casefold()[:80], named, n=1, cutoff=0.8)
    return named[close[0]] if len(written) > 3 and close else None


def nearest_language(text: str) -> str | None:
    """Return the language that a wrong code most likely means: another spelling of it, a withdrawn
    code, the code of a country instead of its language, or a name in English."""
    written = text.strip()
    code = written.replace("_", "-").partition("-")[0].lower()
    if code in languages():
        return code
    if (alias := str(get_global("language_aliases").get(code, ""))[:2]) in languages():
        return alias
    if country := nearest_country(written):
        spoken = [str(key) for key in get_official_languages(country) if str(key) in languages()]
        if spoken:
            return spoken[0]
    named = {
        str(name).casefold(): str(key)
        for key, name in Locale("en").languages.items()
        if str(key) in languages()
    }
    close = get_close_matches(written.casefold()[:80], named, n=1, cutoff=0.8)
    return named[close[0]] if len(written) > 3 and close else None
