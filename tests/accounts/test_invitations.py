"""Inviting staff by mail, and resetting a second step that was lost: what is mailed, what works
afterwards, and what the ledger says."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core import mail
from django.test import Client

from aboveboard.accounts import actions, factors, invitations, queries
from aboveboard.accounts.models import Account, SignInLink
from aboveboard.accounts.queries import StaffMember, StaffState
from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM, Actor, Role
from aboveboard.basics.errors import Conflict, Invalid, NotFound, Refused
from aboveboard.ledger import queries as ledger
from aboveboard.ledger.models import Entry
from aboveboard.outbox.jobs import run_jobs_once
from tests.accounts.people import staff_client, staff_member

pytestmark = pytest.mark.django_db
ADA = {"email": "ada@staff.example", "name": "Ada Byron", "team": "Call centre"}


@pytest.fixture
def tom() -> Actor:
    """The administrator who acts."""
    return queries.actor_for(staff_member(Role.ADMINISTRATOR))


def invite(by: Actor) -> StaffMember:
    return invitations.invite(role=Role.ADVISER, by=by, at=clock.now(), **ADA)


def mailed() -> list[str]:
    """Do the jobs that wait; return the paths of the links in all mails so far."""
    run_jobs_once(worker="w", at=clock.now() + timedelta(seconds=1))
    return [
        re.search(r"(/accounts/link/\S+)", str(message.body))[1]  # type: ignore[index]
        for message in mail.outbox
    ]


def with_factors(account: Account) -> Account:
    TOTP.activate(account, generate_totp_secret())
    RecoveryCodes.activate(account)
    return account


def kinds() -> list[str]:
    return list(Entry.objects.order_by("pk").values_list("kind", flat=True))


def actors() -> list[str]:
    """Return who acted, by their number, of each entry in order."""
    numbers = Entry.objects.order_by("pk").values_list("pk", flat=True)
    return [ledger.entry(number).actor.id for number in numbers]


def test_a_mail_that_leaves_late_stops_no_link_that_was_printed_since(tom: Actor) -> None:
    ada = invite(tom)
    before = actions.make_link(ada.id, by=SYSTEM, at=clock.now())
    invitations.invite_again(ada.id, by=tom)
    assert Client().get(before).status_code == 404, "the mail takes its place from now on"
    printed = actions.make_link(ada.id, by=SYSTEM, at=clock.now())
    first, second = mailed()
    assert Client().get(first).status_code == 404, "only the latest mail's"
    assert Client().get(printed).status_code == 200
    assert Client().get(second).status_code == 200


def test_who_is_invited_gets_a_link_that_signs_in_once(tom: Actor) -> None:
    ada = invite(tom)
    assert ada.state is StaffState.INVITED
    assert not mail.outbox, "the mail goes out with the worker, not within the page"
    (link,) = mailed()
    (message,) = mail.outbox
    assert message.to == [ADA["email"]]
    assert "Your role is adviser" in message.body
    assert queries.link_ends(ada.id) > clock.now() + timedelta(days=2)  # type: ignore[operator]
    browser = Client()
    assert "Welcome, Ada Byron" in browser.get(link).content.decode()
    assert browser.post(link).status_code == 302
    assert browser.post(link).status_code == 410, "it works once"
    assert queries.staff_member(ADA["email"]).state is StaffState.ACTIVE
    assert kinds() == ["staff.added", "signin.link"]
    assert actors() == [tom.id] * 2, "by who invited"


def test_a_second_invitation_takes_the_place_of_the_first(tom: Actor) -> None:
    ada = invite(tom)
    (first,) = mailed()
    invitations.invite_again(ada.id, by=tom)
    _, second = mailed()
    assert Client().get(first).status_code == 404
    assert Client().get(second).status_code == 200
    assert SignInLink.objects.count() == 1


def test_an_invitation_that_is_withdrawn_lets_nobody_in(tom: Actor) -> None:
    ada = invite(tom)
    (link,) = mailed()
    assert invitations.withdraw(ada.id, by=tom, at=clock.now()).state is StaffState.ENDED
    assert Client().post(link).status_code == 410
    assert kinds()[-1] == "staff.closed"
    # Invited once more, the old link is still dead.
    assert invite(tom).id == ada.id
    assert Client().post(link).status_code == 404


def test_one_withdrawn_before_its_mail_is_not_mailed(tom: Actor) -> None:
    invitations.withdraw(invite(tom).id, by=tom, at=clock.now())
    assert mailed() == []


def test_who_has_come_is_not_invited_any_more(tom: Actor) -> None:
    ada = invite(tom)
    Client().post(mailed()[0])
    with pytest.raises(Conflict, match="signed in already"):
        invitations.invite_again(ada.id, by=tom)
    with pytest.raises(Conflict, match="signed in already"):
        invitations.withdraw(ada.id, by=tom, at=clock.now())
    actions.close(ada.id, by=tom, at=clock.now())
    for again in (
        lambda: invitations.invite_again(ada.id, by=tom),
        lambda: actions.close(ada.id, by=tom, at=clock.now()),
    ):
        with pytest.raises(Conflict, match="closed"):
            again()


def test_who_returns_is_invited_as_if_new(tom: Actor) -> None:
    ada = invite(tom)
    Client().post(mailed()[0])
    actions.close(ada.id, by=tom, at=clock.now())
    assert invite(tom).state is StaffState.INVITED


def test_what_is_wrong_with_an_invitation_leaves_nothing(tom: Actor) -> None:
    with pytest.raises(Invalid):
        invitations.invite(role=Role.ADVISER, by=tom, at=clock.now(), **(ADA | {"email": "ada"}))
    with pytest.raises(NotFound):
        invitations.invite_again(999, by=tom)
    assert mailed() == []
    assert kinds() == []


def test_a_lost_phone_ends_everything_that_it_could_open(tom: Actor) -> None:
    ada = with_factors(staff_member(email=ADA["email"]))
    ada.set_password("correct horse battery staple")
    ada.save()
    waiting = actions.make_link(ada.pk, by=SYSTEM, at=clock.now())
    browser = staff_client(account=ada)
    assert browser.get("/either/").status_code == 200
    before = len(kinds())
    member = invitations.replace_lost_factors(ada.pk, by=tom, at=clock.now())
    assert not member.has_second_factor
    assert not Authenticator.objects.filter(user_id=ada.pk).exists()
    assert list(factors.unmatched()) == []
    assert browser.get("/either/").status_code == 302, "signed out"
    assert Client().get(waiting).status_code == 404, "a link that waited is dead"
    ada.refresh_from_db()
    assert not ada.has_usable_password()
    # The app and the recovery codes, each taken away by who did it and not by Ada.
    assert kinds()[before:] == ["second-factor.removed"] * 2
    assert actors()[before:] == [tom.id] * 2
    (link,) = mailed()
    assert "recovery codes" in str(mail.outbox[0].body)
    again = Client()
    again.post(link)
    assert again.get("/console/")["Location"].startswith("/accounts/second-factor/")


def test_nobody_resets_their_own_second_step(tom: Actor) -> None:
    account = with_factors(Account.objects.get(pk=int(tom.id)))
    with pytest.raises(Refused, match="somebody else"):
        invitations.replace_lost_factors(account.pk, by=tom, at=clock.now())
    assert queries.has_second_factor(account)
    # An operator at the server may: whoever has the server has the instance.
    invitations.replace_lost_factors(account.pk, by=SYSTEM, at=clock.now())
    assert not queries.has_second_factor(account)


def test_a_reset_without_anything_to_reset_is_refused(tom: Actor) -> None:
    ada = staff_member()
    with pytest.raises(Conflict, match="no second step"):
        invitations.replace_lost_factors(ada.pk, by=tom, at=clock.now())
    customer = actions.customer_account(4711, at=clock.now())
    with pytest.raises(Conflict, match="customer"):
        invitations.replace_lost_factors(customer.pk, by=tom, at=clock.now())
    assert mailed() == []


def test_a_made_up_factor_goes_with_a_reset(tom: Actor) -> None:
    ada = with_factors(staff_member())
    Authenticator._base_manager.bulk_create(
        [Authenticator(user=ada, type="webauthn", data={"credential": {}})]
    )
    invitations.replace_lost_factors(ada.pk, by=tom, at=clock.now())
    assert not Authenticator._base_manager.filter(user_id=ada.pk).exists()


def test_staff_are_found_by_any_part_of_name_or_address_whatever_the_case() -> None:
    for email, name in (("e.odegard@staff.example", "Élise Ødegård"), (ADA["email"], "Ada Byron")):
        account = staff_member(email=email)
        account.name = name
        account.save()
    for search, found in (
        ("élise", ["Élise Ødegård"]),
        ("ØDEGÅRD", ["Élise Ødegård"]),
        ("ada@", ["Ada Byron"]),
        ("", ["Ada Byron", "Élise Ødegård"]),
        ("nobody", []),
    ):
        members, total = queries.staff_page(search)
        assert [member.name for member in members] == found, search
        assert total == len(found)


def test_a_long_list_comes_in_pages_and_those_who_are_gone_come_last() -> None:
    for number in range(52):
        account = staff_member(email=f"{number:02}@staff.example")
        account.name = f"Clerk {number:02}"
        account.closed_at = clock.now() if number == 0 else None
        account.save()
    first, total = queries.staff_page()
    assert (len(first), total) == (50, 52)
    second, _ = queries.staff_page(start=50)
    assert [member.name for member in second] == ["Clerk 51", "Clerk 00"]
