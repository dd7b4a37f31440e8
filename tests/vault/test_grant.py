"""A grant opens one person's fields within its time, and nothing but the decision makes one."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from aboveboard.basics import clock
from aboveboard.basics.errors import NotFound
from aboveboard.promise.queries import in_force
from aboveboard.vault import actions, changing, grant, queries, records
from aboveboard.vault.grant import Grant, GrantRefused, Mint
from aboveboard.vault.origin import ValueOrigin
from tests import world

pytestmark = pytest.mark.django_db
NOW = clock.now()


def granted(person_id: int, *fields: str, until: datetime = NOW) -> Grant:
    return Grant(grant._MINT, person_id, frozenset(fields), 1, until)


@pytest.fixture
def moment(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    moment = [NOW]
    monkeypatch.setattr(clock, "now", lambda: moment[0])
    return moment


def test_nobody_makes_a_grant_or_a_second_mint() -> None:
    with pytest.raises(GrantRefused, match="not made by the decision"):
        Grant(Mint(), 1, frozenset({"email"}), 1, NOW)
    with pytest.raises(RuntimeError):
        grant.claim_mint()
    with pytest.raises(RuntimeError):
        grant.claim_mint()


def test_it_opens_the_fields_it_names_until_its_time_is_over(moment: list[datetime]) -> None:
    (ada, row), (ben, _) = world.load(2)
    held = queries.fetch([ada, ben])
    opened = records.open_record(granted(ada, "email", "gift"), held[ada])
    assert {name: value and value.reveal() for name, value in opened.items()} == {
        "email": row["email"],
        "gift": None,
    }
    with pytest.raises(GrantRefused, match="another person"):
        records.open_record(granted(ada, "email"), held[ben])
    moment[0] += timedelta(microseconds=1)
    for open_it in (
        lambda: records.open_record(granted(ada, "email"), held[ada]),
        lambda: records.open_descriptor(granted(ada, "email"), held[ada], "email"),
    ):
        with pytest.raises(GrantRefused, match="time has passed"):
            open_it()


def test_a_value_that_was_replaced_opens_by_the_same_rule(moment: list[datetime]) -> None:
    (ada, row), (ben, _) = world.load(2)
    origin = ValueOrigin(in_force().serial, NOW, "phone", "answer-contact")
    copies = changing.replace(
        ada,
        {"email": "new@example.com", "first_name": "Ada"},
        kinds={"email": "email", "first_name": "text"},
        origins={"email": origin, "first_name": origin},
        by=world.ADVISER,
        at=NOW,
    )
    assert copies.keys() == {"email"}, "somebody is written to at the address alone"
    former = copies["email"]
    opened = changing.open_former(granted(ada, "email"), "email", former)
    assert opened.reveal() == row["email"]
    with pytest.raises(GrantRefused):
        changing.open_former(granted(ada, "first_name"), "email", former)
    moved = changing.move_former(former, of=ada, to=ben)
    assert changing.open_former(granted(ben, "email"), "email", moved).reveal() == row["email"]
    moment[0] += timedelta(microseconds=1)
    with pytest.raises(GrantRefused):
        changing.open_former(granted(ada, "email"), "email", former)
    copy = changing.seal_copy(ada, "email", "x@example.com", origin)
    later = granted(ada, "email", until=moment[0])
    assert changing.open_former(later, "email", copy).reveal() == "x@example.com"
    actions.erase(ada, reason="asked", by=world.ADVISER, at=NOW)
    for gone in (
        lambda: changing.open_former(later, "email", copy),
        lambda: changing.seal_copy(ada, "email", "x@example.com", origin),
        lambda: changing.move_former(former, of=ada, to=ben),
        lambda: changing.move_former(moved, of=ben, to=ada),
    ):
        with pytest.raises(NotFound):
            gone()
