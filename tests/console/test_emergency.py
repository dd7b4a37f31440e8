"""Emergencies in the console: asking, seeing, showing again; and the privacy lead's review."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from aboveboard.access.models import EmergencyUse
from aboveboard.basics.actor import Role
from tests.accounts.people import customer_client, staff_client
from tests.pages import words
from tests.world import load

pytestmark = pytest.mark.django_db
PAGE = "/console/emergency/"
REVIEWS = "/console/emergencies/"


@pytest.fixture
def someone() -> tuple[int, dict[str, str]]:
    return load(3)[0]


@pytest.fixture
def adviser(someone: Any) -> Client:
    return staff_client(Role.ADVISER)


def asked(who: str, **changed: Any) -> dict[str, Any]:
    return {
        "why": "life-in-danger",
        "who": who,
        "fields_wanted": ["phone"],
        "reference": "112/7",
        "words": "She fell.",
    } | changed


def test_it_says_what_happens_shows_just_that_and_shows_it_again(
    adviser: Client, someone: Any
) -> None:
    page = adviser.get(PAGE).content.decode()
    assert "for 15 minutes" in page
    answer = adviser.post(PAGE, asked(someone[1]["email"]))
    text = answer.content.decode()
    assert answer.status_code == 200
    assert someone[1]["phone"] in text
    assert someone[1]["last_name"] not in text
    number = EmergencyUse.objects.get().pk
    again = adviser.get(f"{PAGE}{number}/").content.decode()
    assert someone[1]["phone"] not in again
    assert someone[1]["phone"] in adviser.post(f"{PAGE}{number}/").content.decode()


def test_when_its_time_is_over_it_says_so(adviser: Client, someone: Any) -> None:
    adviser.post(PAGE, asked(someone[1]["email"]))
    record = EmergencyUse.objects.get()
    EmergencyUse.objects.update(until=record.until - timedelta(hours=1))
    assert "The time is up" in words(adviser.get(f"{PAGE}{record.pk}/"))
    answer = adviser.post(f"{PAGE}{record.pk}/")
    assert answer.status_code == 403
    assert someone[1]["phone"] not in answer.content.decode()


@pytest.mark.parametrize(
    ("story", "changed", "says"),
    [
        ("nothing at risk", {"why": ""}, "Choose what is at risk."),
        ("nobody named", {"who": ""}, "Enter an e-mail address"),
        ("nobody is known by it", {"who": "nobody@example.org"}, "No matching customer"),
        ("nothing ticked", {"fields_wanted": []}, "Select what you need to see"),
        ("a field it does not open", {"fields_wanted": ["card_number"]}, "valid choice"),
        ("no word of what happened", {"words": " "}, "Say in a sentence"),
        ("a name for a reference", {"reference": "Jon Smith"}, "letters, numbers"),
    ],
)
def test_bad_input(
    story: str, changed: dict[str, Any], says: str, adviser: Client, someone: Any
) -> None:
    answer = adviser.post(PAGE, asked(someone[1]["email"]) | changed)
    assert answer.status_code == 422
    assert says in answer.content.decode()


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.INCIDENT_LEAD, Role.PRIVACY_LEAD])
def test_roles_that_the_promise_does_not_name_find_no_such_page(role: Role, someone: Any) -> None:
    assert staff_client(role).get(PAGE).status_code == 404


def test_another_members_look_is_not_there(adviser: Client, someone: Any) -> None:
    adviser.post(PAGE, asked(someone[1]["email"]))
    assert (
        staff_client(Role.PRIVACY_LEAD).get(f"{PAGE}{EmergencyUse.objects.get().pk}/").status_code
        == 404
    )


def test_the_fourth_of_a_day_is_refused_with_the_reason(adviser: Client, someone: Any) -> None:
    for _ in range(3):
        assert adviser.post(PAGE, asked(someone[1]["email"])).status_code == 200
    answer = adviser.post(PAGE, asked(someone[1]["email"]))
    assert answer.status_code == 403
    assert "daily limit for emergency access" in answer.content.decode()


def test_the_privacy_lead_sees_it_at_once_and_reviews_it(adviser: Client, someone: Any) -> None:
    lead = staff_client(Role.PRIVACY_LEAD)
    assert "Review it" not in words(lead.get("/console/"))
    adviser.post(PAGE, asked(someone[1]["email"]))
    assert "1 emergency access to review" in words(lead.get("/console/"))
    number = EmergencyUse.objects.get().pk
    page = lead.get(f"{REVIEWS}{number}/").content.decode()
    assert "She fell." not in page
    assert "She fell." in words(lead.post(f"{REVIEWS}{number}/read/"))
    assert someone[1]["phone"] not in page
    assert lead.post(f"{REVIEWS}{number}/", {}).status_code == 422
    done = lead.post(
        f"{REVIEWS}{number}/", {"verdict": "not-justified"}, follow=True
    ).content.decode()
    assert "This may be a personal data breach" in done
    assert "Nothing to review" in words(lead.get(REVIEWS))


def test_an_overdue_review_is_said_to_be(adviser: Client, someone: Any) -> None:
    adviser.post(PAGE, asked(someone[1]["email"]))
    EmergencyUse.objects.update(review_due=EmergencyUse.objects.get().at - timedelta(hours=1))
    lead = staff_client(Role.PRIVACY_LEAD)
    assert "1 is overdue" in words(lead.get("/console/"))
    assert "overdue" in lead.get(REVIEWS).content.decode()


@pytest.mark.parametrize(
    ("language", "says"),
    [
        ("en", "Emergency: someone’s life or health was in danger."),
        ("fr", "Urgence\N{NO-BREAK SPACE}: une vie ou la santé de quelqu’un était en danger."),
        ("de", "Notfall: Leben oder Gesundheit eines Menschen waren in Gefahr."),
    ],
)
def test_the_customer_sees_it_at_once_in_their_language(
    language: str, says: str, adviser: Client, someone: Any
) -> None:
    from aboveboard.vault.models import Person

    person, row = someone
    Person.objects.filter(id=person).update(language=language)
    adviser.post(PAGE, asked(row["email"]))
    assert says in customer_client(person).get("/you/who-has-looked/").content.decode()


@pytest.mark.parametrize(
    ("role", "status"), [(Role.ADVISER, 403), (Role.INCIDENT_LEAD, 403), (Role.ADMINISTRATOR, 403)]
)
def test_only_the_privacy_lead_reviews(role: Role, status: int, someone: Any) -> None:
    assert staff_client(role).get(REVIEWS).status_code == status


def test_signed_out(someone: Any) -> None:
    for address in (PAGE, f"{PAGE}1/", REVIEWS, f"{REVIEWS}1/"):
        assert Client().get(address).status_code == 302
