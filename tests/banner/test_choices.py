"""What a visitor's browser sends: kept as proof from declared sites alone, marked where the work is
missing, and never more than there is room for."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from typing import Any

import pytest
from django.test import Client

from aboveboard.basics import clock, settings
from aboveboard.promise.queries import in_force
from aboveboard.website import limits
from aboveboard.website.asked import revision_of
from aboveboard.website.models import VisitorChoice
from aboveboard.website.work import is_done, stamp
from tests.world import adopt

pytestmark = pytest.mark.django_db

SITE = "https://shop.example"
VISITOR = "0123456789abcdef" * 2
ANSWERS = {"measure-visits": True, "personal-offers": False}


@pytest.fixture(autouse=True)
def declared(monkeypatch: pytest.MonkeyPatch, db: None) -> None:
    """One site is declared, and the sample promise is in force."""
    adopt()
    current = settings.current()
    changed = replace(
        current, website=replace(current.website, origins=f"{SITE}/, https://b.example")
    )
    monkeypatch.setattr(settings, "current", lambda: changed)


def sent(visitor: str = VISITOR, *, work: bool = True, **changed: Any) -> dict[str, Any]:
    """What the panel sends, with its work."""
    promise = in_force()
    revision = revision_of(promise.promise)
    about = stamp(visitor, revision, ANSWERS.values())
    done: Iterator[str] = (str(n) for n in count() if is_done(about, str(n)))
    return {
        "id": visitor,
        "promise": promise.serial,
        "revision": revision,
        "language": "en",
        "how": "each",
        "gpc": False,
        "answers": ANSWERS,
        "work": next(done) if work else "",
        **changed,
    }


def post(body: object, *, origin: str = SITE) -> Any:
    """Send a body from a page of a site."""
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Client(enforce_csrf_checks=True).post(
        "/banner/choices", text, content_type="application/json", HTTP_ORIGIN=origin
    )


def test_a_choice_is_kept_with_what_was_shown_and_the_same_again_is_one() -> None:
    answer = post(sent())
    assert answer.status_code == 204
    assert answer["Access-Control-Allow-Origin"] == SITE
    assert "Set-Cookie" not in answer
    row = VisitorChoice.objects.get()
    assert (row.visitor, row.answers, row.site, row.proved) == (VISITOR, ANSWERS, SITE, True)
    assert (row.promise_serial, row.language, row.how) == (in_force().serial, "en", "each")
    assert post(sent()).status_code == 204
    assert VisitorChoice.objects.count() == 1
    # What came without its work is kept apart, and does not pass for proof.
    assert post(sent("f" * 32, work=False)).status_code == 204
    assert post({**sent("e" * 32, work=False), "work": "9"}).status_code == 204
    assert VisitorChoice.objects.filter(proved=False).count() == 2


WRONG: list[object] = [
    b"",
    b"[" * 100_000,
    b'{"id": 1}',
    b"\xff",
    {"id": VISITOR.upper()},
    {"answers": {"measure-visits": 1, "personal-offers": False}},
    {"answers": {"measure-visits": True}},
    {"answers": {**ANSWERS, "deliver-orders": True}},
    {"answers": [True, False]},
    {"promise": 10**12},
    {"promise": True},
    {"promise": 9_999},
    {"revision": "00000000"},
    {"language": "english"},
    {"how": "by force"},
    {"gpc": "1"},
    {"email": "jo@example.org"},
    {"language": "e" * limits.BODY_BYTES},
]
"""Whole bodies, or what is other in one that the panel sends."""


def test_what_the_panel_would_not_send_is_refused() -> None:
    for wrong in WRONG:
        answer = post(sent(work=False, **wrong) if isinstance(wrong, dict) else wrong)
        assert answer.status_code == 422, (wrong, answer.content)
        assert answer.json()["code"] == "visitor_choice_refused"
        assert "jo@example" not in answer.content.decode()
    assert not VisitorChoice.objects.exists()


def test_only_pages_of_declared_sites_may_send(monkeypatch: pytest.MonkeyPatch) -> None:
    for origin in ("https://evil.example", "null", "", "https://shop.example.evil.example"):
        answer = post(sent(work=False), origin=origin)
        assert answer.status_code == 403
        assert "Access-Control-Allow-Origin" not in answer
    assert not VisitorChoice.objects.exists()
    asked = Client().options(
        "/banner/choices", HTTP_ORIGIN=SITE, HTTP_ACCESS_CONTROL_REQUEST_METHOD="POST"
    )
    assert asked.status_code == 204
    assert asked["Access-Control-Allow-Headers"] == "Content-Type"
    assert "Access-Control-Allow-Credentials" not in asked


def test_a_flood_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "UNPROVED_ROWS", 3)
    monkeypatch.setattr(limits, "VISITOR_ROWS", 2)
    statuses = [post(sent(f"{n:032x}", work=False)).status_code for n in range(5)]
    assert statuses == [204, 204, 204, 429, 429]
    assert VisitorChoice.objects.count() == 3
    # Proved ones still get in, but not one visitor's for ever; then the network has to wait.
    ways = [post(sent(how=how)).status_code for how in ("all", "none", "all")]
    assert ways == [204, 204, 429]
    last = [post(b"x") for _ in range(120)][-1]
    assert last.status_code == 429
    assert int(last["Retry-After"]) > 0


def test_the_files_may_be_kept_by_browsers_and_used_by_any_site() -> None:
    browser = Client()
    loader = browser.get("/banner/loader.js")
    assert loader.status_code == 200
    assert loader["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert loader["Cache-Control"] == "public, max-age=300"
    assert browser.get("/banner/loader.js", HTTP_IF_NONE_MATCH=loader["ETag"]).status_code == 304
    zipped = browser.get("/banner/loader.js", HTTP_ACCEPT_ENCODING="gzip, br")
    assert gzip.decompress(zipped.content) == loader.content
    script, sheet = "/banner/panel.js", "/banner/panel.css"
    named = loader.content.decode().partition('"script":["')[2].partition('"')[0]
    assert "immutable" in browser.get(f"/banner/{named}")["Cache-Control"]
    assert "immutable" not in browser.get(script)["Cache-Control"]
    assert browser.get(sheet)["Content-Type"].startswith("text/css")
    assert browser.get("/banner/words.json?language=fr").json()["refuse"] == "Tout refuser"
    assert browser.get("/banner/words.json?language=xx").json()["language"] == "en"
    assert not browser.cookies
    # Pages of ours are nobody else's to load.
    assert browser.get("/trust/")["Cross-Origin-Resource-Policy"] == "same-origin"


def test_the_support_of_a_browsers_signal_is_said_where_browsers_look() -> None:
    answer = Client().get("/.well-known/gpc.json")
    assert answer["Content-Type"] == "application/json"
    assert answer.json() == {
        "gpc": True,
        "lastUpdate": in_force().adopted_at.date().isoformat(),
    }


def test_what_is_kept_is_put_under_the_log_and_goes_when_its_time_is_over() -> None:
    from aboveboard.website import actions, queries

    before = clock.now()
    post(sent())
    post(sent("f" * 32, work=False))
    now = clock.now()
    assert actions.seal_batch(at=now) == 0  # the hour is not over
    assert actions.seal_batch(at=now + limits.BATCH_EVERY) == 1
    assert actions.seal_batch(at=now + 2 * limits.BATCH_EVERY) == 0
    assert list(queries.changed_batches()) == []
    assert queries.counts() == queries.VisitorCounts(proved=1, unproved=1, waiting=0)
    VisitorChoice.objects.filter(proved=True).update(answers={"measure-visits": False})
    (sentence,) = queries.changed_batches()
    assert sentence.endswith("were changed past the program.")
    assert actions.sweep(at=before + limits.UNPROVED_KEPT) == 0
    later = clock.now() + limits.UNPROVED_KEPT
    assert actions.sweep(at=later) == 1
    assert actions.sweep(at=before + limits.PROOF_KEPT) == 0
    assert actions.sweep(at=clock.now() + limits.PROOF_KEPT) == 1
    assert list(queries.changed_batches()) == []
