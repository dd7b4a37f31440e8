"""``/you/who-may-look/``: keeping a team out, choosing a shorter time, and taking both back."""

from __future__ import annotations

import pytest

from aboveboard.access.actions import use
from aboveboard.access.emergency.actions import break_glass
from aboveboard.access.emergency.reasons import EmergencyGround
from aboveboard.access.use import Subject, UseRequest
from aboveboard.basics import clock
from aboveboard.choices import queries
from tests.pages import words
from tests.portal.conftest import Someone
from tests.world import ADVISER

pytestmark = pytest.mark.django_db
PAGE = "/you/who-may-look/"


@pytest.mark.django_db(transaction=True)
def test_a_team_that_is_kept_out_is_refused_and_seen_and_an_emergency_opens_it(
    jon: Someone,
) -> None:
    def reasons() -> set[str]:
        subject = Subject(jon.id)
        asked = UseRequest(ADVISER, "answer-contact", ("first_name",), "phone", subject)
        return {reason.code.value for reason in use(asked, at=clock.now()).reasons}

    assert reasons() == set()
    page = words(jon.browser.get(PAGE))
    assert "The team Leeds shop" in page, "they know it, because it looked"
    kept = {"kind": "team", "name": "Leeds shop", "out": "1"}
    assert "Saved" in words(jon.browser.post(PAGE, kept, follow=True))
    assert reasons() == {"kept_out_by_person"}
    assert "You keep them out." in words(jon.browser.get("/you/who-has-looked/"))
    email = Subject(kind="email", value=jon.row["email"])
    opened = break_glass(
        email, ("first_name",), EmergencyGround.LIFE_IN_DANGER, by=ADVISER, at=clock.now()
    )
    assert opened.allowed, "a life is worth more"
    assert "emergency" in words(jon.browser.get("/you/who-has-looked/")).lower()
    assert "Somebody you keep out looked in an emergency" in words(jon.browser.get("/you/"))
    jon.browser.post(PAGE, {"kind": "team", "name": "Leeds shop", "in": "1"})
    assert reasons() == set()


def test_a_shorter_time_is_chosen_changed_and_taken_back(jon: Someone) -> None:
    def chosen() -> list[str]:
        return [str(each) for each in queries.consent_state(jon.id).boundaries.shorter.values()]

    for keep, expected in (("P6M", ["P6M"]), ("P1Y", ["P1Y"]), ("", [])):
        sent = {"kind": "keep", "name": "personal-offers", "keep": keep}
        assert jon.browser.post(PAGE, sent).status_code == 302
        assert chosen() == expected
    assert "P6M" not in words(jon.browser.get("/you/choices/")), "it is no answer to a purpose"


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"kind": "role", "name": "pirate", "out": "1"},
        {"kind": "keep", "name": "tax-accounts", "keep": "P1M"},
        {"kind": "keep", "name": "personal-offers", "keep": "P9Y"},
    ],
)
def test_what_the_page_does_not_offer_changes_nothing(jon: Someone, sent: dict[str, str]) -> None:
    answer = jon.browser.post(PAGE, sent)
    assert answer.status_code == 422
    assert "Nothing was changed" in words(answer)
    assert not queries.history(jon.id)
