"""Is every code that a promise names one that its list has? Countries, languages, time zones.

Not part of ``shape``: lists change, and a promise that was adopted while a code was good must stay
readable (``loading.reread``).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Final

from aboveboard.kinds import codes
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


def check(root: Table, report: ProblemReport) -> None:
    """Report every country, language and time zone that does not exist."""
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


def _codes_in(root: Table) -> Iterator[tuple[Item | None, _CodeList]]:
    organisation = entries(root, "organisation")
    yield organisation.get("country"), _COUNTRIES
    yield from ((country, _COUNTRIES) for country in list_scalars(organisation.get("trades_in")))
    yield organisation.get("time_zone"), _TIME_ZONES
    for recipient in entries(root, "recipients").values():
        yield entries(recipient).get("country"), _COUNTRIES
    # The languages of the translations must be among these (``references``).
    yield from ((language, _LANGUAGES) for language in list_scalars(root, "languages"))
