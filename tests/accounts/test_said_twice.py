"""What ends something is said once: repeated, it changes nothing and writes nothing. And an
administrator whom somebody wrote into the table past the program is none."""

from __future__ import annotations

import pytest
from django.test import Client

from aboveboard.accounts import actions
from aboveboard.accounts.clients import actions as clients
from aboveboard.accounts.models import Account
from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM, Role
from aboveboard.basics.errors import Conflict
from aboveboard.ledger.models import Entry
from tests.accounts.conftest import JON
from tests.accounts.people import customer_client, service_client, staff_member

pytestmark = pytest.mark.django_db


def written(kind: str) -> int:
    return Entry.objects.filter(kind=kind).count()


def test_a_client_is_revoked_once() -> None:
    row, _ = service_client()
    first = clients.revoke_client(row.pk, by=SYSTEM, at=clock.now())
    again = clients.revoke_client(row.pk, by=SYSTEM, at=clock.now())
    assert (again, written("client.revoked")) == (first, 1)


def test_an_account_is_closed_once_and_opened_again_may_be_closed_again() -> None:
    ada = staff_member(Role.ADVISER)
    actions.close(ada.pk, by=SYSTEM, at=clock.now())
    with pytest.raises(Conflict):
        actions.close(ada.pk, by=SYSTEM, at=clock.now())
    assert written("staff.closed") == 1
    actions.add_staff(
        email=ada.email, name="Ada", team="", role=Role.ADVISER, by=SYSTEM, at=clock.now()
    )
    actions.close(ada.pk, by=SYSTEM, at=clock.now())
    assert written("staff.closed") == 2


def test_a_role_that_somebody_has_already_is_no_change() -> None:
    ada = staff_member(Role.ADVISER, team="Shops")
    for team in (None, "Shops", "Marketing", "Marketing"):
        actions.change_role(ada.pk, role=Role.ADVISER, team=team, by=SYSTEM, at=clock.now())
    assert written("staff.changed") == 1


def test_an_administrator_written_past_the_program_is_nobody_who_is_left() -> None:
    ada = staff_member(Role.ADMINISTRATOR)
    made_up = staff_member(Role.ADVISER, email="mo@staff.example")
    Account._base_manager.filter(pk=made_up.pk).update(role=Role.ADMINISTRATOR)
    with pytest.raises(Conflict, match="last administrator"):
        actions.close(ada.pk, by=SYSTEM, at=clock.now())
    with pytest.raises(Conflict, match="last administrator"):
        actions.change_role(ada.pk, role=Role.ADVISER, by=SYSTEM, at=clock.now())


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "sign in again with a new code"), ("fr", "reconnectez-vous"), ("de", "wieder an")],
)
def test_who_has_no_password_is_told_how_to_prove_it(language: str, words: str) -> None:
    """allauth said that the page was for someone else."""
    browser: Client = customer_client(JON)
    page = browser.get("/accounts/reauthenticate/", headers={"accept-language": language})
    assert page.status_code == 403
    assert words in page.content.decode()
    assert 'type="password"' not in page.content.decode()
