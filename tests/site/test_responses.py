"""What every response carries, what the log says of it, and the pages for
when something is wrong."""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Callable

import pytest
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path
from django.views.decorators.http import require_POST

from aboveboard.accounts.gate import public
from aboveboard.basics.errors import (
    AboveboardError,
    Conflict,
    Invalid,
    NotFound,
    RateLimited,
    Refused,
    Unavailable,
)
from aboveboard.site.urls import handler400, handler403, handler404, handler500
from aboveboard.site.urls import urlpatterns as real

__all__ = ["handler400", "handler403", "handler404", "handler500"]

REFUSED: dict[str, AboveboardError] = {
    "422": Invalid(found="a date in the future", fix="Give the day."),
    "403": Refused(why="it is not yours"),
    "404": NotFound(what="batch"),
    "409": Conflict(why="it is closed"),
    "429": RateLimited(seconds=3),
    "503": Unavailable(what="The key store", fix="Wait."),
}


def _raising(error: Exception) -> Callable[[HttpRequest], HttpResponse]:
    @public("a test calls it")
    def view(request: HttpRequest) -> HttpResponse:
        raise error

    return view


@public("a test calls it")
def _fine(request: HttpRequest) -> HttpResponse:
    return HttpResponse("fine")


@public("a test calls it")
@require_POST
def _only_sent(request: HttpRequest) -> HttpResponse:
    return HttpResponse("sent")


urlpatterns = [
    path("fine/", _fine),
    path("api/fine", _fine),
    path("only-sent", _only_sent),
    *(path(f"refused/{status}", _raising(error)) for status, error in REFUSED.items()),
    path("api/broken", _raising(ValueError("Jon Yang, jon24@adventure-works.com"))),
    path("broken/<int:number>/", lambda request, number: _raising(ValueError("Jon Yang"))(request)),
    path("away/", _raising(OperationalError("no route"))),
    *real,
]
broken = urlpatterns[-len(real) - 2]
broken.callback = public("a test calls it")(broken.callback)

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.urls("tests.site.test_responses"),
    pytest.mark.one_database("headers, the program's log and pages for faults"),
]

ADDRESSES = [
    "/healthz",
    "/no-such-page",
    "/static/brand.css",
    "/static/none.css",
    "/refused/404",
    "/broken/7/",
    "/accounts/login/",
]


@pytest.fixture
def caller() -> Client:
    return Client(raise_request_exception=False)


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_response_carries_the_headers(caller: Client, address: str) -> None:
    response = caller.get(address)
    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert response["Referrer-Policy"] == "same-origin"
    assert "camera=()" in response["Permissions-Policy"]
    assert re.fullmatch("[a-z]{12}", response["X-Request-Id"])
    if not address.startswith("/static/brand"):
        assert "no-store" in response["Cache-Control"]
    response.close()


@pytest.mark.parametrize("status", REFUSED)
def test_an_error_of_ours_is_a_page_that_says_it_with_the_next_step(
    caller: Client, status: str, caplog: pytest.LogCaptureFixture
) -> None:
    response = caller.get(f"/refused/{status}")
    assert response.status_code == int(status)
    page = response.content.decode()
    if status == "503":  # what is away is for whoever reads the log: a customer can only come back
        assert "Try again in a minute" in page
        assert REFUSED[status].message not in page
        assert REFUSED[status].message in caplog.text
        return
    assert REFUSED[status].message in page
    assert REFUSED[status].next_step.format(**REFUSED[status].details) in page


def test_a_fault_shows_nothing_but_the_number_to_quote(
    caller: Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        response = caller.get("/broken/12/?email=jon24@adventure-works.com")
    assert response.status_code == 500
    page = response.content.decode()
    assert response["X-Request-Id"] in page
    assert "Jon" not in page
    said = [
        record.getMessage() for record in caplog.records if record.name == "aboveboard.requests"
    ]
    assert "failed: /broken/<int:number>/" in said
    assert not any("jon24" in line or "12" in line for line in said)


def test_a_program_gets_a_problem_and_no_page(caller: Client) -> None:
    for address, status in (("/api/broken", 500), ("/api/v1/no-such", 404)):
        response = caller.get(address)
        assert response.status_code == status
        assert response["Content-Type"] == "application/problem+json"
        assert "Jon" not in response.content.decode()


def test_a_program_leaves_a_line_in_the_log_when_something_went_wrong(
    caller: Client, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def logged(address: str) -> list[str]:
        caplog.clear()
        with caplog.at_level(logging.INFO):
            caller.get(address)
        return [
            record.getMessage() for record in caplog.records if record.name == "aboveboard.requests"
        ]

    assert logged("/api/v1/no-such") == ["GET (no such page)"]
    assert logged("/fine/") == ["GET /fine/"]
    assert logged("/api/fine") == []
    monkeypatch.setattr("aboveboard.site.requests.SLOW_ANSWER", 0.0)
    assert logged("/api/fine") == ["GET /api/fine"]


def test_a_database_that_is_away_is_said_to_be_so(caller: Client) -> None:
    response = caller.get("/away/")
    assert response.status_code == 503
    assert "is not responding" in response.content.decode()


def test_healthz_says_so_and_no_more(caller: Client) -> None:
    assert caller.get("/healthz").json() == {"ok": True}


def test_the_address_of_a_form_that_is_opened_is_a_page_with_the_next_step(caller: Client) -> None:
    opened = caller.get("/only-sent")
    assert opened.status_code == 405
    assert opened["Allow"] == "POST"
    assert "You cannot open this page directly" in opened.content.decode()
    assert caller.get("/only-sent", headers={"accept": "application/json"}).content == b""


def test_a_form_without_its_token_is_refused_in_plain_words() -> None:
    response = Client(enforce_csrf_checks=True).post("/refused/404")
    assert response.status_code == 403
    assert "This form has expired" in response.content.decode()


def test_an_asset_has_an_address_of_its_version(caller: Client) -> None:
    page = caller.get("/no-such-page").content.decode()
    address = re.search(r'href="(/static/brand\.css\?v=[0-9a-f]{10})"', page)
    assert address
    response = caller.get(address[1])
    assert response.status_code == 200
    assert "max-age=3600" in response["Cache-Control"]
    response.close()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "host", ["ada.moss-7946.example", "trust.example/AGE", "a b", "x" * 400, "evil.example:99999"]
)
def test_a_refused_host_is_not_logged_as_it_was_typed(
    host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (handler,) = (each for each in logging.getLogger().handlers if each.name == "stderr")
    written = io.StringIO()
    monkeypatch.setattr(handler, "stream", written)
    assert Client(headers={"host": host}).get("/trust/").status_code == 400
    logged = written.getvalue()
    assert "refused: DisallowedHost" in logged
    assert host not in logged
    assert host[:20] not in logged
