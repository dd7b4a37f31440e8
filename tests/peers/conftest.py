"""A small played world, and everybody who may look at it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.test import Client

from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM, Role
from aboveboard.incidents.notices.actions import prepare
from tests.accounts.people import customer_client, staff_client
from tests.house.test_routes import ALL
from tests.loss import lost_laptop
from tests.world import load


@dataclass(frozen=True)
class World:
    """Customers, a lost laptop with its notices, and who looks: by name, nobody among them."""

    people: list[tuple[int, dict[str, str]]]
    incident: int
    visitors: Mapping[str, Client]

    def pages(self) -> list[str]:
        """Return every address, with numbers and words that lead somewhere for most."""
        return sorted({_filled(address, self.incident) for address, _, _ in ALL})


def _filled(address: str, incident: int) -> str:
    address = re.sub(r"<int:number>", str(incident), address)
    address = re.sub(r"<int:\w+>", "1", address)
    address = re.sub(r"<slug:purpose>", "personal-offers", address)
    return re.sub(r"<[^>]*>", "city", address)


@pytest.fixture
def world(db: None, tmp_path: Path) -> World:
    """Six customers of whom five were on a lost laptop."""
    people = load(6)
    at = clock.now()
    lost = lost_laptop([person for person, _ in people[:5]], tmp_path, at=at)
    prepare(lost.number, by=SYSTEM, at=at)
    staff = (Role.ADVISER, Role.PRIVACY_LEAD, Role.INCIDENT_LEAD, Role.ADMINISTRATOR)
    visitors = {
        "nobody": Client(),
        "customer": customer_client(people[0][0]),
        "other customer": customer_client(people[5][0]),
    } | {role.value: staff_client(role) for role in staff}
    return World(people, lost.number, visitors)
