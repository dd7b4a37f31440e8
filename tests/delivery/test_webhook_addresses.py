"""Nobody makes us notify an address inside our own network that was not named for it."""

from __future__ import annotations

import pytest

from aboveboard.basics import clock
from aboveboard.delivery.terms import FailureReason, WebhookState
from aboveboard.delivery.webhooks import actions, sending
from aboveboard.delivery.webhooks.actions import EndpointRefused
from tests.delivery.receiver import (
    ADMINISTRATOR,
    CHOICES,
    OWN,
    Receiver,
    add_endpoint,
    newest_state,
    receiving,
    say,
    send,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/hooks",
        "https://169.254.169.254/latest/meta-data/",
        "https://[::ffff:10.0.0.1]/",
        "https://2130706433/",
        "https://user:secret@crm.example/",
        "http://crm.example/hooks",
        "file:///etc/passwd",
        "crm.example",
    ],
)
def test_an_address_that_may_not_be_called_is_not_taken(url: str) -> None:
    with pytest.raises(EndpointRefused) as refused:
        actions.add("CRM", url, CHOICES, by=ADMINISTRATOR, at=clock.now())
    assert refused.value.step
    assert "secret" not in str(refused.value)


def test_plain_http_stays_inside_the_networks_that_were_named() -> None:
    for url in ("http://1.1.1.1/hooks", "http://127.0.0.1/hooks"):
        with pytest.raises(EndpointRefused):
            actions.add(
                "CRM",
                url,
                CHOICES,
                networks=["10.1.0.0/16"],
                plain_http=True,
                by=ADMINISTRATOR,
                at=clock.now(),
            )
    with pytest.raises(EndpointRefused, match="own network alone"):
        actions.add(
            "CRM", "http://crm.example", CHOICES, plain_http=True, by=ADMINISTRATOR, at=clock.now()
        )


@pytest.mark.parametrize("answer", ["127.0.0.1", "10.0.0.7", "169.254.169.254"])
def test_a_name_that_leads_inside_is_not_called(person: int, answer: str) -> None:
    actions.add("CRM", "https://crm.example/", CHOICES, by=ADMINISTRATOR, at=clock.now())
    say(person)
    sending.send_due(
        worker="w", at=clock.now(), clock=clock.now, resolver=lambda host, port: [answer]
    )
    assert newest_state() == (WebhookState.QUEUED, FailureReason.REFUSED_ADDRESS)


def test_a_name_that_leads_outside_is_not_notified_without_tls(person: int) -> None:
    actions.add(
        "CRM",
        "http://crm.internal/",
        CHOICES,
        networks=OWN,
        plain_http=True,
        by=ADMINISTRATOR,
        at=clock.now(),
    )
    say(person)
    sending.send_due(
        worker="w", at=clock.now(), clock=clock.now, resolver=lambda host, port: ["1.1.1.1"]
    )
    assert newest_state() == (WebhookState.QUEUED, FailureReason.REFUSED_ADDRESS)


def test_a_redirect_is_a_failure_and_is_not_followed(crm: Receiver, person: int) -> None:
    add_endpoint(crm)
    with receiving() as inner:
        crm.statuses, crm.headers = [307], {"location": inner.url}
        say(person)
        send()
        assert inner.ids == []
    assert newest_state() == (WebhookState.QUEUED, FailureReason.STATUS)
