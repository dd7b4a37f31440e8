"""E-mail by a provider's API: what arrives there, and what it tells of it later."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from aboveboard.basics import settings
from aboveboard.delivery import actions, queries
from aboveboard.delivery.actions import drain
from aboveboard.ledger.models import Entry
from tests.delivery.conftest import AT, FakeRenderer, batch_of
from tests.delivery.mail_providers import MailProviderServer, report_of, serving

pytestmark = pytest.mark.django_db


@pytest.fixture(params=["mailgun", "postmark"])
def provider(
    request: pytest.FixtureRequest, mailing: Callable[..., None]
) -> Iterator[MailProviderServer]:
    with serving(request.param) as server:
        mailing(request.param, server)
        yield server


def receive(reference: str, what: str, **signed: str) -> HttpResponse:
    """Let the provider of the settings tell of a message."""
    arrived = report_of(settings.current().mail.provider, reference, what, **signed)
    return Client().post(  # type: ignore[return-value]
        "/receipts/mail/",
        arrived.body,
        content_type="application/json",
        headers=arrived.headers,
    )


def test_what_became_of_a_message_is_read_back_and_a_forged_word_changes_nothing(
    provider: MailProviderServer, renderer: FakeRenderer
) -> None:
    batch_id = batch_of([1, 2, 3])
    assert drain(worker="w", at=AT).sent == 3
    assert sorted(to for _, to in provider.taken) == [f"p{each}@x.example" for each in (1, 2, 3)]
    rows = queries.dispatches(batch_id)
    states = dict(zip(("delivered", "bounced", "complained"), rows, strict=True))
    for what, row in states.items():
        assert receive(f"notice.{row.id}", what, key="guessed:guessed").status_code == 403
    assert {row.receipt for row in queries.dispatches(batch_id)} == {""}
    for _ in range(2):
        for what, row in states.items():
            assert receive(f"notice.{row.id}", what).status_code == 204
    assert [(row.state.value, row.reason, row.receipt) for row in queries.dispatches(batch_id)] == [
        ("sent", "", "delivered"),
        ("failed", "returned", "returned"),
        ("sent", "", "complained"),
    ]
    [entry] = Entry.objects.filter(kind="notice.failed")
    assert json.loads(bytes(entry.body))["facts"]["reason"] == "returned"


def test_a_provider_that_asks_for_patience_is_asked_when_it_says(
    provider: MailProviderServer, renderer: FakeRenderer
) -> None:
    provider.throttled = 99
    batch_id = batch_of(range(1, 4))
    assert drain(worker="w", at=AT).halted == "mail-provider-busy"
    assert {row.attempts for row in queries.dispatches(batch_id)} == {0}
    provider.throttled = 0
    assert drain(worker="w", at=AT + timedelta(seconds=11)).sent == 3


@pytest.mark.parametrize(
    "body",
    [b"", b"\xff", b"[]", b"{}", b"null", b"1", b"[" * 60_000, b'{"a":' * 9_000, b"x" * 70_000],
)
def test_what_no_provider_sends_changes_nothing(provider: MailProviderServer, body: bytes) -> None:
    for headers in (
        {},
        report_of(settings.current().mail.provider, "notice.1", "delivered").headers,
    ):
        answer: Any = Client().post(
            "/receipts/mail/", body, content_type="application/json", headers=headers
        )
        assert answer.status_code in (204, 400, 403)
    assert not Entry.objects.filter(kind__startswith="notice").exists()


def test_without_a_provider_nobody_is_listened_to(renderer: FakeRenderer) -> None:
    batch_id = actions.open_batch("test.notice", {"incident": 7}, at=AT)
    assert (
        Client().post("/receipts/mail/", b"{}", content_type="application/json").status_code == 403
    )
    assert queries.dispatches(batch_id) == []
