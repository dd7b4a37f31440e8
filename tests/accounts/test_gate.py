"""Who may call a view: the rule as a table, and the middleware asked as nobody, a customer,
each role and a program."""

from __future__ import annotations

import json
import logging
import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.http import HttpRequest
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver

from aboveboard.accounts import actions, gate, limits, queries
from aboveboard.accounts.clients import actions as clients
from aboveboard.accounts.clients import tokens
from aboveboard.accounts.gate import Gate, GateKind, GateVerdict, Visitor, verdict
from aboveboard.accounts.models import Account
from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM, Actor, ActorKind, Role
from aboveboard.basics.errors import Refused
from tests.accounts.conftest import JON
from tests.accounts.people import (
    customer_client,
    erase_everywhere,
    service_client,
    staff_client,
    staff_member,
)
from tests.api.programs import program

NOBODY = Visitor()
CUSTOMER = Visitor(ActorKind.PERSON, Role.CUSTOMER)
PROGRAM = Visitor(ActorKind.SERVICE)
HALF_IN = Visitor(ActorKind.STAFF, Role.ADMINISTRATOR)
HAS_ONE = Visitor(ActorKind.STAFF, Role.ADMINISTRATOR, has_factor=True)
ADVISER = Visitor(ActorKind.STAFF, Role.ADVISER, second_factor=True)
LEAD = Visitor(ActorKind.STAFF, Role.INCIDENT_LEAD, second_factor=True)

ENTER, SIGN_IN, SET_UP, REFUSE = (
    GateVerdict.ENTER,
    GateVerdict.SIGN_IN,
    GateVerdict.SET_UP,
    GateVerdict.REFUSE,
)
RULE = [
    # gate                      nobody   customer half-in  has one  adviser  lead     program
    (None,                     (REFUSE,  REFUSE,  REFUSE,  REFUSE,  REFUSE,  REFUSE,  REFUSE)),
    (Gate(GateKind.PUBLIC),    (ENTER,   ENTER,   ENTER,   ENTER,   ENTER,   ENTER,   ENTER)),
    (Gate(GateKind.SIGNED_IN), (SIGN_IN, ENTER,   ENTER,   SET_UP,  ENTER,   ENTER,   SIGN_IN)),
    (Gate(GateKind.SIGNED_IN, proves=True),
                               (SIGN_IN, ENTER,   ENTER,   ENTER,   ENTER,   ENTER,   SIGN_IN)),
    (Gate(GateKind.CUSTOMER),  (SIGN_IN, ENTER,   REFUSE,  REFUSE,  REFUSE,  REFUSE,  SIGN_IN)),
    (Gate(GateKind.STAFF),     (SIGN_IN, REFUSE,  SET_UP,  SET_UP,  ENTER,   ENTER,   SIGN_IN)),
    (Gate(GateKind.STAFF, frozenset({Role.INCIDENT_LEAD})),
                               (SIGN_IN, REFUSE,  SET_UP,  SET_UP,  REFUSE,  ENTER,   SIGN_IN)),
    (Gate(GateKind.STAFF, before_second_factor=True),
                               (SIGN_IN, REFUSE,  ENTER,   SET_UP,  ENTER,   ENTER,   SIGN_IN)),
    (Gate(GateKind.STAFF, before_second_factor=True, proves=True),
                               (SIGN_IN, REFUSE,  ENTER,   ENTER,   ENTER,   ENTER,   SIGN_IN)),
    (Gate(GateKind.SERVICE),   (SIGN_IN, SIGN_IN, SIGN_IN, SIGN_IN, SIGN_IN, SIGN_IN, ENTER)),
]  # fmt: skip
EVERYONE = (NOBODY, CUSTOMER, HALF_IN, HAS_ONE, ADVISER, LEAD, PROGRAM)


@pytest.mark.parametrize(("declared", "expected"), RULE)
def test_the_rule(declared: Gate | None, expected: tuple[GateVerdict, ...]) -> None:
    assert tuple(verdict(declared, who) for who in EVERYONE) == expected


ASKED = [
    # address               nobody                             customer  adviser  incident lead
    ("/",                   200,                               200,      200,     200),
    ("/you/",               "/accounts/login/?next=%2Fyou%2F", 200,      403,     403),
    ("/console/",           "/accounts/staff/?next=%2Fconsole%2F", 403,  200,     200),
    ("/console/incidents/", "/accounts/staff/?next=%2Fconsole%2Fincidents%2F", 403, 403, 200),
    ("/either/",            "/accounts/login/?next=%2Feither%2F", 200,   200,     200),
    ("/forgotten/",         403,                               403,      403,     403),
    ("/api/v1/uses",        401,                               401,      401,     401),
    ("/api/forgotten",      403,                               403,      403,     403),
]  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize(("address", "nobody", "customer", "adviser", "lead"), ASKED)
def test_every_kind_of_view_asked_by_everyone(
    address: str, nobody: int | str, customer: int, adviser: int, lead: int
) -> None:
    asked = Client().get(address)
    assert (asked["Location"] if asked.status_code == 302 else asked.status_code) == nobody
    assert customer_client(JON).get(address).status_code == customer
    assert staff_client(Role.ADVISER).get(address).status_code == adviser
    assert staff_client(Role.INCIDENT_LEAD).get(address).status_code == lead


@pytest.mark.django_db
def test_a_view_that_was_forgotten_is_refused_and_reported(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.ERROR):
        assert staff_client(Role.ADMINISTRATOR).get("/forgotten/").status_code == 403
    assert "a view has no gate" in caplog.text


@pytest.mark.django_db
def test_a_refusal_is_in_plain_words_and_says_whose_page_it_is() -> None:
    page = staff_client(Role.ADVISER).get("/console/incidents/").content.decode()
    assert "administrator or incident lead" in page
    assert "to see their own data" in staff_client(Role.PRIVACY_LEAD).get("/you/").content.decode()


@pytest.mark.django_db
def test_staff_without_a_second_factor_are_sent_to_set_one_up() -> None:
    half_in = staff_client(Role.ADMINISTRATOR, second_factor=False)
    assert half_in.get("/console/")["Location"] == "/accounts/second-factor/?next=%2Fconsole%2F"
    assert half_in.get("/either/").status_code == 200


@pytest.mark.django_db
def test_a_second_factor_of_somebody_else_is_worth_nothing() -> None:
    browser = staff_client(Role.ADMINISTRATOR, second_factor=False)
    session = browser.session
    session[gate.SECOND_FACTOR] = staff_member(Role.ADVISER).pk
    session.save()
    assert browser.get("/console/").status_code == 302


@pytest.mark.django_db
def test_a_role_that_changed_holds_from_the_next_click() -> None:
    account = staff_member(Role.INCIDENT_LEAD)
    browser = staff_client(account=account)
    assert browser.get("/console/incidents/").status_code == 200
    actions.change_role(account.pk, role=Role.ADVISER, by=SYSTEM, at=clock.now())
    assert browser.get("/console/incidents/").status_code == 403


@pytest.mark.django_db
def test_a_closed_account_is_out_at_the_next_click() -> None:
    account = staff_member(Role.ADVISER)
    browser = staff_client(account=account)
    actions.close(account.pk, by=SYSTEM, at=clock.now())
    assert browser.get("/console/").status_code == 302


@pytest.mark.django_db
def test_a_customer_who_was_forgotten_is_out_at_the_next_click() -> None:
    browser = customer_client(JON)
    erase_everywhere(JON)
    assert browser.get("/you/").status_code == 302


@pytest.mark.django_db
def test_a_program_needs_a_token_that_works() -> None:
    at = clock.now()
    client, token = program("Till", "shop-system", "Shops", ["deliver"], ["shop"])
    old = tokens.issue(client, at=at - timedelta(hours=1))
    ask = Client()
    assert ask.get("/api/v1/uses", headers={"Authorization": f"Bearer {token}"}).content == b"Till"
    assert ask.get("/console/", headers={"Authorization": f"Bearer {token}"}).status_code == 302
    for wrong in ("", token, f"Basic {token}", f"Bearer {token}x", "Bearer ab_", f"Bearer {old}"):
        assert ask.get("/api/v1/uses", headers={"Authorization": wrong}).status_code == 401, wrong
    clients.revoke_client(client.pk, by=SYSTEM, at=at)
    refused = ask.get("/api/v1/uses", headers={"Authorization": f"Bearer {token}"})
    assert (refused.status_code, refused["Content-Type"]) == (401, "application/problem+json")
    assert refused["WWW-Authenticate"].startswith("Bearer")
    assert json.loads(refused.content)["code"] == "sign_in_needed"


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/api/v1/uses", "/api/staff", "/feed"])
def test_a_program_without_a_token_is_sent_to_no_page_wherever_it_asks(path: str) -> None:
    answer = Client().get(path)
    assert (answer.status_code, answer["Content-Type"]) == (401, "application/problem+json")


@pytest.mark.django_db
def test_a_form_that_nobody_signed_in_sent_has_no_way_back() -> None:
    assert Client().post("/you/")["Location"] == "/accounts/login/"


@pytest.mark.django_db
def test_only_a_caller_who_showed_a_token_learns_that_it_is_the_token() -> None:
    """RFC 6750, section 3.1."""
    bare = Client().get("/api/v1/uses")
    assert bare["WWW-Authenticate"] == 'Bearer realm="aboveboard"'
    shown = Client().get("/api/v1/uses", headers={"authorization": "Bearer ab_nothing"})
    assert shown["WWW-Authenticate"] == 'Bearer realm="aboveboard", error="invalid_token"'


@pytest.mark.django_db
def test_look_ups_are_counted_for_each_account() -> None:
    first, second = staff_client(Role.ADVISER), staff_client(Role.PRIVACY_LEAD)
    assert {first.get("/console/look-up/").status_code for _ in range(60)} == {200}
    too_many = first.get("/console/look-up/")
    assert too_many.status_code == 429
    assert "60 seconds" in too_many.content.decode()
    assert second.get("/console/look-up/").status_code == 200


def test_a_view_may_be_declared_by_name_or_by_the_longest_prefix() -> None:
    near, far, named = (
        Gate(GateKind.SERVICE),
        Gate(GateKind.STAFF),
        Gate(GateKind.PUBLIC, why="a test"),
    )
    # Addresses and a name that nothing else has: what is declared stays declared.
    gate.declare("/test/", far)
    gate.declare("/test/v1/", near)
    gate.declare("test-docs", named)

    def view() -> None: ...

    assert gate.gate_of(view, name=None, path="/test/v1/uses") == near
    assert gate.gate_of(view, name=None, path="/test/v2/uses") == far
    assert gate.gate_of(view, name="test-docs", path="/test/v1/docs") == named
    assert gate.gate_of(view, name=None, path="/elsewhere") is None


def test_every_address_of_sign_in_is_declared() -> None:
    found = 0
    for entry in get_resolver("aboveboard.accounts.signin.urls").url_patterns:
        assert isinstance(entry, URLPattern)
        assert not isinstance(entry, URLResolver)
        declared = gate.gate_of(entry.callback, name=entry.name, path="/")
        assert declared is not None, entry.name
        assert declared.why or declared.kind is GateKind.STAFF, (
            f"{entry.name} is open and does not say why"
        )
        found += 1
    assert found > 20


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/console/", "/accounts/2fa/", "/accounts/password/change/"])
def test_nobody_at_a_page_of_staff_is_sent_to_the_sign_in_of_staff(path: str) -> None:
    assert Client().get(path)["Location"].startswith("/accounts/staff/?next=")


@pytest.mark.django_db
def test_trace_is_refused_and_told_what_is_allowed() -> None:
    answer = Client().trace("/")
    assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD, POST")


def _with_token(token: str) -> HttpRequest:
    return RequestFactory().get("/api/v1/promise", headers={"Authorization": f"Bearer {token}"})


@pytest.mark.django_db
def test_all_that_one_request_is_judged_by_is_one_look_at_its_token() -> None:
    row, _ = service_client()
    request = _with_token(tokens.issue(row, at=clock.now()))
    client = gate.client_of(request)
    clients.revoke_client(row.pk, by=SYSTEM, at=clock.now())
    assert gate.client_of(request) is client
    assert gate.actor_of(request) == client.actor


@pytest.mark.django_db
def test_while_an_answer_is_streamed_the_token_must_go_on_working(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    row, _ = service_client()
    at = clock.now()
    request = _with_token(tokens.issue(row, at=at))
    assert gate.is_still_allowed(request)
    monkeypatch.setattr(clock, "now", lambda: at + limits.ACCESS_TOKEN_LIFE)
    assert not gate.is_still_allowed(request), "its time is over"
    monkeypatch.undo()
    clients.revoke_client(row.pk, by=SYSTEM, at=at)
    assert not gate.is_still_allowed(request), "it was revoked"
    assert not gate.is_still_allowed(_with_token("ab_" + "x" * 43))
    assert not gate.is_still_allowed(RequestFactory().get("/"))


@pytest.mark.django_db
def test_a_program_is_refused_as_programs_read_it_and_a_person_on_a_page() -> None:
    refused = Client().get("/api/forgotten")
    assert refused["Content-Type"] == "application/problem+json"
    body = json.loads(refused.content)
    assert (body["status"], body["code"]) == (403, "refused")
    assert Client().get("/forgotten/")["Content-Type"].startswith("text/html")


@pytest.mark.django_db
def test_a_public_page_reads_neither_session_nor_account_and_sets_no_cookie() -> None:
    browser = staff_client(Role.ADVISER)
    with CaptureQueriesContext(connection) as asked:
        page = browser.get("/")
    assert not [each["sql"] for each in asked if re.search("session|accounts_", each["sql"])]
    assert not page.cookies


@pytest.mark.django_db
def test_who_acts_is_nobody_without_a_sign_in_that_is_open() -> None:
    request = RequestFactory().get("/")
    for user in (AnonymousUser(), closed_member()):
        request.user = user
        for asked in (gate.actor_of, gate.person_of, gate.client_of):
            with pytest.raises(Refused):
                asked(request)
        assert queries.role_signed_in(request) is None, "no page is offered to them"
    request.user = staff_member(Role.PRIVACY_LEAD)
    assert queries.role_signed_in(request) is Role.PRIVACY_LEAD
    assert gate.actor_of(request) == queries.actor_for(request.user)
    with pytest.raises(Refused, match="customer themselves"):
        gate.person_of(request)
    request.user = actions.customer_account(JON, at=clock.now())
    assert (gate.actor_of(request), gate.person_of(request)) == (
        Actor(ActorKind.PERSON, "", Role.CUSTOMER),
        JON,
    )


def closed_member() -> Account:
    member = staff_member(Role.ADVISER)
    member.closed_at = clock.now()
    member.save()
    return member
