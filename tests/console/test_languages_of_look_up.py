"""The pages on which customers are looked up, in French and German: words, reasons and dates; and
no page half in one language and half in another."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.utils import translation

from aboveboard.access import reasons
from aboveboard.access.use import UseRequest
from aboveboard.basics.actor import Actor, ActorKind, Role
from aboveboard.choices import queries as choices
from aboveboard.console.people import reason_in_words
from aboveboard.law import bases
from aboveboard.promise.model import LawfulBasis
from aboveboard.promise.queries import in_force
from tests.accounts.people import staff_client
from tests.pages import words
from tests.world import adopt, load

pytestmark = pytest.mark.django_db
PAGE = "/console/people/answer-contact/"
SAID = {
    "fr": ("Pourquoi devez-vous rechercher", "Personnes", "Collecté le", "personne", "Rectifier"),
    "de": (
        "Warum müssen Sie eine Person",
        "Personen",
        "Erhoben am",
        "Person",
        "Angabe berichtigen",
    ),
}


@pytest.mark.parametrize("language", SAID)
def test_an_adviser_looks_somebody_up_in_their_language(language: str) -> None:
    person, row = load(5)[0]
    adviser = staff_client(Role.ADVISER)
    adviser.get(f"/language/{language}/")
    why, people, collected, pill, correct = SAID[language]
    page = adviser.get("/console/people/")
    assert f'<html lang="{language}"' in page.content.decode()
    assert why in words(page)
    assert people in words(page), "the navigation too"
    assert pill in words(page), "a lawful basis, in the words of staff"
    assert f"/language/en/?next={page.request['PATH_INFO']}" in page.content.decode()
    asked = {"who": row["email"], "channel": "phone", "fields_wanted": ["first_name", "email"]}
    shown = adviser.post(PAGE, asked)
    assert row["email"] in words(shown)
    assert collected in words(shown)
    assert "/language/" not in shown.content.decode(), "a link would lose what was shown"
    note = {"note": shown.context["note"]}
    assert correct in words(adviser.post("/console/people/correct/", note))
    said = {"purpose": "personal-offers", "answer": "yes", "evidence": "417"}
    assert adviser.post("/console/people/choice/", note | said).status_code == 200
    assert len(choices.history(person)) == 1
    missed = adviser.post(PAGE, asked | {"who": "nobody@example.org"})
    assert missed.status_code == 422
    assert "No matching" not in words(missed)
    # English again where the words have no translation, and the whole page is.
    assert '<html lang="en"' in adviser.get("/console/").content.decode()


def test_each_reason_is_said_in_each_language_with_the_name_of_its_field() -> None:
    adopt()
    asked = UseRequest(
        Actor(ActorKind.STAFF, "1", Role.ADVISER, ""), "answer-contact", ("email",), "phone"
    )
    for language in ("en", *SAID):
        with translation.override(language):
            promise = in_force().promise.in_language(language)
            for code in reasons.ReasonCode:
                details = {"purpose": asked.purpose, "role": Role.ADVISER, "channel": "phone"}
                reason = reasons.reason(code, "email", **details)
                sentence = reason_in_words(promise, asked, reason)
                assert not re.search(r"[{}]", sentence)
                assert (sentence == reason.sentence) <= (language == "en"), sentence


def test_staff_are_not_told_of_their_own_contract() -> None:
    for basis in LawfulBasis:
        for language, own in (("en", r"\byour?\b"), ("fr", r"\bvo(us|tre|s)\b"), ("de", r"\bIhr")):
            assert not re.search(own, bases.lawful_bases()[basis].say_to_staff(language))


def test_a_page_that_cannot_be_shown_is_in_one_language(client: Client) -> None:
    load(1)
    adviser = staff_client(Role.ADVISER)
    adviser.get("/language/de/")
    nobody = adviser.get("/console/people/nothing/")
    assert nobody.status_code == 404
    assert '<html lang="de"' in nobody.content.decode()
