"""What the log says of accounts and clients: which row it speaks of, where a row differs from it,
and what a restored database is given again."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from aboveboard.accounts import actions, queries, replay
from aboveboard.accounts.clients import tokens
from aboveboard.accounts.clients.actions import make_client, revoke_client, rotate_client
from aboveboard.accounts.deciding import DECIDING
from aboveboard.accounts.entries import (
    ClientMade,
    ClientRevoked,
    ClientRotated,
    SecondFactorAdded,
    SecondFactorRemoved,
    StaffAdded,
    StaffChanged,
    StaffClosed,
    StaffPosition,
)
from aboveboard.accounts.models import Account, ClientSecret, ServiceClient
from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM, Role
from aboveboard.basics.errors import Conflict
from aboveboard.basics.facts import Code, Facts, TeamName, Word
from aboveboard.basics.package import DecidingTable, NotHeld, RecordedEntry
from aboveboard.ledger.models import Entry
from aboveboard.recovery.comparing import compare_rows
from tests import world
from tests.accounts.people import service_client, staff_member

NOW = clock.now()
ADVISER, LEAD = Role.ADVISER, Role.PRIVACY_LEAD
SHOPS, CALLS = TeamName("Shops"), TeamName("Call centre")
BEFORE = StaffPosition(Code("7"), ADVISER, SHOPS)
AFTER = StaffPosition(Code("8"), LEAD, CALLS)
MADE = ClientMade(
    Code("3"),
    Word("shop-system"),
    SHOPS,
    (Word("deliver-orders"), Word("fix-orders")),
    (Word("shop"),),
    NOW,
    (Word("personal-offers"),),
    (Word("request:access"),),
)


def table(name: str) -> DecidingTable:
    return next(each for each in DECIDING if each.table == f"accounts.{name}")


def recorded(facts: Facts) -> RecordedEntry[Any]:
    return RecordedEntry(41, NOW, SYSTEM, facts, None)


def differs(name: str, facts: Facts, **row: Any) -> str:
    made: Any = SimpleNamespace(**row)
    return table(name).differs(made, recorded(facts))


@pytest.mark.parametrize(
    ("name", "facts", "row"),
    [
        ("Account", StaffAdded(Code("7"), ADVISER, SHOPS), ("id", 7)),
        ("Account", StaffChanged(BEFORE, AFTER), ("id", 8)),
        ("Account", StaffClosed(Code("7"), ADVISER, SHOPS), ("id", 7)),
        ("ServiceClient", MADE, ("id", 3)),
        ("ServiceClient", ClientRevoked(Code("3")), ("id", 3)),
        ("ClientSecret", MADE, ("entry_id", 41)),
        ("ClientSecret", ClientRotated(Code("3"), NOW, NOW), ("entry_id", 41)),
        ("SecondFactor", SecondFactorAdded(Code("7"), 5, Code("totp")), ("factor_id", 5)),
        ("SecondFactor", SecondFactorRemoved(Code("7"), 5, Code("totp")), ("factor_id", 5)),
    ],
)
def test_an_entry_speaks_of_this_row(name: str, facts: Facts, row: tuple[str, int]) -> None:
    speaks_of: Any = table(name).speaks_of
    assert speaks_of[type(facts)](recorded(facts)) == row


def test_an_account_has_the_role_and_team_of_its_newest_entry_and_stays_closed() -> None:
    def account(facts: Facts, role: Role, team: str, closed: object = None) -> str:
        return differs("Account", facts, role=role, team=team, closed_at=closed)

    added = StaffAdded(Code("7"), ADVISER, SHOPS)
    assert account(added, ADVISER, SHOPS) == ""
    assert account(added, LEAD, SHOPS) == "role"
    assert account(added, ADVISER, CALLS) == "team"
    assert account(added, ADVISER, SHOPS, NOW) == ""
    changed = StaffChanged(BEFORE, AFTER)
    assert account(changed, LEAD, CALLS) == account(changed, LEAD, CALLS, NOW) == ""
    assert account(changed, ADVISER, SHOPS) == "role"
    closed = StaffClosed(Code("7"), ADVISER, SHOPS)
    assert account(closed, ADVISER, SHOPS, NOW) == ""
    assert account(closed, ADVISER, SHOPS) == "closed_at"
    assert account(closed, LEAD, SHOPS, NOW) == "role"


@pytest.mark.parametrize(
    "column", ["", "role", "team", "purposes", "choices", "channels", "rights"]
)
def test_a_client_may_do_what_its_entry_says(column: str) -> None:
    row: dict[str, Any] = {
        "role": "shop-system",
        "team": "Shops",
        "purposes": ["deliver-orders", "fix-orders"],
        "choices": ["personal-offers"],
        "channels": ["shop"],
        "rights": ["request:access"],
    }
    if column:
        row[column] = row[column][:-1]
    assert differs("ServiceClient", MADE, **row) == column


def test_a_client_that_was_revoked_and_a_factor_that_was_removed_stay_so() -> None:
    assert differs("ServiceClient", ClientRevoked(Code("3")), revoked_at=NOW) == ""
    assert differs("ServiceClient", ClientRevoked(Code("3")), revoked_at=None) == "revoked_at"
    added = SecondFactorAdded(Code("7"), 5, Code("totp"))
    removed = SecondFactorRemoved(Code("7"), 5, Code("totp"))
    assert differs("SecondFactor", added, account_id=7, type="totp") == ""
    assert differs("SecondFactor", added, account_id=8, type="totp") == "account_id"
    assert differs("SecondFactor", added, account_id=7, type="webauthn") == "type"
    assert differs("SecondFactor", removed, account_id=7, type="totp") == "factor_id"


def test_a_secret_of_before_it_was_named_is_told_by_its_client_and_its_moment() -> None:
    gave: Any = table("ClientSecret").named_before
    for client, made_at, expected in (
        (3, NOW, True),
        (4, NOW, False),
        (3, NOW + timedelta(seconds=1), False),
    ):
        row = SimpleNamespace(client_id=client, made_at=made_at)
        assert gave(row, recorded(MADE)) is expected


def test_only_customers_may_be_named_by_no_entry() -> None:
    for customer in (True, False):
        account: Any = SimpleNamespace(is_customer=customer)
        factor: Any = SimpleNamespace(account=account)
        accounts: Any = table("Account").may_be_unnamed
        factors: Any = table("SecondFactor").may_be_unnamed
        assert accounts(account) is factors(factor) is customer


@pytest.mark.django_db
def test_a_restored_database_is_given_again_what_was_changed_closed_and_revoked() -> None:
    ada, boss = staff_member(ADVISER), staff_member(Role.ADMINISTRATOR)
    position = StaffPosition(Code(str(ada.pk)), LEAD, CALLS)
    replay.change_role(recorded(StaffChanged(BEFORE, position)))
    ada = Account.objects.get(pk=ada.pk)
    assert (ada.role, ada.team, ada.entry_id, ada.authentic) == (LEAD, CALLS, 41, True)
    replay.close(recorded(StaffClosed(Code(str(ada.pk)), LEAD, CALLS)))
    ada = Account.objects.get(pk=ada.pk)
    assert (ada.closed_at, ada.entry_id) == (NOW, 41)
    with pytest.raises(Conflict, match="last administrator"):
        replay.close(recorded(StaffClosed(Code(str(boss.pk)), LEAD, CALLS)))
    row, _ = service_client()
    token = tokens.issue(row, at=NOW)
    replay.revoke(recorded(ClientRevoked(Code(str(row.pk)))))
    row = ServiceClient.objects.get(pk=row.pk)
    assert (row.revoked_at, row.revoked_entry_id) == (NOW, 41)
    assert tokens.client_for_token(token, at=NOW) is None
    nobody = StaffPosition(Code("404"), LEAD, CALLS)
    for again, what in (
        (lambda: replay.change_role(recorded(StaffChanged(BEFORE, nobody))), "account"),
        (lambda: replay.close(recorded(StaffClosed(Code("404"), LEAD, CALLS))), "account"),
        (lambda: replay.revoke(recorded(ClientRevoked(Code("404")))), "client"),
    ):
        with pytest.raises(NotHeld, match=what):
            again()


@pytest.mark.django_db
def test_after_each_change_every_row_names_the_entry_that_says_so() -> None:
    world.adopt()

    def latest(kind: str) -> int:
        assert list(compare_rows()) == [], kind
        return Entry.objects.filter(kind=kind).latest("id").pk

    def account() -> Account:
        return Account.objects.get(pk=ada.id)

    def row() -> ServiceClient:
        return ServiceClient.objects.get(pk=client.id)

    def secrets() -> list[int | None]:
        rows = ClientSecret.objects.filter(client_id=client.id).order_by("pk")
        return list(rows.values_list("entry_id", flat=True))

    ada = actions.add_staff(
        email="ada@staff.example", name="Ada", team="Shops", role=ADVISER, by=SYSTEM, at=NOW
    )
    assert account().entry_id == latest("staff.added")
    actions.change_role(ada.id, role=LEAD, team="Call centre", by=SYSTEM, at=NOW)
    assert account().entry_id == latest("staff.changed")
    actions.close(ada.id, by=SYSTEM, at=NOW)
    assert account().entry_id == latest("staff.closed")
    client, _ = make_client(
        name="Till",
        role="shop-system",
        team="Shops",
        purposes=["deliver-orders"],
        channels=["shop"],
        by=SYSTEM,
        at=NOW,
    )
    made = latest("client.made")
    assert (row().entry_id, secrets()) == (made, [made])
    rotate_client(client.id, by=SYSTEM, at=NOW)
    assert (row().entry_id, secrets()) == (made, [made, latest("client.rotated")])
    revoke_client(client.id, by=SYSTEM, at=NOW)
    assert (row().entry_id, row().revoked_entry_id) == (made, latest("client.revoked"))


@pytest.mark.django_db
def test_staff_and_clients_are_listed_as_others_see_them() -> None:
    ada = staff_member(ADVISER, email="ada@staff.example")
    bea = staff_member(LEAD, email="bea@staff.example")
    actions.set_closed(ada.pk, at=NOW)
    customer = actions.customer_account(4711, at=NOW)
    assert [member.id for member in queries.staff()] == [bea.pk, ada.pk], "closed ones last"
    assert [member.is_active for member in queries.staff()] == [True, False]
    assert queries.names([ada.pk, bea.pk, customer.pk]) == {ada.pk: ada.name, bea.pk: bea.name}
    member = queries.staff_member("bea@staff.example")
    assert member == queries.staff_member_by_id(bea.pk)
    assert (member.role_in_words, member.team) == ("privacy lead", "Call centre")
    assert member.actor == queries.actor_for(bea)
    assert customer == actions.customer_account(4711, at=NOW)
    row, _ = service_client(choices=["personal-offers"])
    client = queries.client("Till")
    assert [client] == list(queries.clients())
    assert (client.id, client.client_id, client.role, client.team) == (
        row.pk,
        row.client_id,
        "shop-system",
        "Shops",
    )
    assert (client.purposes, client.choices, client.channels) == (
        ("deliver-orders",),
        ("personal-offers",),
        ("shop",),
    )
    assert client.actor.id == str(row.pk)
