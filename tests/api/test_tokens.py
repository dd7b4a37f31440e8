"""Programs prove themselves with a secret and are given tokens that are short-lived,
narrowed and stopped at once."""

from __future__ import annotations

import base64
import json
import logging
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from aboveboard.accounts import limits
from aboveboard.accounts.clients import actions, tokens
from aboveboard.accounts.clients.scope import ClientScope
from aboveboard.accounts.models import AccessToken, ClientSecret, ServiceClient
from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM
from aboveboard.basics.errors import Conflict
from tests.accounts.people import service_client
from tests.world import adopt

pytestmark = pytest.mark.django_db
GIVEN: dict[str, Any] = {
    "name": "Till",
    "role": "shop-system",
    "team": "Shops",
    "purposes": ["b", "a"],
    "channels": ["shop", "api"],
}
Made = tuple[ServiceClient, str]


@pytest.fixture
def made() -> Made:
    return service_client(**GIVEN)


def basic(client_id: str, secret: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode()}


def ask(made: Made, path: str = "/oauth/token", **form: str) -> Any:
    body = {"grant_type": "client_credentials", **form} if path == "/oauth/token" else form
    return Client().post(path, body, headers=basic(made[0].client_id, made[1]))


def test_a_secret_is_shown_once_and_kept_as_a_hash(made: Made) -> None:
    client, secret = made
    assert secret.startswith("abs_")
    assert secret not in str([*ClientSecret.objects.values(), *ServiceClient.objects.values()])
    assert client.purposes == ["a", "b"]
    ends = ClientSecret.objects.get().expires_at
    assert tokens.is_secret_of(client, secret, at=ends - timedelta(microseconds=1))
    assert not tokens.is_secret_of(client, secret, at=ends)


def test_the_name_of_a_client_is_taken_for_good(made: Made) -> None:
    adopt()
    words = GIVEN | {"purposes": ["deliver-orders"], "channels": ["shop"]}
    actions.revoke_client(made[0].pk, by=SYSTEM, at=clock.now())
    with pytest.raises(Conflict, match="called Till already"):
        actions.make_client(**words, by=SYSTEM, at=clock.now())
    with pytest.raises(Conflict, match="was revoked"):
        actions.rotate_client(made[0].pk, by=SYSTEM, at=clock.now())


def test_a_token_is_given_for_the_secret_either_way(made: Made) -> None:
    posted = {
        "grant_type": "client_credentials",
        "client_id": made[0].client_id,
        "client_secret": made[1],
    }
    for answer in (ask(made), Client().post("/oauth/token", posted)):
        given = answer.json()
        assert answer.status_code == 200
        assert answer["Cache-Control"] == "no-store"
        assert (given["token_type"], given["expires_in"]) == (
            "Bearer",
            limits.ACCESS_TOKEN_LIFE.total_seconds(),
        )
        assert given["scope"] == "purpose:a purpose:b channel:api channel:shop"
        assert "refresh_token" not in given
        found = tokens.client_for_token(given["access_token"], at=clock.now())
        assert found is not None
        assert (found.id, found.scope) == (
            made[0].pk,
            ClientScope(frozenset("ab"), frozenset({"api", "shop"})),
        )
        assert given["access_token"] not in str(list(AccessToken.objects.values()))


@pytest.mark.parametrize(
    ("scope", "purposes", "channels"),
    [
        ("purpose:a", "a", "api shop"),
        ("channel:shop", "a b", "shop"),
        ("channel:api  purpose:b channel:shop", "b", "api shop"),
    ],
)
def test_a_token_may_be_for_less(made: Made, scope: str, purposes: str, channels: str) -> None:
    found = tokens.client_for_token(ask(made, scope=scope).json()["access_token"], at=clock.now())
    assert found is not None
    assert found.scope == ClientScope(frozenset(purposes.split()), frozenset(channels.split()))


@pytest.mark.parametrize(
    "scope", ["purpose:c", "purpose:a channel:fax", "a", "purpose:", "openid", "é", "\x00"]
)
def test_a_token_is_never_for_more(made: Made, scope: str) -> None:
    answer = ask(made, scope=scope)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_scope")
    assert not AccessToken.objects.exists()


@given(
    words=st.lists(
        st.sampled_from(["purpose:a", "purpose:b", "purpose:c", "channel:x", "channel:y", "z"]),
        max_size=5,
    )
)
def test_narrowing_never_widens_and_says_what_it_gave(words: list[str]) -> None:
    whole = ClientScope(frozenset("ab"), frozenset("x"))
    narrowed = whole.narrow(" ".join(words))
    if narrowed is None:
        assert {"purpose:c", "channel:y", "z"} & set(words)
    else:
        assert narrowed.purposes <= whole.purposes
        assert narrowed.channels <= whole.channels
        assert narrowed.narrow(narrowed.as_scope()) == narrowed == whole.narrow(narrowed.as_scope())


def test_wrong_secrets_and_unknown_programs_fail_alike(made: Made) -> None:
    contents = []
    for client_id, secret in (
        (made[0].client_id, "abs_wrong"),
        ("nobody", made[1]),
        ("\x00", made[1]),
        ("é" * 50, "x"),
    ):
        answer = Client().post(
            "/oauth/token", {"grant_type": "client_credentials"}, headers=basic(client_id, secret)
        )
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
        assert answer["WWW-Authenticate"].startswith("Basic")
        contents.append(answer.content)
    assert len(set(contents)) == 1


def test_who_guesses_secrets_waits_and_locks_out_nobody_else(made: Made) -> None:
    wrong, other = (
        (made[0], "abs_wrong"),
        service_client(**GIVEN | {"name": "Shop"}),
    )
    assert [ask(wrong).status_code for _ in range(12)] == [401] * 10 + [429] * 2
    limited = ask(made)
    assert (limited.status_code, limited["Retry-After"], limited.json()["code"]) == (
        429,
        "60",
        "rate_limited",
    )
    assert ask(other).status_code == 200


@pytest.mark.parametrize("way", ["header", "form"])
def test_who_makes_an_id_longer_and_longer_gets_no_more_tries(way: str) -> None:
    def guess(end: str) -> int:
        name = "x" * 40 + end
        form = {"client_id": name, "client_secret": "abs_wrong"} if way == "form" else {}
        headers = basic(name, "abs_wrong") if way == "header" else {}
        asked = {"grant_type": "client_credentials", **form}
        return Client().post("/oauth/token", asked, headers=headers).status_code

    assert [guess(str(number)) for number in range(11)] == [401] * 10 + [429]


def test_a_new_secret_works_beside_the_old_one_for_a_while(made: Made) -> None:
    client, old = made
    at = clock.now()
    new = actions.rotate_client(client.pk, by=SYSTEM, at=at, overlap=timedelta(hours=1))
    assert [tokens.is_secret_of(client, one, at=at) for one in (old, new)] == [True, True]
    assert [tokens.is_secret_of(client, one, at=at + timedelta(hours=1)) for one in (old, new)] == [
        False,
        True,
    ]
    token = tokens.issue(client, at=at)
    newest = actions.rotate_client(client.pk, by=SYSTEM, at=at, overlap=timedelta(0))
    assert [tokens.is_secret_of(client, one, at=at) for one in (old, new, newest)] == [
        False,
        False,
        True,
    ]
    assert AccessToken.objects.get().revoked_at == at
    tokens.forget()
    assert tokens.client_for_token(token, at=at) is None


def test_a_token_ends_with_its_time_and_is_swept(made: Made) -> None:
    at = clock.now()
    token = tokens.issue(made[0], at=at)
    ends = at + limits.ACCESS_TOKEN_LIFE
    assert tokens.client_for_token(token, at=ends - timedelta(microseconds=1)) is not None
    assert tokens.client_for_token(token, at=ends) is None
    assert (tokens.sweep(at=at), tokens.sweep(at=ends)) == (0, 1)


def test_a_program_stops_its_own_token_and_no_other(made: Made) -> None:
    mine, other = (
        tokens.issue(made[0], at=clock.now()),
        service_client(**GIVEN | {"name": "Shop"}),
    )
    assert ask(other, "/oauth/revoke", token=mine).json()["error"] == "invalid_grant"
    assert tokens.client_for_token(mine, at=clock.now()) is not None
    assert ask(made, "/oauth/revoke", token=mine).status_code == 200
    assert tokens.client_for_token(mine, at=clock.now()) is None
    assert ask(made, "/oauth/revoke", token="unknown").status_code == 200  # RFC 7009, 2.2
    assert ask((made[0], "abs_wrong"), "/oauth/revoke", token=mine).status_code == 401


def test_a_token_stopped_elsewhere_works_here_for_a_second_at_most(made: Made) -> None:
    token = tokens.issue(made[0], at=clock.now())
    assert tokens.client_for_token(token, at=clock.now(), now=100.0) is not None
    AccessToken.objects.update(revoked_at=clock.now())
    assert tokens.client_for_token(token, at=clock.now(), now=100.9) is not None
    assert tokens.client_for_token(token, at=clock.now(), now=101.0) is None


def test_a_token_that_was_asked_for_a_moment_ago_costs_no_statement(made: Made) -> None:
    token = tokens.issue(made[0], at=clock.now())
    tokens.forget()
    for now, statements in ((100.0, 1), (100.0, 0), (100.9, 0), (101.0, 1), (101.5, 0)):
        with CaptureQueriesContext(connection) as asked:
            assert tokens.client_for_token(token, at=clock.now(), now=now) is not None
        assert len(asked) == statements, now


def test_a_stopped_token_is_told_so(made: Made) -> None:
    token = tokens.issue(made[0], at=clock.now())
    actions.revoke_client(made[0].pk, by=SYSTEM, at=clock.now())
    answer = Client().get("/api/v1/promise", headers={"Authorization": f"Bearer {token}"})
    assert (answer.status_code, answer["WWW-Authenticate"]) == (
        401,
        'Bearer realm="aboveboard", error="invalid_token"',
    )
    assert Client().get("/api/v1/promise")["WWW-Authenticate"] == 'Bearer realm="aboveboard"'
    assert ask(made).status_code == 401


def test_programs_read_where_to_ask() -> None:
    described = Client().get("/.well-known/oauth-authorization-server").json()
    assert described["issuer"] == "http://127.0.0.1:8000"
    assert described["token_endpoint"] == "http://127.0.0.1:8000/oauth/token"
    assert described["token_endpoint_auth_methods_supported"] == [
        "client_secret_basic",
        "client_secret_post",
    ]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/oauth/token"),
        ("GET", "/oauth/revoke"),
        ("POST", "/.well-known/oauth-authorization-server"),
    ],
)
def test_a_wrong_method_is_a_problem(method: str, path: str) -> None:
    answer = Client().generic(method, path)
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")


def test_what_cannot_be_read_is_in_the_log_without_its_words(
    caplog: pytest.LogCaptureFixture,
) -> None:
    header = base64.b64encode(b"secret-word\xff:").decode()
    asked = {"grant_type": "client_credentials"}
    with caplog.at_level(logging.INFO):
        answer = Client().post("/oauth/token", asked, headers={"Authorization": f"Basic {header}"})
    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_request"})
    assert "no form that can be read: UnicodeDecodeError" in caplog.text
    assert "secret-word" not in caplog.text
    assert header not in caplog.text


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@settings(
    max_examples=50, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    form=st.dictionaries(
        st.sampled_from(
            ["grant_type", "scope", "client_id", "client_secret", "token", "token_type_hint", "é"]
        ),
        TEXT,
    ),
    header=st.none() | st.text(st.characters(min_codepoint=33, max_codepoint=255), max_size=40),
    right=st.booleans(),
)
@example(form={"grant_type": 'é"\\'}, header=None, right=True)
@example(form={"grant_type": "client_credentials"}, header="/w==", right=False)
@example(form={"grant_type": "client_credentials"}, header="a", right=False)
def test_whatever_is_posted_is_answered_as_oauth_has_it(
    made: Made, form: dict[str, str], header: str | None, right: bool
) -> None:
    headers = (
        basic(made[0].client_id, made[1])
        if right
        else {"Authorization": f"Basic {header}"}
        if header is not None
        else {}
    )
    for path in ("/oauth/token", "/oauth/revoke"):
        answer = Client(raise_request_exception=False).post(path, form, headers=headers)
        assert answer.status_code < 500, answer.content
        if answer.status_code >= 400:
            problem = json.loads(answer.content)
            assert problem.get("error") or problem["code"]
