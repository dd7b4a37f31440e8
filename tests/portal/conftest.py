"""Two customers with the sample promise in force, each in a browser of their own."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import pytest
from django.test import Client

from tests.accounts.people import customer_client
from tests.world import load


@dataclass
class Someone:
    """A customer: who, and what the file said of them."""

    id: int
    row: dict[str, str]

    @cached_property
    def browser(self) -> Client:
        """Their browser, in which they are signed in; most of a crowd never needs it."""
        return customer_client(self.id)


@pytest.fixture
def crowd(db: None) -> list[Someone]:
    """A dozen customers, French and German ones among them."""
    return [Someone(person, row) for person, row in load(40)]


@pytest.fixture
def jon(crowd: list[Someone]) -> Someone:
    """A customer who is written to in English."""
    return next(someone for someone in crowd if someone.row["country"] == "GB")


@pytest.fixture
def other(crowd: list[Someone], jon: Someone) -> Someone:
    """Another one."""
    return next(
        someone for someone in crowd if someone.row["country"] == "US" and someone is not jon
    )
