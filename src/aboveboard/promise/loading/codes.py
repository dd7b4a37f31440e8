"""Is every code that a promise names one that its list has? Countries and parts of them, languages,
time zones, sectors.

Not part of ``shape``: lists change, and a promise that was adopted while a code was good must stay
readable (``loading.reread``).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Final

from aboveboard.kinds import codes
from aboveboard.law import organisation as declared
from aboveboard.promise.loading.lines import Item, Scalar, Table, entries, list_scalars
from aboveboard.promise.loading.problems import ProblemReport, quoted
from aboveboard.promise.loading.shape import nearest


@dataclass(frozen=True, slots=True)
class _CodeList:
    """One list of codes: how a wrong one is named, and what else to write when none is near."""

    code: str
    noun: str
    known: Callable[[], Collection[str]]
    nearest: Callable[[str], str | None]
    otherwise: str


_COUNTRIES: Final = _CodeList(
    "unknown_country",
    "country",
    codes.countries,
    codes.nearest_country,
    "Write one country's code of two letters (ISO 3166-1), such as GB; a union has none.",
)
_LANGUAGES: Final = _CodeList(
    "unknown_language",
    "language",
    codes.languages,
    codes.nearest_language,
    "Write a language's code of two letters (ISO 639-1), such as fr.",
)
_TIME_ZONES: Final = _CodeList(
    "unknown_time_zone",
    "time zone",
    codes.time_zones,
    lambda text: None,
    "Write its IANA name, such as Europe/London.",
)


_SECTORS: Final = _CodeList(
    "unknown_sector",
    "sector",
    declared.sectors,
    lambda text: None,
    "docs/reference/duties.md lists them.",
)


def check(root: Table, report: ProblemReport) -> None:
    """Report every country and part of one, language, time zone and sector that does not exist."""
    for item, listed in _codes_in(root):
        # An empty word, or no word at all, is for ``shape`` to report.
        # As written, with its capitals: programs compare these codes letter by letter.
        if not isinstance(item, Scalar) or not item.text or item.text in listed.known():
            continue
        meant = listed.nearest(item.text)
        fix = (
            f"Did you mean {quoted(meant)}?"
            if meant
            else nearest(item.text, sorted(listed.known()), otherwise=listed.otherwise)
            if len(item.text) > 2  # between codes of two letters, nearness means nothing
            else listed.otherwise
        )
        report.add(item, listed.code, f"There is no {listed.noun} {quoted(item.text)}.", fix)
    for item in _places_in(root):
        _check_place(item, report)


def _check_place(item: Item | None, report: ProblemReport) -> None:
    """Report a place whose country, or whose part of a country of which all parts are held, does
    not exist."""
    # What does not look like a place is for ``shape`` to report.
    if not isinstance(item, Scalar) or not declared.PLACE.fullmatch(item.text):
        return
    country, _, part = item.text.partition("-")
    if country not in codes.countries():
        meant = codes.nearest_country(country)
        fix = f"Did you mean {quoted(meant + item.text[2:])}?" if meant else _COUNTRIES.otherwise
        report.add(item, _COUNTRIES.code, f"There is no country {quoted(country)}.", fix)
    elif part and (parts := declared.parts_of(country)) and item.text not in parts:
        report.add(
            item,
            "unknown_region",
            f"There is no part {quoted(item.text)} of {quoted(country)} in ISO 3166-2.",
            nearest(
                item.text, sorted(parts), otherwise="Write its code of ISO 3166-2, such as DE-BY."
            ),
        )


def _places_in(root: Table) -> Iterator[Item | None]:
    organisation = entries(root, "organisation")
    for key in ("region", "lead_authority", "domicile"):
        yield organisation.get(key)
    yield from list_scalars(organisation.get("establishments"))
    for notice in entries(root, "notify").values():
        yield from list_scalars(notice, "places")


def _codes_in(root: Table) -> Iterator[tuple[Item | None, _CodeList]]:
    organisation = entries(root, "organisation")
    yield organisation.get("country"), _COUNTRIES
    yield from ((country, _COUNTRIES) for country in list_scalars(organisation.get("trades_in")))
    yield organisation.get("time_zone"), _TIME_ZONES
    yield from ((sector, _SECTORS) for sector in list_scalars(organisation.get("sectors")))
    for recipient in entries(root, "recipients").values():
        yield entries(recipient).get("country"), _COUNTRIES
    # The languages of the translations must be among these (``references``).
    yield from ((language, _LANGUAGES) for language in list_scalars(root, "languages"))
