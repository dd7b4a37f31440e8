"""The worker's part: it sends what is due, and writes down what became of each attempt.

1. Events that were written beside changes become messages (``taking``). They are jobs, done here
   so that they do not wait for a long one.
2. Messages that are due are claimed for a while; nobody else has them meanwhile.
3. Each is built from its ledger entry, signed, and sent by the one door outwards, outside any
   transaction; endpoints beside each other, the messages of one after each other.
4. What became of it is written: the attempt, and when it is tried again, or that it has failed.

A worker that is killed between 3 and 4 leaves the message claimed: it is sent again when the claim
runs out, with the same ``webhook-id``, so that the receiver can tell.
"""

from __future__ import annotations

import random
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import F, Q, QuerySet

from aboveboard.basics.actor import SYSTEM
from aboveboard.basics.clock import now
from aboveboard.basics.personal import Personal
from aboveboard.connectors.contract import (
    SystemAnswerUnreadable,
    SystemRefused,
    SystemUnavailable,
)
from aboveboard.connectors.outgoing import addresses, retries
from aboveboard.connectors.outgoing.client import OutgoingCall, OutgoingClient
from aboveboard.delivery import limits
from aboveboard.delivery.models import WebhookAttempt, WebhookEndpoint, WebhookMessage
from aboveboard.delivery.terms import EndpointPause, FailureReason, WebhookState
from aboveboard.delivery.webhooks import actions, payload
from aboveboard.delivery.webhooks.destination import resolver_for, rules_for
from aboveboard.delivery.webhooks.secrets import SecretsDamaged, SigningSecret, open_secrets
from aboveboard.outbox.events import EVENT, event_types
from aboveboard.outbox.jobs import run_jobs_once

_GONE: Final = 410
_random: Final = random.SystemRandom()


@dataclass(frozen=True, slots=True)
class AttemptOutcome:
    """What became of one attempt. ``retry_after``: seconds that the endpoint asks for."""

    at: datetime
    status: int
    milliseconds: int
    reason: FailureReason | None
    retry_after: float = 0.0


@dataclass(frozen=True, slots=True)
class _Plan:
    """Everything that the attempts at one endpoint's messages need, read beforehand: no thread of
    the calls asks the database."""

    endpoint: WebhookEndpoint
    secrets: Sequence[SigningSecret]
    bodies: Sequence[tuple[WebhookMessage, bytes]]


def send_due(
    *,
    worker: str,
    at: datetime,
    clock: Callable[[], datetime],
    resolver: addresses.Resolver = addresses.system_resolver,
) -> int:
    """Send what is due, and return how many attempts that was. ``at`` is what is due by, ``clock``
    what an attempt is dated by."""
    run_jobs_once(worker=worker, at=at, kinds=(EVENT,))  # 1
    return _send(_claim(_due(at), worker, at), at, clock, resolver)  # 2


def send_one(message: int, *, at: datetime) -> None:
    """Send one message that waits now, whether its endpoint is paused or not: somebody tests it."""
    waiting = WebhookMessage.objects.filter(pk=message, state=WebhookState.QUEUED)
    _send(_claim(waiting, "test", at), at, now, addresses.system_resolver)


def _send(
    messages: Sequence[WebhookMessage],
    at: datetime,
    clock: Callable[[], datetime],
    resolver: addresses.Resolver,
) -> int:
    plans, tried = list(_plans(messages, at)), 0
    if not plans:
        return 0
    with ThreadPoolExecutor(max_workers=limits.WEBHOOK_CONNECTIONS) as pool:
        calls = {pool.submit(_call, plan, clock, resolver): plan for plan in plans}  # 3
        for call in as_completed(calls):
            plan, outcomes = calls[call], call.result()
            for (message, _), outcome in zip(plan.bodies, outcomes, strict=False):
                _record(message, outcome)  # 4
            tried += len(outcomes)
            _let_go([message for message, _ in plan.bodies[len(outcomes) :]])
    return tried


def _due(at: datetime) -> QuerySet[WebhookMessage]:
    free = Q(lease_until=None) | Q(lease_until__lte=at)
    rested = Q(endpoint__resting_until=None) | Q(endpoint__resting_until__lte=at)
    # What is removed gets its rows closed, with that as the reason.
    on = Q(endpoint__paused_at=None) | Q(endpoint__removed_at__isnull=False)
    return WebhookMessage.objects.filter(
        free, rested, on, state=WebhookState.QUEUED, due_at__lte=at
    )


def _claim(messages: QuerySet[WebhookMessage], worker: str, at: datetime) -> list[WebhookMessage]:
    """Step 2."""
    with transaction.atomic():
        ordered = messages.select_related("endpoint").order_by("due_at", "id")
        locked = ordered.select_for_update(skip_locked=True, of=("self",))
        rows = list(locked[: limits.WEBHOOK_CHUNK])
        WebhookMessage.objects.filter(pk__in=[row.pk for row in rows]).update(
            claimed_by=worker, lease_until=at + limits.WEBHOOK_LEASE, attempts=F("attempts") + 1
        )
    for row in rows:
        row.attempts += 1
    return rows


def _plans(messages: Sequence[WebhookMessage], at: datetime) -> Iterator[_Plan]:
    """Yield what is to be called; what cannot be sent is written down at once."""
    known = event_types()
    grouped: dict[int, list[WebhookMessage]] = defaultdict(list)
    for message in messages:
        grouped[message.endpoint_id].append(message)
    for group in grouped.values():
        endpoint, bodies = group[0].endpoint, []
        secrets, problem = _secrets_of(endpoint, at)
        for message in group:
            kind = known.get(message.type)
            body = payload.body_of(message, kind) if kind and message.authentic else None
            if problem or body is None:
                _give_up(message, problem or FailureReason.NOT_AUTHENTIC, at)
            else:
                bodies.append((message, body))
        if bodies:
            yield _Plan(endpoint, secrets, bodies)


def _secrets_of(
    endpoint: WebhookEndpoint, at: datetime
) -> tuple[Sequence[SigningSecret], FailureReason | None]:
    if endpoint.removed_at is not None:
        return (), FailureReason.REMOVED
    if not endpoint.authentic:
        return (), FailureReason.NOT_AUTHENTIC
    try:
        return open_secrets(endpoint.serial, bytes(endpoint.secrets), at=at), None
    except SecretsDamaged:
        return (), FailureReason.NOT_AUTHENTIC


def _call(
    plan: _Plan, clock: Callable[[], datetime], resolver: addresses.Resolver
) -> list[AttemptOutcome]:
    """Step 3. Return the outcomes of as many messages as were tried: after one that failed slowly
    the rest waits."""
    endpoint, outcomes = plan.endpoint, []
    plain = endpoint.plain_http
    client = OutgoingClient(
        endpoint.name,
        rules_for(endpoint.url, endpoint.networks, plain_http=plain),
        resolver=resolver_for(endpoint.networks, plain_http=plain, resolver=resolver),
        call_seconds=limits.WEBHOOK_CALL.total_seconds(),
    )
    try:
        for message, body in plan.bodies:
            at = clock()
            call = OutgoingCall(
                "POST",
                Personal(endpoint.url),
                headers=payload.headers_for(message.event_id, body, plan.secrets, at=at),
                body=body,
                repeatable=False,
            )
            outcomes.append(_attempt(client, call, at))
            if outcomes[-1].reason and _is_slow(outcomes[-1]):
                break
    finally:
        client.close()
    return outcomes


def _attempt(client: OutgoingClient, call: OutgoingCall, at: datetime) -> AttemptOutcome:
    began = time.monotonic()
    status, asked, reason = 0, 0.0, None
    try:
        answer = client.send_once(call)
        status = answer.status
        asked = retries.asked_wait(answer.headers.get("retry-after", ""), time.time())
        if not 200 <= status < 300:
            # A redirect too: who moves says so to an administrator, not to whoever calls.
            reason = FailureReason.GONE if status == _GONE else FailureReason.STATUS
    except SystemUnavailable:
        reason = FailureReason.UNREACHABLE
    except SystemRefused:
        reason = FailureReason.REFUSED_ADDRESS
    except SystemAnswerUnreadable:
        reason = FailureReason.UNREADABLE
    return AttemptOutcome(at, status, round((time.monotonic() - began) * 1000), reason, asked)


def _is_slow(outcome: AttemptOutcome) -> bool:
    return outcome.milliseconds >= limits.WEBHOOK_SLOW.total_seconds() * 1000


def _record(message: WebhookMessage, outcome: AttemptOutcome) -> None:
    """Step 4."""
    at = outcome.at
    with transaction.atomic():
        WebhookAttempt.objects.create(
            message=message,
            at=at,
            status=outcome.status,
            milliseconds=outcome.milliseconds,
            reason=outcome.reason or "",
        )
        rows = WebhookMessage.objects.filter(pk=message.pk, state=WebhookState.QUEUED)
        if outcome.reason is None:
            rows.update(state=WebhookState.SENT, reason="", done_at=at, lease_until=None)
            WebhookEndpoint.objects.filter(pk=message.endpoint_id).update(
                failing_since=None, resting_until=None
            )
            return
        wait = _wait(message.attempts, outcome)
        if wait is None:
            state = {"state": WebhookState.FAILED, "done_at": at}
            rows.update(reason=outcome.reason, lease_until=None, **state)
        else:
            rows.update(reason=outcome.reason, lease_until=None, due_at=at + wait)
        _record_failure(message.endpoint_id, outcome)


def _wait(attempts: int, outcome: AttemptOutcome) -> timedelta | None:
    """Return how long to wait after the ``attempts``-th attempt (from 1) failed; None: it was the
    last."""
    if outcome.reason is FailureReason.GONE or attempts > len(limits.WEBHOOK_WAITS):
        return None
    wait = limits.WEBHOOK_WAITS[attempts - 1]
    asked = timedelta(seconds=min(outcome.retry_after, 10**6))
    wait = max(wait, min(asked, limits.WEBHOOK_LONGEST_ASKED))
    return wait * (1 + _random.random() * limits.WEBHOOK_JITTER)


def _record_failure(serial: int, outcome: AttemptOutcome) -> None:
    """Note since when an endpoint takes nothing; pause one that wants no more, or took nothing for
    too long."""
    endpoint = WebhookEndpoint.objects.select_for_update().get(pk=serial)
    since = endpoint.failing_since or outcome.at
    rest = outcome.at + limits.WEBHOOK_REST if _is_slow(outcome) else endpoint.resting_until
    WebhookEndpoint.objects.filter(pk=serial).update(failing_since=since, resting_until=rest)
    if endpoint.removed_at is not None or not endpoint.authentic:
        return
    if outcome.reason is FailureReason.GONE:
        actions.pause(endpoint.name, why=EndpointPause.GONE, by=SYSTEM, at=outcome.at)
    elif outcome.at - since >= limits.WEBHOOK_FAILING:
        actions.pause(endpoint.name, why=EndpointPause.FAILING, by=SYSTEM, at=outcome.at)


def _give_up(message: WebhookMessage, reason: FailureReason, at: datetime) -> None:
    WebhookMessage.objects.filter(pk=message.pk).update(
        state=WebhookState.FAILED, reason=reason, done_at=at, lease_until=None
    )


def _let_go(messages: Sequence[WebhookMessage]) -> None:
    """Give back what was claimed and not tried."""
    WebhookMessage.objects.filter(pk__in=[message.pk for message in messages]).update(
        lease_until=None, claimed_by="", attempts=F("attempts") - 1
    )
