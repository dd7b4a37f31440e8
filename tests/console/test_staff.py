"""Staff in the console: the list, inviting, one person, and each change of theirs."""

from __future__ import annotations

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client

from aboveboard.accounts import queries
from aboveboard.accounts.models import Account
from aboveboard.accounts.queries import StaffState
from aboveboard.basics.actor import Role
from tests.accounts.people import staff_client, staff_member
from tests.console.asked import refused_to_the_others
from tests.pages import words

pytestmark = pytest.mark.django_db
PAGE = "/console/staff/"
ADA = {
    "email": "ada@staff.example",
    "name": "Ada Byron",
    "role": "adviser",
    "team": "Call centre",
}


@pytest.fixture
def tom() -> Client:
    """The administrator's browser."""
    return staff_client(Role.ADMINISTRATOR)


@pytest.fixture
def ada(tom: Client) -> Account:
    """Somebody who works here, with a second step."""
    account = staff_member(email=ADA["email"])
    account.name = ADA["name"]
    account.last_login = account.created_at
    account.save()
    TOTP.activate(account, generate_totp_secret())
    return account


def state_of(email: str) -> StaffState:
    return queries.staff_member(email).state


def test_who_is_invited_is_in_the_list_and_has_a_page(tom: Client) -> None:
    page = words(tom.post(f"{PAGE}invite/", ADA, follow=True))
    assert "Ada Byron is invited" in page
    assert "Not sent yet" in page
    listed = words(tom.get(PAGE))
    assert "2 people" in listed
    assert "Ada Byron ada@staff.example Adviser Call centre Never not set up invited" in listed


def test_the_list_is_searched(tom: Client, ada: Account) -> None:
    found = words(tom.post(PAGE, {"q": "BYRON"}))
    assert "1 person matches" in found
    assert "The administrator" not in found
    assert "No people match what you asked for" in words(tom.post(PAGE, {"q": "nobody"}))
    assert "The administrator" in words(tom.get(PAGE, {"q": "BYRON"})), "no name in an address"


def test_a_long_list_has_a_next_page(tom: Client) -> None:
    for number in range(50):
        staff_member(email=f"clerk{number}@staff.example")
    assert 'rel="next"' not in tom.post(PAGE, {"q": "clerk"}).content.decode()
    assert "?page=2" in tom.get(PAGE).content.decode()
    assert "Previous" in words(tom.get(PAGE, {"page": "2"}))
    assert tom.get(PAGE, {"page": "3"}).status_code == 404


@pytest.mark.parametrize(
    ("story", "changed", "says"),
    [
        ("no address", {"email": ""}, "Enter their e-mail address."),
        ("what is no address", {"email": "ada"}, "not an e-mail address"),
        ("somebody who is here", {"email": "administrator@staff.example"}, "this address already"),
        ("no name", {"name": " "}, "Enter their name."),
        ("no role", {"role": ""}, "Choose what they do."),
        ("a role that staff do not have", {"role": "customer"}, "valid choice"),
        ("a phone for a team", {"team": "07700 900123"}, "not the name of a team"),
    ],
)
def test_bad_input(story: str, changed: dict[str, str], says: str, tom: Client) -> None:
    answer = tom.post(f"{PAGE}invite/", ADA | changed)
    assert answer.status_code == 422
    assert says in words(answer)
    assert Account.objects.count() == 1


def test_inviting_twice_is_said(tom: Client) -> None:
    assert tom.post(f"{PAGE}invite/", ADA).status_code == 302
    assert "this address already" in words(tom.post(f"{PAGE}invite/", ADA))


def test_an_invitation_is_sent_again_and_withdrawn(tom: Client) -> None:
    tom.post(f"{PAGE}invite/", ADA)
    place = f"{PAGE}{queries.staff_member(ADA['email']).id}/"
    assert tom.post(f"{place}invite-again/").status_code == 302
    asked = words(tom.get(f"{place}withdraw/"))
    assert "stops working at once" in asked
    assert tom.post(f"{place}withdraw/").status_code == 302
    assert state_of(ADA["email"]) is StaffState.ENDED
    assert tom.post(f"{place}withdraw/").status_code == 422, "twice"
    assert tom.post(f"{place}invite-again/").status_code == 422
    assert "invite them again" in words(tom.get(place))


def test_a_role_changes_and_nobody_is_signed_out(tom: Client, ada: Account) -> None:
    browser = staff_client(account=ada)
    place = f"{PAGE}{ada.pk}/role/"
    assert "checked" in tom.get(place).content.decode(), "what they do now is chosen"
    answer = tom.post(place, {"role": "incident-lead", "team": "Security"}, follow=True)
    assert "Incident lead, Security" in words(answer)
    assert browser.get("/console/incidents/").status_code == 200
    assert tom.post(place, {"role": ""}).status_code == 422


def test_ending_access_says_what_happens_and_signs_out(tom: Client, ada: Account) -> None:
    browser = staff_client(account=ada)
    place = f"{PAGE}{ada.pk}/end/"
    asked = words(tom.get(place))
    assert "signed out everywhere at once" in asked
    assert "Clients’ tokens are not theirs" in asked
    assert browser.get("/console/").status_code == 200, "asking ends nothing"
    tom.post(place)
    assert browser.get("/console/").status_code == 302
    assert "ended" in words(tom.get(f"{PAGE}{ada.pk}/"))
    assert "closed already" in words(tom.post(place)), "twice"


def test_the_last_administrator_stays(tom: Client) -> None:
    own = queries.staff_member("administrator@staff.example").id
    for change, answers in (("end", {}), ("role", {"role": "adviser", "team": ""})):
        Account.objects.filter(pk=own).update(last_login=Account.objects.get(pk=own).created_at)
        answer = tom.post(f"{PAGE}{own}/{change}/", answers)
        assert answer.status_code == 422
        assert "last administrator" in words(answer)
    assert tom.get("/console/staff/").status_code == 200


def test_a_lost_phone_is_reset_by_somebody_else(tom: Client, ada: Account) -> None:
    place = f"{PAGE}{ada.pk}/"
    assert "They lost their phone" in words(tom.get(place))
    assert "know that it is them" in words(tom.get(f"{place}lost-phone/"))
    browser = staff_client(account=ada)
    assert tom.post(f"{place}lost-phone/").status_code == 302
    assert browser.get("/console/").status_code == 302
    assert not queries.has_second_factor(ada)
    assert "They lost their phone" not in words(tom.get(place)), "there is nothing to reset"
    assert tom.post(f"{place}lost-phone/").status_code == 422, "twice"


def test_nobody_is_offered_to_reset_their_own(ada: Account) -> None:
    staff_member(Role.ADMINISTRATOR, email="second@staff.example")
    ada.role = Role.ADMINISTRATOR
    ada.save()
    own = staff_client(account=ada)
    page = words(own.get(f"{PAGE}{ada.pk}/"))
    assert "This is you" in page
    assert "They lost their phone" not in page
    answer = own.post(f"{PAGE}{ada.pk}/lost-phone/")
    assert answer.status_code == 422
    assert "somebody else must reset" in words(answer)
    assert queries.has_second_factor(ada)


@pytest.mark.parametrize(
    "address", ["", "invite/", "1/", "1/role/", "1/end/", "1/lost-phone/", "1/withdraw/"]
)
def test_who_may(address: str) -> None:
    assert refused_to_the_others(f"{PAGE}{address}", (Role.ADMINISTRATOR,)) == []


def test_missing(tom: Client, ada: Account) -> None:
    for address in ("999/", "999/end/", f"{ada.pk}/eaten/"):
        assert tom.get(f"{PAGE}{address}").status_code == 404
    assert tom.post(f"{PAGE}999/end/").status_code == 404


def test_wrong_method(tom: Client, ada: Account) -> None:
    assert tom.put(PAGE).status_code == 405
    assert tom.post(f"{PAGE}{ada.pk}/").status_code == 405
