"""Each channel waits, is stopped, and keeps its rate, by itself."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterable
from datetime import timedelta

import pytest
from django.db import connection

from aboveboard.basics.actor import Actor, ActorKind, Role
from aboveboard.delivery import actions, draining, limits, queries, rendering
from aboveboard.delivery.actions import drain
from aboveboard.delivery.channels import DeliveryOutcome, DeliveryVerdict
from aboveboard.delivery.terms import Channel, DispatchState
from aboveboard.ledger.models import Entry
from tests.delivery.conftest import AT, KIND, FakeRenderer, batch_of
from tests.delivery.scripted import ScriptedServer

pytestmark = pytest.mark.django_db

LEAD = Actor(ActorKind.STAFF, "3", Role.INCIDENT_LEAD, "Privacy")


def stand_ins(monkeypatch: pytest.MonkeyPatch, channel: Channel, rate: int = 0) -> list[int]:
    """Let a channel be carried by what takes everything; return the keys that it took."""
    taken: list[int] = []

    class Takes:
        def __init__(self) -> None:
            self.rate, self.waiting = rate, deque[int]()

        def __enter__(self) -> Takes:
            return self

        def __exit__(self, *_: object) -> None: ...

        @property
        def busy(self) -> bool:
            return bool(self.waiting)

        def reach(self) -> None: ...

        def add(self, item: rendering.DispatchItem, *_: object, **__: object) -> None:
            self.waiting.append(item.id)

        def take_back(self, keys: object = None) -> set[int]:
            back, self.waiting = set(self.waiting), deque()
            return back

        def pump(self, wait: float) -> list[DeliveryOutcome]:
            taken.append(self.waiting.popleft())
            return [DeliveryOutcome(taken[-1], DeliveryVerdict.TAKEN, 202)]

    monkeypatch.setattr(draining, "CARRIERS", {**draining.CARRIERS, channel: Takes})
    return taken


def queue_also(batch_id: int, channel: Channel, people: Iterable[int]) -> None:
    actions.queue(
        batch_id, [actions.BatchRecipient(person, "en", channel) for person in people], at=AT
    )


def test_a_channel_that_is_away_delays_no_message_of_another(
    mail: Callable[..., None], renderer: FakeRenderer, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = stand_ins(monkeypatch, Channel.SMS)
    with ScriptedServer() as server:
        mail(server.port)
    batch_id = batch_of(range(1, 6))
    queue_also(batch_id, Channel.SMS, range(1, 4))
    assert drain(worker="w", at=AT).halted == "mail-server-unreachable"
    assert len(taken) == 3
    queue_also(batch_id, Channel.SMS, range(4, 6))
    assert drain(worker="w", at=AT + timedelta(seconds=1)).sent == 2
    by_channel = {each.channel: each for each in queries.progress(batch_id).channels}
    assert (by_channel[Channel.SMS].count(DispatchState.SENT), by_channel[Channel.SMS].trouble) == (
        5,
        "",
    )
    assert (by_channel[Channel.EMAIL].waiting, by_channel[Channel.EMAIL].trouble) == (
        5,
        "mail-server-unreachable",
    )


def test_a_channel_that_stays_away_is_asked_later_and_later_and_at_once_when_it_was_back(
    mail: Callable[..., None], renderer: FakeRenderer
) -> None:
    with ScriptedServer() as server:
        mail(server.port)
    batch_id = batch_of(range(1, 4))
    at, waits = AT, []
    for _ in range(8):
        assert drain(worker="w", at=at).halted
        retry_at = queries.progress(batch_id).channels[0].retry_at
        assert retry_at is not None
        waits.append(round((retry_at - at).total_seconds()))
        at = retry_at
    assert waits[:3] == [10, 20, 40]
    assert waits[-1] == limits.DELIVERY_LONGEST_SERVER_WAIT.total_seconds()
    with ScriptedServer() as server:
        mail(server.port)
        assert drain(worker="w", at=at).sent == 3
    batch_of([4])
    with ScriptedServer() as server:
        mail(server.port)
    drain(worker="w", at=at)
    assert drain(worker="w", at=at + timedelta(seconds=11)).halted, "its first wait again"


def test_a_channel_that_somebody_stopped_sends_nothing_and_the_others_go_on(
    server: ScriptedServer, renderer: FakeRenderer, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = stand_ins(monkeypatch, Channel.SMS)
    batch_id = batch_of(range(1, 4))
    queue_also(batch_id, Channel.SMS, range(1, 4))
    for _ in range(2):
        actions.pause_channel(Channel.SMS, by=LEAD, at=AT)
    assert drain(worker="w", at=AT).sent == 3
    assert (taken, len(server.kept)) == ([], 3)
    assert [each.is_paused for each in queries.progress(batch_id).channels] == [False, True]
    for _ in range(2):
        actions.resume_channel(Channel.SMS, by=LEAD, at=AT)
    assert drain(worker="w", at=AT).sent == 3
    assert len(taken) == 3
    kinds = Entry.objects.filter(kind="channel.set").order_by("id")
    assert [json.loads(bytes(entry.body))["facts"]["paused"] for entry in kinds] == [True, False]


def test_a_channel_that_was_let_go_on_past_the_program_stays_stopped(
    server: ScriptedServer, renderer: FakeRenderer
) -> None:
    batch_of([1])
    actions.pause_channel(Channel.EMAIL, by=LEAD, at=AT)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE delivery_channelpause SET paused_at = NULL")
    assert drain(worker="w", at=AT).sent == 0
    actions.resume_channel(Channel.EMAIL, by=LEAD, at=AT)
    actions.pause_channel(Channel.EMAIL, by=LEAD, at=AT)
    actions.resume_channel(Channel.EMAIL, by=LEAD, at=AT)
    assert drain(worker="w", at=AT).sent == 1


def test_no_more_leaves_in_a_second_than_a_channel_s_rate_whoever_sends(
    renderer: FakeRenderer, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = stand_ins(monkeypatch, Channel.SMS, rate=1)
    batch_id = actions.open_batch(KIND, {"incident": 7}, at=AT)
    queue_also(batch_id, Channel.SMS, range(1, 21))
    assert drain(worker="a", at=AT).held
    assert len(taken) == 2, "two seconds' worth at once"
    for second in range(1, 10):
        for worker in ("a", "b"):
            drain(worker=worker, at=AT + timedelta(seconds=second))
        # The clock of a drain runs on while it works, so one more may be due by then.
        assert 1 + second <= len(taken) <= 3 + second
