"""Changes to accounts and programs, alone and with their ledger entries."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import IntegrityError, connection, transaction

from aboveboard.accounts import actions, directory, queries
from aboveboard.accounts.clients import actions as clients
from aboveboard.accounts.models import Account, SignInLink
from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM, Actor, ActorKind, Role
from aboveboard.basics.errors import AboveboardError, Conflict, Invalid, NotFound
from aboveboard.basics.package import Package
from aboveboard.keys.actions import make_person_keys
from aboveboard.keys.models import PersonKey
from aboveboard.ledger import queries as ledger
from aboveboard.ledger.models import Entry
from aboveboard.vault import actions as vault
from aboveboard.vault.models import Person
from tests.accounts.conftest import JON
from tests.accounts.people import erase_everywhere, staff_member
from tests.declared import gather_these
from tests.world import adopt

pytestmark = pytest.mark.django_db


def add(email: str, role: Role = Role.ADVISER) -> queries.StaffMember:
    return actions.add_staff(
        email=email, name="Ada", team="Shops", role=role, by=SYSTEM, at=clock.now()
    )


def change_role(account_id: int, role: Role) -> queries.StaffMember:
    return actions.change_role(account_id, role=role, by=SYSTEM, at=clock.now())


def test_a_member_of_staff_is_kept_as_given() -> None:
    member = actions.add_staff(
        email=" Ada@Staff.example ",
        name=" Ada ",
        team=" Shops ",
        role=Role.ADVISER,
        by=SYSTEM,
        at=clock.now(),
    )
    account = Account.objects.get()
    assert (account.email, account.name, account.team, account.role) == (
        "ada@staff.example",
        "Ada",
        "Shops",
        "adviser",
    )
    assert not account.has_usable_password()
    assert member == queries.staff_member("ada@staff.example")
    assert member.actor == Actor(ActorKind.STAFF, str(account.pk), "adviser", "Shops")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"email": "no address"}, "not an e-mail address"),
        ({"name": "  "}, "the name is empty"),
        ({"role": Role.CUSTOMER}, "there is no role 'customer'"),
        ({"team": "ada@staff.example"}, "not the name of a team"),
        ({"team": "Ada, 07700 900123"}, "not the name of a team"),
        ({"team": "born 1980-01-02"}, "not the name of a team"),
        ({"team": "x" * 81}, "not the name of a team"),
    ],
)
def test_what_is_wrong_with_a_new_colleague_is_said(changed: dict[str, object], said: str) -> None:
    given: dict[str, object] = {
        "email": "ada@staff.example",
        "name": "Ada",
        "team": "",
        "role": Role.ADVISER,
    }
    with pytest.raises(Invalid, match=said):
        actions.add_staff(by=SYSTEM, at=clock.now(), **(given | changed))  # type: ignore[arg-type]
    assert not Account.objects.exists()


def test_an_address_is_on_the_staff_once() -> None:
    staff_member(email="ada@staff.example")
    with pytest.raises(Conflict, match="has this address already"):
        add("ADA@staff.example")


def test_a_colleague_who_returns_keeps_their_number_and_none_of_their_ways_in() -> None:
    staff_member(Role.ADMINISTRATOR)
    account = staff_member(email="ada@staff.example")
    account.set_password("correct horse battery staple")
    account.save()
    actions.close(account.pk, by=SYSTEM, at=clock.now())
    assert add("ada@staff.example", Role.PRIVACY_LEAD).id == account.pk
    again = Account.objects.get(pk=account.pk)
    assert again.is_active
    assert again.role == Role.PRIVACY_LEAD
    assert not again.has_usable_password()


def test_another_role_keeps_the_team_unless_another_is_given() -> None:
    member = add("ada@staff.example")
    moved = actions.change_role(member.id, role=Role.PRIVACY_LEAD, by=SYSTEM, at=clock.now())
    assert (moved.role, moved.team) == (Role.PRIVACY_LEAD, "Shops")
    moved = actions.change_role(
        member.id, role=Role.ADVISER, team=" Call centre ", by=SYSTEM, at=clock.now()
    )
    assert (moved.role, moved.team) == (Role.ADVISER, "Call centre")


def test_there_is_always_an_administrator() -> None:
    last = staff_member(Role.ADMINISTRATOR)
    for change in (
        lambda: actions.close(last.pk, by=SYSTEM, at=clock.now()),
        lambda: change_role(last.pk, Role.ADVISER),
    ):
        with pytest.raises(Conflict, match="last administrator"):
            change()
    staff_member(Role.ADMINISTRATOR, email="second@staff.example")
    assert change_role(last.pk, Role.ADVISER).role == Role.ADVISER


def test_a_customer_cannot_be_made_a_colleague() -> None:
    customer = actions.customer_account(JON, at=clock.now())
    for change in (
        lambda: change_role(customer.pk, Role.ADVISER),
        lambda: actions.close(customer.pk, by=SYSTEM, at=clock.now()),
    ):
        with pytest.raises(Conflict, match="customer's account"):
            change()


def test_a_customer_has_one_account_and_it_says_nothing_about_them() -> None:
    first, second = (actions.customer_account(JON, at=clock.now()) for _ in range(2))
    assert first.pk == second.pk
    assert (first.email, first.name, first.team) == (f"{JON}@person.invalid", "", "")
    assert str(first) == f"customer account {first.pk}"
    erase_everywhere(JON)
    assert not Account.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"email": "jon24@adventure-works.com"},
        {"name": "Jon"},
        {"team": "x"},
        {"person_id": None},
        {"role": "adviser"},
    ],
)
def test_the_database_refuses_a_customer_with_anything_of_theirs(wrong: dict[str, object]) -> None:
    customer = actions.customer_account(JON, at=clock.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        Account.objects.filter(pk=customer.pk).update(**wrong)


def test_who_is_not_there_is_said_to_be_missing() -> None:
    for ask in (
        lambda: queries.staff_member("eve@staff.example"),
        lambda: queries.client("Till"),
        lambda: actions.close(1, by=SYSTEM, at=clock.now()),
        lambda: clients.revoke_client(1, by=SYSTEM, at=clock.now()),
    ):
        with pytest.raises(NotFound):
            ask()


def test_without_a_directory_nobody_is_found() -> None:
    gather_these([Package(name="vault")])  # the fixture puts the others back
    for ask in (lambda: directory.find("jon24@adventure-works.com"), lambda: directory.lock(7)):
        with pytest.raises(directory.NoDirectory, match="customers have an e-mail address"):
            ask()


def test_of_several_packages_the_one_that_declares_it_knows_the_customers() -> None:
    directing = Package(
        name="vault", customers_by_email=lambda email: [len(email)], lock_customer=lambda who: -who
    )
    gather_these([Package(name="promise"), directing])
    assert (directory.find("a@b.c"), directory.lock(7)) == ([5], -7)


def test_every_change_is_written_down_without_names_or_addresses() -> None:
    at = clock.now()
    adopt()
    staff_member(Role.ADMINISTRATOR)
    ada = actions.add_staff(
        email="ada@staff.example",
        name="Ada Byron",
        team="Shops",
        role=Role.ADVISER,
        by=SYSTEM,
        at=at,
    )
    actions.change_role(ada.id, role=Role.PRIVACY_LEAD, by=SYSTEM, at=at)
    path = actions.make_link(ada.id, by=SYSTEM, at=at)
    actions.close(ada.id, by=SYSTEM, at=at)
    client, secret = clients.make_client(
        name="Till",
        role="shop-system",
        team="",
        purposes=["deliver-orders"],
        channels=["shop"],
        by=SYSTEM,
        at=at,
    )
    changed = clients.rotate_client(client.id, by=SYSTEM, at=at)
    clients.revoke_client(client.id, by=SYSTEM, at=at)
    entries = [
        ledger.entry(number) for number in Entry.objects.order_by("id").values_list("id", flat=True)
    ]
    assert [entry.kind for entry in entries] == [
        "promise.adopted",
        "staff.added",
        "staff.changed",
        "signin.link",
        "staff.closed",
        "client.made",
        "client.rotated",
        "client.revoked",
    ]
    written = json.dumps([dict(entry.facts) for entry in entries])
    for personal in ("ada@", "Byron", secret, changed, path.rstrip("/").rpartition("/")[2]):
        assert personal not in written
    assert entries[2].facts["before"] == {
        "account": str(ada.id),
        "role": "adviser",
        "team": "Shops",
    }
    assert entries[2].facts["after"] == {
        "account": str(ada.id),
        "role": "privacy-lead",
        "team": "Shops",
    }


def test_a_change_that_is_refused_is_not_written_down() -> None:
    staff_member(email="ada@staff.example")
    with pytest.raises(AboveboardError):
        actions.add_staff(
            email="ada@staff.example",
            name="Ada",
            team="",
            role=Role.ADVISER,
            by=SYSTEM,
            at=clock.now(),
        )
    assert not Entry.objects.exists()


def test_erasing_a_person_takes_their_sign_in_away() -> None:
    adopt()
    at = clock.now()
    Person.objects.create(
        id=JON, jurisdiction="GB", language="en", collected_at=at, last_active_at=at
    )
    PersonKey.objects.bulk_create(
        PersonKey(person_id=made[0], wrapped=made[2]) for made in make_person_keys([JON])
    )
    customer = actions.customer_account(JON, at=at)
    actions.make_link(customer.pk, by=SYSTEM, at=at)
    vault.erase(JON, reason="asked", by=SYSTEM, at=at)
    assert not Account.objects.exists()
    assert not SignInLink.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_administrators_who_close_each_other_at_once_one_stays() -> None:
    first = staff_member(Role.ADMINISTRATOR)
    second = staff_member(Role.ADMINISTRATOR, email="second@staff.example")
    ready = threading.Barrier(2, timeout=10)

    def close(account: Account) -> bool:
        try:
            ready.wait()
            actions.close(account.pk, by=SYSTEM, at=clock.now())
        except Conflict:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(close, (first, second))) == [False, True]
    assert Account.objects.filter(closed_at=None).count() == 1
