"""Mailed codes: counted for each mailbox however it is spelled, and judged one by one however many
come at once."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from functools import partial

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client

from aboveboard.accounts import actions, code_tries, limits
from aboveboard.accounts.links import LinkState
from aboveboard.accounts.models import SignInCode
from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM
from tests.accounts.conftest import JON_MAIL
from tests.accounts.people import mailed_code, staff_member
from tests.concurrency.crew import at_once

LOGIN, CODE = "/accounts/login/", "/accounts/login/code/confirm/"
SPELLINGS = [
    "jon24@adventure-works.com",
    "JON24@ADVENTURE-WORKS.COM",
    "jon24@ａdventure-works.com",
    "jon24@aｄventure-works.com",
    "jon24@ａｄventure-works.com",
    "jon24@adventure-works.com.",
    " jon24@adventure-works.com",
    "mailto:jon24@adventure-works.com",
    "<jon24@adventure-works.com>",
    "Jon <jon24@adventure-works.com>",
    "'jon24@adventure-works.com'",
    "\u200bjon24@adventure-works.com",
    "jon24@adventure\u2011works.com",
    "jon24@adventure-works。com",
]


@pytest.mark.django_db
def test_a_mailbox_gets_three_codes_a_minute_in_whatever_spelling() -> None:
    answers = [Client().post(LOGIN, {"login": typed}).status_code for typed in SPELLINGS]
    assert len(mail.outbox) == 3
    assert {tuple(message.to) for message in mail.outbox} == {(JON_MAIL,)}
    assert Counter(answers)[429] >= len(SPELLINGS) - 4


@pytest.mark.django_db
def test_a_code_that_is_sent_again_counts_as_one_more() -> None:
    first, second = Client(), Client()
    for browser in (first, second):
        browser.post(LOGIN, {"login": JON_MAIL})
    assert first.post(CODE, {"action": "resend"}).status_code == 302
    assert second.post(CODE, {"action": "resend"}).status_code == 429
    assert len(mail.outbox) == 3


@pytest.mark.django_db
def test_a_code_sent_again_has_tries_of_its_own(client: Client) -> None:
    client.post(LOGIN, {"login": JON_MAIL})
    for _ in range(limits.SIGN_IN_CODE_TRIES - 1):
        client.post(CODE, {"code": "0000-0000"})
    client.post(CODE, {"action": "resend"})
    assert client.post(CODE, {"code": "0000-0000"}).status_code == 200
    assert client.post(CODE, {"code": mailed_code()})["Location"] == "/you/"


@pytest.mark.django_db
def test_reading_the_page_costs_no_try(client: Client) -> None:
    client.post(LOGIN, {"login": JON_MAIL})
    for _ in range(10):
        assert client.get(CODE).status_code == 200
    assert SignInCode.objects.get().tries == 0


@pytest.mark.django_db
def test_a_row_of_tries_says_nothing_and_goes_when_its_time_is_over(client: Client) -> None:
    client.post(LOGIN, {"login": JON_MAIL})
    row = SignInCode.objects.values().get()
    assert set(row) == {"key", "tries", "expires_at", "used_at"}
    assert code_tries.sweep(at=clock.now()) == 0
    assert code_tries.sweep(at=clock.now() + limits.SIGN_IN_CODE_LIFE) == 1


@pytest.mark.django_db
def test_no_try_is_judged_after_its_time() -> None:
    at = clock.now()
    key = code_tries.start(at=at)
    assert code_tries.count_try(key, at=at + limits.SIGN_IN_CODE_LIFE - timedelta(seconds=1))
    assert not code_tries.count_try(key, at=at + limits.SIGN_IN_CODE_LIFE)
    assert not code_tries.count_try("", at=at)


@pytest.mark.django_db(transaction=True)
def test_of_fifty_guesses_at_once_three_are_judged() -> None:
    cache.clear()
    browser = Client()
    browser.post(LOGIN, {"login": JON_MAIL})
    cookies = browser.cookies.output(header="", sep=";")

    def guess(number: int) -> int:
        other = Client()
        other.cookies.load(cookies)
        return other.post(CODE, {"code": f"{number:08d}"}).status_code

    statuses = Counter(at_once([partial(guess, number) for number in range(50)]))
    assert SignInCode.objects.get().tries == limits.SIGN_IN_CODE_TRIES
    # A judged guess before the last one is answered with the page, all others begin again.
    assert statuses[200] <= limits.SIGN_IN_CODE_TRIES
    assert sum(statuses.values()) == 50
    browser.post(CODE, {"code": mailed_code()})
    assert browser.get("/you/").status_code == 302, "the right code is too late"


@pytest.mark.django_db(transaction=True)
def test_of_fifty_spellings_at_once_three_get_a_code_and_a_guess() -> None:
    cache.clear()

    def ask_and_guess(number: int) -> int:
        other = Client()
        other.post(LOGIN, {"login": SPELLINGS[number % len(SPELLINGS)]})
        return other.post(CODE, {"code": f"{number:08d}"}).status_code

    statuses = Counter(at_once([partial(ask_and_guess, number) for number in range(50)]))
    assert statuses[200] <= 3
    assert len(mail.outbox) <= 3
    assert sum(SignInCode.objects.values_list("tries", flat=True)) <= 3


@pytest.mark.django_db(transaction=True)
def test_of_fifty_right_answers_at_once_one_signs_in() -> None:
    cache.clear()
    browser = Client()
    browser.post(LOGIN, {"login": JON_MAIL})
    cookies, code = browser.cookies.output(header="", sep=";"), mailed_code()

    def answer(_: int) -> bool:
        other = Client()
        other.cookies.load(cookies)
        return other.post(CODE, {"code": code}).get("Location") == "/you/"

    assert at_once([partial(answer, number) for number in range(50)]).count(True) == 1


@pytest.mark.django_db(transaction=True)
def test_of_fifty_who_open_one_link_one_signs_in() -> None:
    path = actions.make_link(staff_member().pk, by=SYSTEM, at=clock.now())
    token = path.rstrip("/").rpartition("/")[2]
    states = at_once([lambda: actions.use_link(token, at=clock.now())[0]] * 50)
    assert Counter(states) == {LinkState.WORKS: 1, LinkState.USED: 49}
