"""Who may say yes: every word that was said before, everyone who says something now, and everyone
who then uses the data, through the pages and the API as each of them would.

Ada is the customer; Ann and Ben are advisers; the web shop and the mailer are clients.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import pytest
from django.test import Client

from aboveboard.accounts.clients import tokens
from aboveboard.basics import clock
from aboveboard.basics.actor import Role
from aboveboard.choices import queries as choices
from aboveboard.choices.models import Choice
from aboveboard.ledger.models import Entry
from aboveboard.promise.queries import in_force
from tests.accounts.people import customer_client, service_client, staff_client, staff_member
from tests.pages import words
from tests.world import load

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.slow,
    pytest.mark.one_database("the rule of decisions; tests/choices asks its rows on both"),
]
OFFERS: Final = "personal-offers"
EVERYONE: Final = frozenset({"ann", "ben", "shop", "mailer"})
NOBODY: Final[frozenset[str]] = frozenset()


def but(*who: str) -> frozenset[str]:
    return EVERYONE - set(who)


# Who may use the data after each word. What is not in a row is as `says yes` of nobody: NOBODY.
Says = tuple[str, str]
MATRIX: Final[dict[tuple[Says, ...], dict[str, frozenset[str]]]] = {
    (): {
        "": NOBODY,
        "ada": EVERYONE,
        "ann": but("ann"),
        "ben": but("ben"),
        "shop": but("shop"),
        "mailer": but("mailer"),
    },
    (("ada", "yes"),): dict.fromkeys(("", "ada", "ann", "ben", "shop", "mailer"), EVERYONE),
    (("ada", "no"),): {"ada": EVERYONE},
    (("ada", "yes"), ("ada", "no")): {"ada": EVERYONE},
    # Somebody else's no after her own changes nothing about her own.
    (("ada", "no"), ("ann", "no")): {"ada": EVERYONE},
    # A no that others recorded is no word of her own hand.
    (("ann", "no"),): {
        "ada": EVERYONE,
        "ann": but("ann"),
        "ben": but("ben"),
        "shop": but("shop"),
        "mailer": but("mailer"),
    },
    (("shop", "yes"),): {
        "": but("shop"),
        "ada": EVERYONE,
        "ann": EVERYONE,
        "ben": EVERYONE,
        "shop": but("shop"),
        "mailer": EVERYONE,
    },
    # A no takes back what was recorded before it: the next yes stands alone again.
    (("shop", "yes"), ("mailer", "no")): {
        "ada": EVERYONE,
        "ann": but("ann"),
        "ben": but("ben"),
        "shop": but("shop"),
        "mailer": but("mailer"),
    },
    # Her own no after somebody else's is her own.
    (("ann", "no"), ("ada", "no")): {"ada": EVERYONE},
    # A yes waits: an adviser who recorded none of them confirms it, and a client never does.
    (("ada", "no"), ("ben", "yes")): {"ada": EVERYONE, "ann": EVERYONE},
    (("ada", "no"), ("shop", "yes")): {"ada": EVERYONE, "ann": EVERYONE, "ben": EVERYONE},
    (("ada", "no"), ("ben", "yes"), ("shop", "yes")): {"ada": EVERYONE, "ann": EVERYONE},
    # A no ends the waiting, whoever brings it.
    (("ada", "no"), ("ben", "yes"), ("mailer", "no")): {"ada": EVERYONE},
    (("ada", "no"), ("ben", "yes"), ("ada", "no")): {"ada": EVERYONE},
    # Once confirmed it is her word, and somebody else's no is as somebody else's.
    (("ada", "no"), ("ben", "yes"), ("ann", "yes")): dict.fromkeys(
        ("", "ada", "ann", "ben", "shop", "mailer"), EVERYONE
    ),
    (("ada", "no"), ("ben", "yes"), ("ann", "yes"), ("shop", "no")): {
        "ada": EVERYONE,
        "ann": but("ann"),
        "ben": but("ben"),
        "shop": but("shop"),
        "mailer": but("mailer"),
    },
}


@dataclass(slots=True)
class House:
    """Everyone, and the people whom they speak about, one for each try."""

    people: list[tuple[int, dict[str, str]]]
    advisers: dict[str, Client]
    tokens: dict[str, str]

    def say(self, who: str, answer: str, number: int) -> None:
        """Let somebody record a word about a customer, where they do that."""
        person, row = self.people[number]
        if who == "ada":
            # Her page keeps one answer once: what she says again it need not record.
            page = customer_client(person).post(f"/you/choices/{OFFERS}/", {"answer": answer})
            assert page.status_code == 302, page.content
        elif who in self.advisers:
            asked = {"who": row["email"], "channel": "phone", "fields_wanted": ["email"]}
            found = self.advisers[who].post("/console/people/answer-contact/", asked)
            note = {"note": found.context["note"], "purpose": OFFERS, "answer": answer}
            page = self.advisers[who].post(
                "/console/people/choice/", note | {"evidence": "made/up"}
            )
            assert page.status_code == 200, page.content
        else:
            body = {
                "person": {"kind": "email", "value": row["email"]},
                "purpose": OFFERS,
                "answer": answer,
                "channel": "shop",
                "evidence": "form:1",
            }
            assert self.post(who, "choices", body).status_code == 201

    def post(self, who: str, path: str, body: dict[str, Any]) -> Any:
        """Send what a client sends."""
        return Client().post(
            f"/api/v1/{path}",
            json.dumps(body),
            content_type="application/json",
            headers={"Authorization": f"Bearer {self.tokens[who]}"},
        )

    def may_use(self, number: int) -> frozenset[str]:
        """Let everyone ask for the data, and return who got it."""
        _, row = self.people[number]
        given = set()
        for who, browser in self.advisers.items():
            asked = {"who": row["email"], "channel": "phone", "fields_wanted": ["first_name"]}
            page = browser.post(f"/console/people/{OFFERS}/", asked)
            if page.status_code == 200 and row["first_name"] in page.content.decode():
                given.add(who)
        for who in self.tokens:
            body = {
                "person": {"kind": "email", "value": row["email"]},
                "purpose": OFFERS,
                "fields": ["first_name"],
                "channel": "shop",
            }
            answer = self.post(who, "uses", body)
            if answer.status_code == 200:
                assert answer.json()["values"] == {"first_name": row["first_name"]}
                given.add(who)
        return frozenset(given)


@pytest.fixture
def house() -> House:
    people = load(12)
    members = {name: staff_member(email=f"{name}@staff.example") for name in ("ann", "ben")}
    known = {}
    for name in ("shop", "mailer"):
        row, _ = service_client(
            name=name,
            role="offers-service",
            purposes=[OFFERS],
            choices=[OFFERS],
            channels=list(in_force().promise.channels),
        )
        known[name] = tokens.issue(row, at=clock.now())
    return House(
        people, {name: staff_client(account=member) for name, member in members.items()}, known
    )


@pytest.mark.parametrize(
    "before", MATRIX, ids=lambda before: ", ".join(" ".join(word) for word in before) or "nothing"
)
def test_nobody_uses_a_yes_of_their_own_and_none_overrules_a_no(
    before: Sequence[Says], house: House
) -> None:
    wrong = {}
    for number, now in enumerate(("", "ada", "ann", "ben", "shop", "mailer")):
        for who, answer in before:
            house.say(who, answer, number)
        if now:
            house.say(now, "yes", number)
        given, right = house.may_use(number), MATRIX[tuple(before)].get(now, NOBODY)
        if given != right:
            wrong[now] = f"{sorted(given)} and not {sorted(right)}"
    assert not wrong


@pytest.mark.parametrize("who", ["ada", "ann", "ben", "shop", "mailer"])
def test_a_no_is_taken_from_anyone_and_counts_at_once(who: str, house: House) -> None:
    house.say("ada", "yes", 0)
    assert house.may_use(0) == EVERYONE
    house.say(who, "no", 0)
    assert house.may_use(0) == NOBODY


def test_a_client_that_may_use_may_not_record_a_yes_and_may_bring_a_no(house: House) -> None:
    row, _ = service_client(
        name="till", role="offers-service", purposes=[OFFERS], channels=["shop"]
    )
    house.tokens["till"] = tokens.issue(row, at=clock.now())
    body = {
        "person": {"kind": "email", "value": house.people[0][1]["email"]},
        "purpose": OFFERS,
        "channel": "phone",
        "evidence": "form:1",
    }
    refused = house.post("till", "choices", body | {"answer": "yes"})
    assert (refused.status_code, refused.json()["code"]) == (403, "refused")
    assert not Choice.objects.exists()
    assert house.post("till", "choices", body | {"answer": "no"}).status_code == 201


def test_a_yes_that_waits_is_shown_to_the_person_who_has_the_last_word(house: House) -> None:
    person, _ = house.people[0]
    house.say("ada", "no", 0)
    house.say("shop", "yes", 0)
    hers = customer_client(person)
    assert "Did you say yes to this?" in words(hers.get("/you/"))
    assert "You had said no yourself, so it does not count." in words(hers.get("/you/choices/"))
    kinds = Entry.objects.filter(kind__startswith="choice.").order_by("id")
    assert [entry.kind for entry in kinds] == ["choice.made", "choice.waits"]
    receipt = choices.receipt_of(choices.history(person)[0])
    assert receipt.waits
    house.say("ada", "no", 0)  # said again, it ends the waiting
    assert "Did you say yes to this?" not in words(hers.get("/you/"))
    assert not choices.consent_state(person).waiting
    house.say("ada", "yes", 0)
    assert house.may_use(0) == EVERYONE


def test_a_colleague_confirms_a_yes_and_who_recorded_it_cannot(house: House) -> None:
    house.say("ada", "no", 0)
    house.say("ben", "yes", 0)
    ann, ben = house.advisers["ann"], house.advisers["ben"]
    page = "/console/people/choices-to-confirm/"
    assert "A yes needs a second person" in words(ann.get("/console/"))
    assert "A yes needs a second person" not in words(ben.get("/console/"))
    waiting = Choice.objects.get(waits=True)
    assert "number made/up" in words(ann.get(page))
    assert "made/up" not in words(ben.get(page))
    assert ben.get(f"{page}{waiting.pk}/").status_code == 404
    answered = {"answer": "yes", "evidence": "recording-7"}
    assert ben.post(f"{page}{waiting.pk}/", answered).status_code == 404
    assert ann.post(f"{page}{waiting.pk}/", {"answer": "yes"}).status_code == 422
    assert ann.post(f"{page}{waiting.pk}/", answered).status_code == 302
    assert house.may_use(0) == EVERYONE
    assert ann.get(f"{page}{waiting.pk}/").status_code == 404, "it waits no more"
    for role in (Role.INCIDENT_LEAD, Role.ADMINISTRATOR):
        assert staff_client(role).get(page).status_code == 403


def test_a_colleague_who_hears_no_ends_the_waiting(house: House) -> None:
    house.say("ada", "no", 0)
    house.say("ben", "yes", 0)
    waiting = Choice.objects.get(waits=True)
    address = f"/console/people/choices-to-confirm/{waiting.pk}/"
    answered = {"answer": "no", "evidence": "recording-7"}
    assert house.advisers["ann"].post(address, answered).status_code == 302
    assert not choices.consent_state(house.people[0][0]).waiting
    assert house.may_use(0) == NOBODY
