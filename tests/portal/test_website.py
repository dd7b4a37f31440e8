"""What a browser chose on the website, made one's own; and what a browser says by itself."""

from __future__ import annotations

import pytest

from aboveboard.basics import clock
from aboveboard.basics.actor import CUSTOMER
from aboveboard.choices.actions import choose
from aboveboard.choices.queries import consent_state, history
from aboveboard.choices.state import ChoiceAnswer
from aboveboard.promise.queries import in_force
from aboveboard.website.actions import record
from aboveboard.website.asked import revision_of
from aboveboard.website.visit import Visit
from tests.pages import words
from tests.portal.conftest import Someone

pytestmark = pytest.mark.django_db

VISITOR = "0123456789abcdef" * 2
PAGE = "/you/website/"


def chose(answers: dict[str, bool]) -> int:
    """A visitor's answers, kept; the number of the row."""
    adopted = in_force()
    visit = Visit(
        visitor=VISITOR,
        promise=adopted.serial,
        revision=revision_of(adopted.promise),
        language="en",
        how="each",
        gpc=False,
        answers=answers,
        work="",
    )
    return record(visit, site="https://shop.example", at=clock.now())


def said(person_id: int) -> dict[str, tuple[str, str]]:
    """What a person has said, newest last: answer and evidence, by purpose."""
    return {
        choice.purpose: (choice.answer.value, choice.evidence)
        for choice in reversed(history(person_id))
    }


def test_what_was_chosen_on_the_website_is_theirs_once_they_say_so(jon: Someone) -> None:
    row = chose({"measure-visits": True, "personal-offers": False})
    # By a form of the website: the number stands in no address.
    answer = jon.browser.post("/banner/mine", {"id": VISITOR}, HTTP_ORIGIN="https://shop.example")
    assert (answer.status_code, answer["Location"]) == (302, PAGE)
    page = jon.browser.get(PAGE)
    assert "This browser chose on https://shop.example" in words(page)
    assert VISITOR not in page.content.decode()
    assert said(jon.id) == {}
    # They changed their mind on the website meanwhile: what the page did not show is not taken.
    newer = chose({"measure-visits": False, "personal-offers": False})
    shown = ["measure-visits:yes", "personal-offers:no"]
    answer = jon.browser.post(PAGE, {"answer": "yes", "shown": shown})
    assert answer["Location"] == "/you/choices/"
    assert said(jon.id) == {"personal-offers": ("no", f"website:{newer}")}
    assert newer != row
    # It is forgotten here afterwards, and comes to nothing without the form.
    assert "There is nothing to take over." in words(jon.browser.get(PAGE))
    jon.browser.post(PAGE, {"answer": "yes", "shown": ["measure-visits:no"]})
    assert len(history(jon.id)) == 1


def test_whoever_says_that_it_was_not_they_takes_nothing(jon: Someone) -> None:
    chose({"measure-visits": True, "personal-offers": True})
    jon.browser.post("/banner/mine", {"id": VISITOR})
    shown = ["measure-visits:yes", "personal-offers:yes"]
    jon.browser.post(PAGE, {"answer": "no", "shown": shown})
    assert said(jon.id) == {}
    for wrong in ("", "x", VISITOR.upper(), "f" * 32):
        jon.browser.post("/banner/mine", {"id": wrong})
        assert "There is nothing to take over." in words(jon.browser.get(PAGE))
    # A cookie of one's own making is none of ours.
    jon.browser.cookies["aboveboard-visitor"] = f"{VISITOR}:x:y"
    assert "There is nothing to take over." in words(jon.browser.get(PAGE))


def test_a_browsers_signal_is_an_objection_once_and_their_own_word_goes_before_it(
    jon: Someone,
) -> None:
    def answer() -> ChoiceAnswer | None:
        return consent_state(jon.id).answer("personal-offers")

    def say(word: ChoiceAnswer) -> None:
        choose(
            jon.id,
            "personal-offers",
            word,
            channel="portal",
            evidence="portal:1",
            by=CUSTOMER,
            at=clock.now(),
        )

    say(ChoiceAnswer.YES)
    for other in ("0", "true", "1, 1", " ", "?1"):
        jon.browser.get("/you/", HTTP_SEC_GPC=other)
    assert answer() is ChoiceAnswer.YES
    page = jon.browser.get("/you/choices/", HTTP_SEC_GPC="1")
    assert said(jon.id) == {"personal-offers": ("no", "gpc")}
    assert "Your browser says no for you (Global Privacy Control)" in words(page)
    jon.browser.get("/you/", HTTP_SEC_GPC="1")
    assert len(history(jon.id)) == 2
    # Knowing of it, they say yes all the same: that stands.
    say(ChoiceAnswer.YES)
    jon.browser.get("/you/", HTTP_SEC_GPC="1")
    assert answer() is ChoiceAnswer.YES
    assert "measure-visits" not in said(jon.id)
