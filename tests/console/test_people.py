"""Looking somebody up in the console: what for, who, see just that; and
recording what they chose."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from aboveboard.access.queries import use_records
from aboveboard.basics.actor import Role
from aboveboard.choices import actions as choosing
from aboveboard.choices import queries as choices
from aboveboard.choices.state import ChoiceAnswer
from aboveboard.ledger.models import Entry
from tests.accounts.people import staff_client, staff_member
from tests.world import load

pytestmark = pytest.mark.django_db
PAGE = "/console/people/answer-contact/"


@pytest.fixture
def someone() -> tuple[int, dict[str, str]]:
    return load(5)[0]


@pytest.fixture
def adviser() -> Client:
    return staff_client(Role.ADVISER)


def asked(who: str, **changed: Any) -> dict[str, Any]:
    return {
        "who": who,
        "channel": "phone",
        "fields_wanted": ["first_name", "email"],
        "reference": "call 417",
        **changed,
    }


def test_the_reasons_to_look_are_those_of_the_role(
    adviser: Client, someone: tuple[int, dict[str, str]]
) -> None:
    page = adviser.get("/console/people/").content.decode()
    assert "To answer a customer" in page
    assert "when you contact us" not in page, "the customer's words"
    assert "tax" not in page.lower().split("<main")[1]


@pytest.mark.parametrize("column", ["email", "customer_id"])
def test_an_adviser_sees_what_was_asked_and_the_customer_sees_the_look(
    column: str, adviser: Client, someone: tuple[int, dict[str, str]]
) -> None:
    person, row = someone
    answer = adviser.post(PAGE, asked(row[column]))
    page = answer.content.decode()
    assert answer.status_code == 200
    assert row["first_name"] in page
    assert row["email"] in page
    assert row["card_number"] not in page
    (use,) = use_records(person)
    assert (use.granted, set(use.fields), use.actor.role) == (
        True,
        {"first_name", "email"},
        "adviser",
    )


def test_a_choice_said_on_the_phone_counts_at_once(
    adviser: Client, someone: tuple[int, dict[str, str]]
) -> None:
    person, row = someone
    note = adviser.post(PAGE, asked(row["email"])).context["note"]
    said = {
        "note": note,
        "purpose": "personal-offers",
        "answer": "yes",
        "evidence": "2026-11-22/417",
    }
    assert adviser.post("/console/people/choice/", said).status_code == 200
    (choice,) = choices.history(person)
    assert (choice.answer, choice.channel, choice.evidence) == (
        ChoiceAnswer.YES,
        "phone",
        "phone:2026-11-22/417",
    )


def test_a_choice_sent_twice_is_one_and_sixty_of_an_hour_are_enough(
    adviser: Client, someone: tuple[int, dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(choosing, "RECORDED_AN_HOUR", 1)
    note = adviser.post(PAGE, asked(someone[1]["email"])).context["note"]
    said = {"note": note, "purpose": "personal-offers", "answer": "yes", "evidence": "417"}
    assert "Recorded: yes" in adviser.post("/console/people/choice/", said).content.decode()
    again = adviser.post("/console/people/choice/", said)
    assert "Recorded before: yes" in again.content.decode()
    assert len(choices.history(someone[0])) == 1
    another = adviser.post("/console/people/choice/", said | {"evidence": "418"})
    assert another.status_code == 429


def test_the_form_for_a_choice_is_asked_for_without_blame(
    adviser: Client, someone: tuple[int, dict[str, str]]
) -> None:
    note = adviser.post(PAGE, asked(someone[1]["email"])).context["note"]
    page = adviser.post("/console/people/choice/", {"note": note})
    assert page.status_code == 200
    assert "There is a problem" not in page.content.decode()
    empty = adviser.post("/console/people/choice/", {"note": note, "evidence": ""})
    assert empty.status_code == 422
    assert "Choose what they chose: yes or no." in empty.content.decode()


def test_a_note_of_somebody_else_is_worthless(
    adviser: Client, someone: tuple[int, dict[str, str]]
) -> None:
    note = adviser.post(PAGE, asked(someone[1]["email"])).context["note"]
    other = staff_client(account=staff_member(Role.ADVISER, email="other@staff.example"))
    said = {"note": note, "purpose": "personal-offers", "answer": "yes", "evidence": "1"}
    assert other.post("/console/people/choice/", said).status_code == 409
    assert not choices.history(someone[0])


def test_a_stranger_is_not_found_and_no_name_is_given_away(
    adviser: Client, someone: tuple[int, dict[str, str]]
) -> None:
    answer = adviser.post(PAGE, asked("nobody@example.org"))
    assert answer.status_code == 422
    assert "No matching customer that you may see" in answer.content.decode()
    (entry,) = Entry.objects.filter(kind__startswith="use")
    assert (entry.kind, entry.handle) == ("use.refused", None)


@pytest.mark.parametrize(
    ("story", "changed", "says"),
    [
        ("nobody named", {"who": ""}, "Enter an e-mail address"),
        ("nothing ticked", {"fields_wanted": []}, "Select what you need to see"),
        ("a channel the purpose lacks", {"channel": "carrier-pigeon"}, "valid choice"),
        ("a field the purpose lacks", {"fields_wanted": ["card_number"]}, "valid choice"),
    ],
)
def test_bad_input(
    story: str,
    changed: dict[str, Any],
    says: str,
    adviser: Client,
    someone: tuple[int, dict[str, str]],
) -> None:
    answer = adviser.post(PAGE, asked(someone[1]["email"]) | changed)
    assert answer.status_code == 422
    assert says in answer.content.decode()


def test_ways_that_no_customer_contacts_us_by_are_neither_offered_nor_taken(
    adviser: Client, someone: tuple[int, dict[str, str]]
) -> None:
    page = "/console/people/deliver-orders/"
    offered = adviser.get(page).content.decode().lower()
    assert "in a shop" in offered
    assert "between our programs" not in offered
    assert "in a file" not in offered
    for channel, status in (("shop", 200), ("api", 422), ("export", 422)):
        answer = adviser.post(page, asked(someone[1]["email"], channel=channel))
        assert answer.status_code == status, channel


def test_a_purpose_of_another_role_is_not_there(
    adviser: Client, someone: tuple[int, dict[str, str]]
) -> None:
    assert adviser.get("/console/people/tax-accounts/").status_code == 404
    assert adviser.get("/console/people/no-such-purpose/").status_code == 404


def test_choices_are_recorded_by_post_only(
    adviser: Client, someone: tuple[int, dict[str, str]]
) -> None:
    assert adviser.get("/console/people/choice/").status_code == 405


@pytest.mark.parametrize(
    ("role", "status"),
    [(Role.INCIDENT_LEAD, 403), (Role.ADMINISTRATOR, 403), (Role.PRIVACY_LEAD, 200)],
)
def test_who_may_look(role: Role, status: int, someone: tuple[int, dict[str, str]]) -> None:
    assert staff_client(role).get("/console/people/").status_code == status


def test_signed_out(someone: tuple[int, dict[str, str]]) -> None:
    answer = Client().get(PAGE)
    assert answer.status_code == 302
    assert "/accounts/staff/" in answer["Location"]
