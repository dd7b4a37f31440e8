"""Two customers with the sample promise in force, each in a browser of their own."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from django.test import Client

from tests.accounts.people import customer_client
from tests.world import load


@dataclass(frozen=True)
class Someone:
    """A customer: who, what the file said of them, and their browser."""

    id: int
    row: dict[str, str]
    browser: Client


@pytest.fixture
def crowd(db: None) -> list[Someone]:
    """A dozen customers, French and German ones among them."""
    return [Someone(person, row, customer_client(person)) for person, row in load(40)]


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
