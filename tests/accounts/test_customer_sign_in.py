"""A customer signs in by a code: the page for the address, the page for the code,
and what is left behind."""

from __future__ import annotations

import logging
import re
import time
from datetime import timedelta
from pathlib import Path

import pytest
from allauth.account.models import EmailAddress
from django.contrib.sessions.models import Session
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from aboveboard.accounts import limits
from aboveboard.accounts.models import Account, SignInCode
from aboveboard.accounts.signin import background_mail
from tests.accounts.conftest import JON, JON_MAIL, SHARED_MAIL
from tests.accounts.people import mailed_code, staff_member

pytestmark = pytest.mark.django_db

LOGIN = "/accounts/login/"
CODE = "/accounts/login/code/confirm/"


def ask(client: Client, email: str = JON_MAIL, **more: str) -> str:
    """Ask for a code and return where one is sent on to."""
    response = client.post(LOGIN, {"login": email, **more})
    assert response.status_code == 302
    return str(response["Location"])


def test_the_page_asks_one_question_and_needs_no_script(client: Client) -> None:
    page = client.get(LOGIN)
    text = page.content.decode()
    assert page.status_code == 200
    assert "Sign in to see your data" in text
    assert text.count('type="email"') == 1
    assert 'type="password"' not in text


def test_the_right_code_opens_the_portal(client: Client) -> None:
    assert ask(client) == CODE
    assert [message.to for message in mail.outbox] == [[JON_MAIL]]
    response = client.post(CODE, {"code": mailed_code()})
    assert (response.status_code, response["Location"]) == (302, "/you/")
    assert client.get("/you/").content == f"person {JON}".encode()


def test_the_page_says_how_long_a_code_works_and_its_box_brings_up_digits(client: Client) -> None:
    ask(client)
    assert "The code works for 10 minutes." in client.get(CODE).content.decode()
    (box,) = re.findall(r'<input[^>]* name="code"[^>]*>', client.get(CODE).content.decode())
    for said in ('inputmode="numeric"', 'spellcheck="false"', 'autocomplete="one-time-code"'):
        assert said in box


def test_the_code_may_be_typed_without_its_dash(client: Client) -> None:
    ask(client)
    assert client.post(CODE, {"code": mailed_code().replace("-", " ")})["Location"] == "/you/"


def test_the_address_may_be_spelled_in_capitals(client: Client) -> None:
    ask(client, JON_MAIL.upper())
    client.post(CODE, {"code": mailed_code()})
    assert client.get("/you/").status_code == 200


def test_the_page_that_was_asked_for_follows(client: Client) -> None:
    to_sign_in = client.get("/you/?tab=looks")["Location"]
    assert to_sign_in == "/accounts/login/?next=%2Fyou%2F%3Ftab%3Dlooks"
    onward = ask(client, next="/you/?tab=looks")
    assert client.post(onward, {"code": mailed_code()})["Location"] == "/you/?tab=looks"


def test_nobody_is_sent_to_another_site(client: Client) -> None:
    onward = ask(client, next="https://evil.example/")
    assert (
        client.post(onward, {"code": mailed_code(), "next": "https://evil.example/"})["Location"]
        == "/you/"
    )


def test_a_wrong_code_is_said_and_may_be_tried_again(client: Client) -> None:
    ask(client)
    page = client.post(CODE, {"code": "0000-0000"})
    assert page.status_code == 200
    assert "This is not the code we sent" in page.content.decode()
    assert client.post(CODE, {"code": mailed_code()})["Location"] == "/you/"


def test_after_three_wrong_codes_the_right_one_is_worth_nothing(client: Client) -> None:
    ask(client)
    for _ in range(limits.SIGN_IN_CODE_TRIES):
        last = client.post(CODE, {"code": "0000-0000"})
    assert last["Location"] == LOGIN
    assert "Ask for a new one" in client.get(LOGIN).content.decode()
    client.post(CODE, {"code": mailed_code()})
    assert client.get("/you/").status_code == 302


def test_where_the_tries_were_used_up_elsewhere_one_begins_again(client: Client) -> None:
    ask(client)
    SignInCode.objects.update(tries=limits.SIGN_IN_CODE_TRIES)
    assert client.post(CODE, {"code": mailed_code()})["Location"] == LOGIN
    assert "Ask for a new one" in client.get(LOGIN).content.decode()
    assert client.get(CODE)["Location"] == LOGIN, "nothing asks for a code that is worth nothing"


def test_a_code_that_is_too_old_is_said_to_be(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(client)
    later = time.time() + limits.SIGN_IN_CODE_LIFE.total_seconds() + 1
    monkeypatch.setattr("allauth.account.internal.flows.code_verification.time.time", lambda: later)
    assert client.post(CODE, {"code": mailed_code()})["Location"] == LOGIN
    assert "That code has expired" in client.get(LOGIN).content.decode()
    assert client.get("/you/").status_code == 302


def test_a_code_works_once(client: Client) -> None:
    ask(client)
    code = mailed_code()
    client.post(CODE, {"code": code})
    client.post("/accounts/logout/")
    assert client.get("/you/").status_code == 302
    client.post(CODE, {"code": code})
    assert client.get("/you/").status_code == 302


def test_a_code_works_only_in_the_browser_that_asked(client: Client) -> None:
    ask(client)
    assert Client().post(CODE, {"code": mailed_code()})["Location"] == LOGIN


def test_a_new_code_replaces_the_old_one(client: Client) -> None:
    ask(client)
    old = mailed_code()
    client.post(CODE, {"action": "resend"})
    assert len(mail.outbox) == 2
    assert client.post(CODE, {"code": old}).status_code == 200
    assert client.post(CODE, {"code": mailed_code()})["Location"] == "/you/"


def test_an_unknown_address_gets_the_same_answer_and_no_mail(client: Client) -> None:
    known, unknown = Client(), Client()
    answers = []
    for browser, email in ((known, JON_MAIL), (unknown, "zed24@adventure-works.com")):
        first = browser.post(LOGIN, {"login": email})
        second = browser.get(CODE)
        shown = second.content.decode().replace(email, "ADDRESS")
        csrf = (
            browser.cookies["aboveboard-csrf"].value if "aboveboard-csrf" in browser.cookies else ""
        )
        answers.append(
            (first.status_code, first["Location"], second.status_code, len(shown), bool(csrf))
        )
    assert answers[0] == answers[1]
    assert [message.to for message in mail.outbox] == [[JON_MAIL]]


def test_the_request_does_the_same_work_for_every_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background_mail, "hand_over", lambda job: None)
    # A process reads its sealing key once, whoever comes first.
    ask(Client(), "first@adventure-works.com")
    known, unknown = JON_MAIL, "zed24@adventure-works.com"
    counts = []
    for email in (known, unknown, unknown, known):
        with CaptureQueriesContext(connection) as queries:
            ask(Client(), email)
        counts.append(len(queries))
    assert len(set(counts)) == 1, counts


def test_an_unknown_address_never_signs_in_even_with_the_code_of_its_session(
    client: Client,
) -> None:
    ask(client, "zed24@adventure-works.com")
    code = client.session["account_login"]["state"]["stages"]["login_by_code"]["data"]["code"]
    assert client.post(CODE, {"code": code})["Location"] == LOGIN
    assert not Account.objects.exists()


def test_an_address_of_two_customers_gets_a_reason_instead_of_a_code(client: Client) -> None:
    ask(client, SHARED_MAIL)
    assert "more than one person" in str(mail.outbox[0].body)
    assert not Account.objects.exists()


def test_staff_are_no_customers(client: Client) -> None:
    staff_member(email="adviser@staff.example")
    ask(client, "adviser@staff.example")
    assert mail.outbox == []


@pytest.mark.parametrize("typed", ["", "not an address", "a@b", "x" * 330 + "@example.com"])
def test_what_is_no_address_is_said_to_be_none(client: Client, typed: str) -> None:
    page = client.post(LOGIN, {"login": typed})
    assert page.status_code == 200
    assert "There is a problem" in page.content.decode()
    assert mail.outbox == []


def test_a_stand_in_address_signs_nobody_in(client: Client) -> None:
    ask(client)
    client.post(CODE, {"code": mailed_code()})
    mail.outbox.clear()
    ask(Client(), f"{JON}@person.invalid")
    assert mail.outbox == []


def test_many_tries_for_one_address_are_slowed_down_on_a_page_of_their_own() -> None:
    statuses = [Client().post(LOGIN, {"login": JON_MAIL}) for _ in range(4)]
    assert [response.status_code for response in statuses] == [302, 302, 302, 429]
    assert "Too many attempts" in statuses[-1].content.decode()
    assert len(mail.outbox) == 3


def test_many_tries_from_one_place_are_slowed_down() -> None:
    answers = [
        Client().post(LOGIN, {"login": f"a{number}@example.com"}).status_code
        for number in range(21)
    ]
    assert answers[-1] == 429


def test_a_session_ends_when_it_is_not_used(client: Client) -> None:
    ask(client)
    client.post(CODE, {"code": mailed_code()})
    row = Session.objects.get()
    idle = row.expire_date - timezone.now()
    assert (
        limits.SESSION_IDLE_CUSTOMER - timedelta(seconds=30) < idle <= limits.SESSION_IDLE_CUSTOMER
    )
    Session.objects.update(expire_date=timezone.now())
    assert client.get("/you/").status_code == 302


def test_a_session_goes_on_while_it_is_used(client: Client) -> None:
    ask(client)
    client.post(CODE, {"code": mailed_code()})
    session = client.session
    session["seen"] = 0
    session.save()
    Session.objects.update(expire_date=timezone.now() + timedelta(minutes=1))
    client.get("/you/")
    assert Session.objects.get().expire_date > timezone.now() + timedelta(minutes=29)


def test_a_post_without_our_token_is_refused() -> None:
    assert Client(enforce_csrf_checks=True).post(LOGIN, {"login": JON_MAIL}).status_code == 403


def test_no_table_holds_the_address_at_any_step(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    ask(client)
    assert_nowhere(JON_MAIL)
    client.post(CODE, {"code": "0000-0000"})
    assert_nowhere(JON_MAIL)
    client.post(CODE, {"code": mailed_code()})
    client.get("/you/")
    assert_nowhere(JON_MAIL)
    assert JON_MAIL not in str(dict(client.session))
    assert not EmailAddress.objects.exists()
    assert Account.objects.get().email == f"{JON}@person.invalid"
    assert JON_MAIL not in caplog.text


def assert_nowhere(text: str) -> None:
    """Assert that no column of any table holds ``text``."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            # Our own table names.
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608
            assert text.lower() not in str(cursor.fetchall()).lower(), table


@pytest.mark.django_db(transaction=True)
def test_the_bytes_of_the_database_hold_neither_address_nor_network(
    client: Client, on_postgres: bool
) -> None:
    ask(client, JON_MAIL)
    client.post(CODE, {"code": mailed_code()})
    client.get("/you/")
    if on_postgres:
        assert_nowhere(JON_MAIL)
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(FULL)")
    name = Path(str(connection.settings_dict["NAME"]))
    kept = b"".join(file.read_bytes() for file in name.parent.glob(name.name + "*"))
    assert b"person.invalid" in kept, "these are not the bytes of the database that was written to"
    assert JON_MAIL.encode() not in kept
    assert b"jon24" not in kept.lower()
    assert b"127.0.0.1" not in kept
