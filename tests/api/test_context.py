"""``POST /api/v1/context``: the card of somebody who is served, the same on every channel, with
nothing on it that the purpose does not allow."""

from __future__ import annotations

from typing import Any

import pytest

from aboveboard.access.queries import use_records
from aboveboard.basics import clock
from aboveboard.basics.actor import CUSTOMER
from aboveboard.choices.actions import choose
from aboveboard.choices.state import ChoiceAnswer
from aboveboard.promise.queries import in_force
from tests.accounts.people import customer_client
from tests.api.programs import program
from tests.api.test_decisions import post
from tests.world import load

pytestmark = pytest.mark.django_db


def say(person_id: int, answer: str, channel: str, contact: str = "") -> None:
    choose(
        person_id, "personal-offers", ChoiceAnswer(answer), channel=channel, evidence="form:1",
        by=CUSTOMER, at=clock.now(), contact=contact,
    )  # fmt: skip


def test_the_card_is_the_same_on_every_channel_and_shows_what_was_said_where() -> None:
    (person, row), (stranger, other), *_ = load(3)
    channels = ["email", "sms", "phone"]
    token = program("desk", "offers-service", "Shops", ["personal-offers"], channels)[1]
    say(person, "yes", "shop")
    say(person, "no", "phone", "phone")
    body: dict[str, Any] = {
        "person": {"kind": "email", "value": row["email"]}, "purpose": "personal-offers",
    }  # fmt: skip
    cards = [
        post(token, "context", body | {"channel": channel}).json() for channel in ("email", "sms")
    ]
    entries = [card.pop("entry") for card in cards]
    assert cards[0] == cards[1]
    card = cards[0]
    purpose = in_force().promise.purposes["personal-offers"]
    assert set(card["values"]) == set(purpose.fields)
    assert card["values"]["first_name"] == row["first_name"]
    may = {each["channel"]: each["may"] for each in card["contact"]}
    assert may == {"email": True, "sms": True, "phone": False}
    said = {each["contact"]: (each["answer"], each["channel"]) for each in card["choices"]}
    assert said == {"": ("yes", "shop"), "phone": ("no", "phone")}
    assert [record.entry_id for record in use_records(person)] == entries[::-1]

    # Fewer fields where fewer will do; nothing at all where the use is refused.
    few = post(token, "context", body | {"channel": "email", "fields": ["first_name"]}).json()
    assert set(few["values"]) == {"first_name"}
    refused = post(token, "context", body | {"channel": "phone"})
    assert (refused.status_code, refused.json()["code"]) == (404, "no_one_found")
    unknown = post(token, "context", body | {"channel": "email", "purpose": "sell"})
    codes = {reason["code"] for reason in unknown.json()["reasons"]}
    assert (unknown.status_code, "purpose_unknown" in codes) == (403, True)
    body["person"] = {"kind": "email", "value": other["email"]}
    assert post(token, "context", body | {"channel": "email"}).status_code == 404
    assert use_records(stranger)[0].reasons == ("no_consent",)


def test_each_item_says_why_it_is_shown_where_it_came_from_and_where_that_is_explained() -> None:
    person, row = next(each for each in load(40) if each[1]["country"] == "FR")
    token = program("desk", "offers-service", "Shops", ["personal-offers"], ["email", "phone"])[1]
    say(person, "yes", "shop")
    say(person, "no", "phone", "phone")
    asked = {
        "person": {"kind": "email", "value": row["email"]}, "purpose": "personal-offers",
        "channel": "email", "fields": ["first_name", "birth_date"],
    }  # fmt: skip
    card = post(token, "context", asked).json()
    held = {key for key, value in card["values"].items() if value is not None}
    assert set(card["why"]) == held >= {"first_name"}
    why = card["why"]["first_name"]
    assert why["reference"] == "personal-offers/first_name"
    assert why["page"].startswith("http")
    assert why["page"].endswith("/you/what-for/#first_name")
    assert "envoyer des offres choisies pour vous" in why["sentence"], "in their language"
    assert row["first_name"] not in why["sentence"]
    contact = {each["channel"]: each["why"] for each in card["contact"]}
    assert contact["email"]["reference"] == "personal-offers/email:may"
    assert contact["phone"]["reference"] == "personal-offers/phone:consent_withdrawn"
    assert contact["phone"]["sentence"] == "Vous avez dit non."
    newest = next(each for each in card["choices"] if each["contact"] == "phone")["why"]
    assert newest["sentence"].startswith("Vous avez dit non le ")
    page = customer_client(person).get("/you/what-for/").content.decode()
    assert 'id="first_name"' in page, "the address leads to the detail"
