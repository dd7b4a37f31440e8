"""Transfers abroad (GDPR and UK GDPR, Chapter V): what a third country is, and
what lets data go there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from aboveboard.basics import shipped
from aboveboard.law.bases import Provision, provisions


@dataclass(frozen=True, slots=True)
class TransferRegime:
    """One law: where it applies, where data may go freely, and where it may go on a
    condition (by country)."""

    law: str
    members: frozenset[str]
    adequate: frozenset[str]
    partial: Mapping[str, str]

    def is_third_country(self, country: str) -> bool:
        """Whether a transfer to ``country`` (ISO 3166-1 alpha-2) needs a ground of its own."""
        # Partial adequacy is none here: whether it covers this recipient is for the ground that the
        # promise names.
        return country not in self.members and country not in self.adequate


@cache
def regimes() -> tuple[TransferRegime, ...]:
    """Return the laws we know, in the order of ``transfers.yaml``."""
    return tuple(
        TransferRegime(
            row["law"],
            frozenset(row["members"]),
            frozenset(row["adequate"]),
            MappingProxyType(row["partial"]),
        )
        for row in _file()["regimes"].values()
    )


def regime_of(country: str) -> TransferRegime:
    """Return the law of an organisation established in ``country``.

    Where we know no law on transfers, the EU's is used, which then calls every country outside the
    EEA and its adequacy list a third country: too strict a judge never hides a transfer.
    """
    return next((regime for regime in regimes() if country in regime.members), regimes()[0])


@cache
def grounds() -> Mapping[str, Provision]:
    """Return what a promise may give as the ground of a transfer, by key."""
    return provisions(_file()["grounds"])


def ground_fits(ground: str, country: str, regime: TransferRegime) -> bool:
    """Whether the ground can be claimed for that country at all: partial adequacy
    needs a partial decision."""
    return _file()["grounds"][ground].get("only_to") != "partial" or country in regime.partial


@cache
def checked_on() -> date:
    """Return the day on which the lists were last compared with their sources."""
    day: date = _file()["checked"]
    return day


@cache
def _file() -> Mapping[str, Any]:
    data: Mapping[str, Any] = shipped.load(Path(__file__).with_name("transfers.yaml"))
    return data
