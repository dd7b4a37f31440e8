"""From which age a child decides for itself what is done with its data (GDPR Art. 8(1)): until then
whoever has parental responsibility does. Pure, over ``children.yaml``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from aboveboard.basics import shipped


@dataclass(frozen=True, slots=True)
class ConsentAge:
    """The age of a country, in whole years, and the provision that sets it."""

    years: int
    source: str

    def reached_on(self, born: date) -> date:
        """Return the day on which a child born on ``born`` reaches the age. Who was born on 29
        February reaches it on 1 March where the year has no such day."""
        try:
            return born.replace(year=born.year + self.years)
        except ValueError:
            return date(born.year + self.years, 3, 1)


def consent_age(jurisdiction: str) -> ConsentAge | None:
    """Return the age that counts in a country or a part of it ("GB", "GB-SCT"); None where the law
    of the country was not checked."""
    row = _countries().get(jurisdiction[:2])
    return ConsentAge(row["years"], row["source"]) if row else None


@cache
def _countries() -> Mapping[str, Any]:
    countries: Mapping[str, Any] = shipped.load(Path(__file__).with_name("children.yaml"))[
        "countries"
    ]
    return countries
