"""Addresses that are opened because we owe somebody a message: each opening has its entry first,
and whoever was erased, before or meanwhile, is not written to."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest

from aboveboard.access.former import (
    open_correspondent,
    open_for_answer,
    open_for_emergency,
    open_former,
)
from aboveboard.basics import clock
from aboveboard.basics.actor import CUSTOMER, SYSTEM
from aboveboard.basics.personal import Personal
from aboveboard.ledger.models import Entry
from aboveboard.promise.queries import in_force
from aboveboard.vault import actions as vault_actions
from aboveboard.vault import changing
from aboveboard.vault import queries as vault
from aboveboard.vault.origin import ValueOrigin
from tests.world import entries, load

pytestmark = pytest.mark.django_db
NEW = "new@example.com"
NOTARY = "notary@example.com"


class Ada:
    """Somebody with a new address, an old one, and a notary who is written to instead."""

    def __init__(self) -> None:
        (self.id, row), *_ = load(2)
        self.before, at = row["email"], clock.now()
        origin = ValueOrigin(in_force().serial, at, "portal", "")
        self.former = changing.replace(
            self.id,
            {"email": NEW},
            kinds={"email": "email"},
            origins={"email": origin},
            by=CUSTOMER,
            at=at,
        )["email"]
        self.notary = changing.seal_copy(self.id, "email", NOTARY, origin)


@pytest.fixture
def ada() -> Ada:
    return Ada()


def change(ada: Ada, at: datetime) -> list[str | None] | None:
    both = open_former(ada.id, "email", ada.former, at=at)
    return None if both is None else [value and value.reveal() for value in both]


def correspondent(ada: Ada, at: datetime) -> list[str | None] | None:
    return _alone(open_correspondent(ada.id, "email", ada.notary, at=at))


def answer(ada: Ada, at: datetime) -> list[str | None] | None:
    return _alone(open_for_answer(ada.id, "email", 7, at=at))


def emergency(ada: Ada, at: datetime) -> list[str | None] | None:
    return _alone(open_for_emergency(ada.id, ["email"], 7, at=at))


def _alone(value: Personal[str] | None) -> list[str | None] | None:
    return None if value is None else [value.reveal()]


Opening = Callable[[Ada, datetime], list[str | None] | None]
OPENINGS = pytest.mark.parametrize(
    ("opening", "kind"),
    [
        (change, "address.told"),
        (correspondent, "correspondent.opened"),
        (answer, "concern.told"),
        (emergency, "emergency.told"),
    ],
)


@OPENINGS
def test_an_address_is_opened_and_that_it_was_is_in_the_log(
    ada: Ada, opening: Opening, kind: str
) -> None:
    opened = {"address.told": [ada.before, NEW], "correspondent.opened": [NOTARY]}.get(kind, [NEW])
    assert opening(ada, clock.now()) == opened
    (entry,) = entries(ada.id, kind)
    assert entry.actor == SYSTEM
    assert "@" not in str(entry.facts)


@OPENINGS
def test_nobodys_address_is_opened_once_they_are_erased(
    ada: Ada, opening: Opening, kind: str
) -> None:
    vault_actions.erase(ada.id, reason="asked", by=CUSTOMER, at=clock.now())
    assert opening(ada, clock.now()) is None
    assert not Entry.objects.filter(kind=kind).exists()


@OPENINGS
def test_nor_of_somebody_who_is_erased_while_the_message_is_written(
    ada: Ada, opening: Opening, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetch = vault.fetch

    def fetch_before_the_erasure(person_ids: list[int]) -> object:
        fetched = fetch(person_ids)
        vault_actions.erase(ada.id, reason="asked", by=CUSTOMER, at=clock.now())
        return fetched

    monkeypatch.setattr(vault, "fetch", fetch_before_the_erasure)
    assert opening(ada, clock.now()) is None
    assert not Entry.objects.filter(kind=kind).exists()


def test_somebody_without_an_address_is_answered_at_none(ada: Ada) -> None:
    assert open_for_answer(ada.id, "gift", 7, at=clock.now()) is None
