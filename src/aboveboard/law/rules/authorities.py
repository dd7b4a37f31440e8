"""Which supervisory authority in the EEA: the lead one, or one in each country concerned.

GDPR Art. 55 and 56: an organisation with its main establishment in the EEA tells the
authority there (one-stop-shop). One without any establishment in the EEA tells the authority
of every country where affected people live (EDPB Guidelines 9/2022 v2.0, paragraph 73).
Germany has one authority a Land.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from aboveboard.basics import shipped

_DATA = Path(__file__).with_name("authorities.yaml")


@dataclass(frozen=True, slots=True)
class Authority:
    """An authority: its name, in the country's language too, and what is known of
    how it takes notices."""

    code: str
    country: str
    name: str
    original: str
    acronym: str
    online_form: bool | None
    languages: str
    note: str

    @property
    def title(self) -> str:
        """The name as it stands in a list: "Commission nationale de l'informatique et
        des libertés (CNIL)"."""
        return (
            f"{self.original} ({self.acronym})"
            if self.acronym and self.acronym not in self.original
            else self.original
        )


def in_eea(jurisdiction: str, *, on: date | None = None) -> bool:
    """Say whether an ISO 3166 code lies in a country of the EEA ``on`` a day; without one, today.

    The United Kingdom did until 31 December 2020 (Withdrawal Agreement, Art. 126 and 127).
    """
    row = _rows().get(jurisdiction.split("-")[0])
    if row is None:
        return False
    until: date | None = row.get("until")
    return until is None or (on is not None and on <= until)


def country_name(jurisdiction: str) -> str:
    """Return the name of an EEA country.

    Raises:
        KeyError: the place is not in the EEA.
    """
    return str(_rows()[jurisdiction.split("-")[0]]["country"])


def authority_for(jurisdiction: str, *, public_body: bool = False) -> Authority:
    """Return the authority for a place in the EEA, by Land where the country has one for each.

    Raises:
        KeyError: the place is not in the EEA.
    """
    country = jurisdiction.split("-")[0]
    row = _rows()[country]
    regions = row.get("regions", {})
    region = regions.get(
        f"{jurisdiction}-PUBLIC"
        if public_body and f"{jurisdiction}-PUBLIC" in regions
        else jurisdiction
    )
    name, original, acronym, note = (
        row["name"],
        row["original"],
        row["acronym"] or "",
        row.get("notes", ""),
    )
    if region:
        land = region["region"].split(" (")[0]
        name = original = region["name"] if land in region["name"] else f"{region['name']}, {land}"
        acronym = note = ""
    elif row.get("federal_only"):
        name = original = "the data protection authority of the German state (Land) concerned"
        acronym = ""
    return Authority(
        jurisdiction,
        row["country"],
        name,
        original,
        acronym,
        row["online_form"],
        row["languages"],
        note,
    )


def regions_of(country: str) -> frozenset[str]:
    """Return the codes of the parts of a country that have authorities of their own."""
    regions = _rows().get(country, {}).get("regions", {})
    return frozenset(code for code in regions if not code.endswith("-PUBLIC"))


def region_name(code: str) -> str:
    """Return the name of a part of a country that has an authority of its own ("Bayern"), or ""."""
    region = _rows().get(code.split("-")[0], {}).get("regions", {}).get(code)
    return region["region"].split(" (")[0] if region else ""


@cache
def _rows() -> Mapping[str, Any]:
    file = shipped.load(_DATA)
    return {**file["eea"], **file["formerly"]}
