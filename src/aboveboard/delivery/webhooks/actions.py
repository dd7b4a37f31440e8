"""Every change to webhook endpoints and to what waits for them. Each change of an endpoint has its
ledger entry in one transaction."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec
from django.db import transaction
from django.db.models import QuerySet

from aboveboard.basics.actor import Actor
from aboveboard.basics.errors import Conflict, Invalid, NotFound
from aboveboard.basics.facts import Code, Digest
from aboveboard.basics.ids import new_id
from aboveboard.connectors.contract import SystemRefused
from aboveboard.connectors.outgoing import addresses
from aboveboard.delivery import limits
from aboveboard.delivery.entries import TESTED, WebhookSet
from aboveboard.delivery.models import WebhookEndpoint, WebhookMessage
from aboveboard.delivery.terms import EndpointPause, WebhookState
from aboveboard.delivery.webhooks import destination
from aboveboard.delivery.webhooks.queries import EndpointRecord, endpoint_of
from aboveboard.delivery.webhooks.secrets import (
    SigningSecret,
    new_secret,
    open_secrets,
    seal_secrets,
)
from aboveboard.keys.rows import RowNotAuthentic
from aboveboard.ledger.actions import append
from aboveboard.outbox.actions import post
from aboveboard.outbox.events import event_types, listen

PAUSED: Final = "webhook.paused"
"""Kind of the message that has staff notified that an endpoint was paused."""
_LONGEST_NAME: Final = 100
_LONGEST_URL: Final = 500


class EndpointRefused(Invalid):
    """This endpoint cannot be added: {why}."""

    code = "webhook_endpoint_refused"
    next_step = "{fix}"


@transaction.atomic
def add(
    name: str,
    url: str,
    events: Collection[str],
    *,
    networks: Sequence[str] = (),
    plain_http: bool = False,
    by: Actor,
    at: datetime,
) -> tuple[EndpointRecord, str]:
    """Return a new endpoint and the secret that signs what it is sent, which is shown this once.

    ``networks``: networks and addresses inside our own network in which it may be, such as
    ``10.1.0.0/16``; ``plain_http``: whether it may be spoken to there without TLS.

    Raises:
        EndpointRefused: its name, address, kinds of event or networks cannot be.
        Conflict: there is an endpoint of that name.
    """
    name, url = name.strip(), url.strip()
    if not name or len(name) > _LONGEST_NAME:
        fix = f"Give it a name of 1 to {_LONGEST_NAME} characters, such as CRM."
        raise EndpointRefused(why="it has no name, or too long a one", fix=fix)
    _check_events(events)
    _check_address(url, networks, plain_http)
    if WebhookEndpoint.objects.filter(name=name, removed_at=None).exists():
        raise Conflict(why=f"there is an endpoint called {name} already")
    row = WebhookEndpoint.objects.create(
        name=name,
        url=url,
        events=sorted(set(events)),
        networks=list(networks),
        plain_http=plain_http,
        made_at=at,
        made_by=by.as_json(),
    )
    secret = new_secret()
    row.secrets = seal_secrets(row.serial, [secret])
    return _written(row, "added", by=by, at=at), secret.text


@transaction.atomic
def pause(
    name: str, *, why: EndpointPause = EndpointPause.BY_HAND, by: Actor, at: datetime
) -> EndpointRecord:
    """Send nothing to an endpoint until it is resumed: what happens meanwhile waits.

    Raises:
        NotFound: there is no such endpoint.
        RowNotAuthentic: it was changed past this program.
    """
    row = _locked(name)
    if row.paused_at is not None:
        return endpoint_of(row)
    row.paused_at, row.paused_why = at, why
    if why is not EndpointPause.BY_HAND:
        post(PAUSED, {"endpoint": row.serial})
    return _written(row, "paused", by=by, at=at)


@transaction.atomic
def resume(name: str, *, by: Actor, at: datetime) -> EndpointRecord:
    """Send to an endpoint again, what waited first.

    Raises: as :func:`pause`.
    """
    row = _locked(name)
    if row.paused_at is None:
        return endpoint_of(row)
    row.paused_at, row.paused_why = None, ""
    row.failing_since = row.resting_until = None
    # At once, and not when the last of many waits would have ended.
    WebhookMessage.objects.filter(endpoint=row, state=WebhookState.QUEUED).update(due_at=at)
    return _written(row, "resumed", by=by, at=at)


@transaction.atomic
def rotate(
    name: str, *, overlap: timedelta = limits.WEBHOOK_OVERLAP, by: Actor, at: datetime
) -> tuple[EndpointRecord, str]:
    """Return a new secret, shown this once. For ``overlap`` the one before signs as well, so that
    the receiver can change over; with none it stops now.

    Raises:
        Invalid: the overlap is longer than ``limits.WEBHOOK_LONGEST_OVERLAP``, or negative.
        NotFound, RowNotAuthentic: as :func:`pause`.
        SecretsDamaged: the one before does not open, and there is an overlap.
    """
    if not timedelta(0) <= overlap <= limits.WEBHOOK_LONGEST_OVERLAP:
        days = limits.WEBHOOK_LONGEST_OVERLAP.days
        raise Invalid(found="two secrets cannot sign for that long", fix=f"Give 0 to {days} days.")
    row = _locked(name)
    secret, kept = new_secret(), []
    if overlap:
        # The newest alone: one that is on its way out already is not kept for longer.
        newest = open_secrets(row.serial, bytes(row.secrets), at=at)[:1]
        kept = [SigningSecret(each.text, at + overlap) for each in newest]
    row.secrets = seal_secrets(row.serial, [secret, *kept])
    return _written(row, "rotated", by=by, at=at), secret.text


@transaction.atomic
def remove(name: str, *, by: Actor, at: datetime) -> EndpointRecord:
    """Remove an endpoint for good. What waited for it is not sent, and its secrets are destroyed.

    Raises: as :func:`pause`.
    """
    row = _locked(name)
    row.removed_at, row.secrets = at, b""
    return _written(row, "removed", by=by, at=at)


@transaction.atomic
def test(name: str, *, at: datetime) -> int:
    """Queue a message that says nothing happened, and return its number.

    Raises:
        NotFound, RowNotAuthentic: as :func:`pause`.
    """
    row = _locked(name)
    if not row.authentic or row.entry_id is None:
        raise RowNotAuthentic(table=row._meta.label)
    message = WebhookMessage.objects.create(
        endpoint=row,
        event_id=new_id(),
        type=TESTED.name,
        at=at,
        entry_id=row.entry_id,
        due_at=at,
    )
    return int(message.pk)


def replay(messages: Collection[int], *, at: datetime) -> int:
    """Send messages again, with the id that they had; return how many. One that waits already is
    left as it is, and so is one about somebody who was erased."""
    return _replay(WebhookMessage.objects.filter(pk__in=list(messages)), at)


def replay_span(name: str, since: datetime, until: datetime, *, at: datetime) -> int:
    """Send an endpoint again all that happened from ``since`` until before ``until``; return how
    many messages that is.

    Raises:
        NotFound: there is no such endpoint.
    """
    row = _locked(name)
    return _replay(WebhookMessage.objects.filter(endpoint=row, at__gte=since, at__lt=until), at)


def _replay(messages: QuerySet[WebhookMessage], at: datetime) -> int:
    again = messages.exclude(state__in=(WebhookState.QUEUED, WebhookState.SKIPPED))
    return again.filter(endpoint__removed_at=None).update(
        state=WebhookState.QUEUED, reason="", due_at=at, attempts=0, done_at=None, lease_until=None
    )


def sweep(*, at: datetime) -> int:
    """Delete messages, with their attempts, that were done ``limits.WEBHOOK_KEPT`` ago; return how
    many."""
    before = at - limits.WEBHOOK_KEPT
    old = WebhookMessage.objects.filter(done_at__lt=before).order_by("pk")
    deleted = 0
    while page := list(old.values_list("pk", flat=True)[: limits.WEBHOOK_SWEPT]):
        WebhookMessage.objects.filter(pk__in=page).delete()
        deleted += len(page)
    return deleted


def digest_of(row: WebhookEndpoint) -> str:
    """Return the SHA-256 of where an endpoint is and of its sealed secrets, lower-case hex. Nobody
    can guess it: the box has a random nonce."""
    box = base64.b64encode(bytes(row.secrets)).decode()
    plain = [row.serial, row.name, row.url, row.networks, row.plain_http, box]
    return hashlib.sha256(msgspec.json.encode(plain)).hexdigest()


def _written(row: WebhookEndpoint, change: str, *, by: Actor, at: datetime) -> EndpointRecord:
    """Write a change of an endpoint with its entry, and let what happens be written for who still
    listens."""
    entry = WebhookSet(
        row.serial,
        Code(change),
        tuple(map(Code, row.events)),
        Digest(digest_of(row)),
        Code(row.paused_why),
        row.removed_at is not None,
    )
    row.entry_id = append(entry, by=by, handle=None, at=at)
    row.save()
    rows = WebhookEndpoint.objects.filter(removed_at=None)
    listen({event for each in rows for event in each.events})
    return endpoint_of(row)


def _locked(name: str) -> WebhookEndpoint:
    rows = WebhookEndpoint.objects.select_for_update().filter(name=name, removed_at=None)
    row: WebhookEndpoint | None = rows.first()
    if row is None:
        raise NotFound(what="webhook endpoint")
    return row


def _check_events(events: Collection[str]) -> None:
    known = set(event_types()) - {TESTED.name}
    unknown = sorted(set(events) - known)
    if unknown or not events:
        why = f"there is no event {unknown[0]}" if unknown else "it names no event"
        raise EndpointRefused(why=why, fix=f"Name some of: {', '.join(sorted(known))}.")


def _check_address(url: str, networks: Sequence[str], plain_http: bool) -> None:
    for text in networks:
        try:
            addresses.read_network(text)
        except ValueError:
            fix = "Write such as 10.1.0.0/16, or one address."
            raise EndpointRefused(why=f"{text} is no network", fix=fix) from None
    if plain_http and not networks:
        fix = "Use https, or name the network inside which it is."
        raise EndpointRefused(why="plain http is for our own network alone", fix=fix)
    if len(url) > _LONGEST_URL:
        fix = f"Use one of at most {_LONGEST_URL} characters."
        raise EndpointRefused(why="its address is too long", fix=fix)
    try:
        destination.check(url, networks, plain_http=plain_http)
    except SystemRefused as error:
        fix = "Write it such as https://crm.example/aboveboard."
        raise EndpointRefused(why=str(error.details["reason"]), fix=fix) from None
