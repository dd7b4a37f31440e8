"""Everyone queued is reached, or is a row with a reason; nobody recorded is sent to again."""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection

from aboveboard.basics.actor import SYSTEM, Actor, ActorKind, Role
from aboveboard.basics.errors import NotFound
from aboveboard.basics.facts import Code
from aboveboard.basics.package import NotHeld, RecordedEntry
from aboveboard.delivery import actions, claims, limits, queries, rendering
from aboveboard.delivery.actions import drain
from aboveboard.delivery.entries import NoticeSent
from aboveboard.delivery.queries import DispatchFilter
from aboveboard.delivery.terms import Channel, DispatchState
from aboveboard.ledger.models import Entry
from aboveboard.outbox.reference import RefusedReference
from tests.delivery.conftest import AT, KIND, FakeRenderer, batch_of
from tests.delivery.scripted import ScriptedServer

pytestmark = pytest.mark.django_db

LEAD = Actor(ActorKind.STAFF, "3", Role.INCIDENT_LEAD, "Privacy")
LATER = AT + limits.DELIVERY_FIRST_WAIT + timedelta(seconds=5)


def lines(batch_id: int) -> dict[tuple[str, str], int]:
    return {
        (tally.state.value, tally.reason): tally.count
        for tally in queries.progress(batch_id).tallies
    }


def recipients(server: ScriptedServer) -> Counter[str]:
    return Counter(to for to, _ in server.kept)


def test_everyone_is_reached_once_and_each_is_a_row(
    server: ScriptedServer, renderer: FakeRenderer
) -> None:
    batch_id = batch_of(range(1, 1201))
    done = drain(worker="w", at=AT)
    assert (done.sent, done.halted) == (1200, "")
    assert recipients(server) == Counter(f"p{person}@x.example" for person in range(1, 1201))
    progress = queries.progress(batch_id)
    assert (progress.total, progress.count(DispatchState.SENT), progress.is_over) == (
        1200,
        1200,
        True,
    )
    rows = queries.dispatches(batch_id, DispatchFilter(DispatchState.SENT), limit=2000)
    assert len(rows) == 1200
    assert all(row.sent_at and row.smtp_code == 250 and row.attempts == 1 for row in rows)
    assert drain(worker="w", at=AT).sent == 0, "a second drain finds nothing"
    assert len(server.kept) == 1200


def test_each_sending_is_in_the_ledger_without_the_person(
    server: ScriptedServer, renderer: FakeRenderer
) -> None:
    renderer.addresses[2] = "refused@x.example"
    batch_id = batch_of([1, 2])
    drain(worker="w", at=AT)
    entries = [json.loads(bytes(entry.body)) for entry in Entry.objects.order_by("id")]
    by_dispatch = {entry["facts"]["dispatch"]: entry for entry in entries}
    sent, failed = (by_dispatch[str(row.id)] for row in queries.dispatches(batch_id))
    assert (sent["kind"], failed["kind"], failed["facts"]["reason"]) == (
        "notice.sent",
        "notice.failed",
        "refused",
    )
    assert sent["facts"]["batch"] == str(batch_id)
    assert "@" not in json.dumps(entries)


def test_everyone_not_reached_is_a_row_with_the_reason(
    server: ScriptedServer, renderer: FakeRenderer
) -> None:
    renderer.addresses = {
        2: "refused@x.example",
        3: "unwanted@x.example",
        4: "later@x.example",
        5: "drop@x.example",
        6: "no address\r\nBcc: spy@x.example",
    }
    renderer.skips = {7: "no-address"}
    renderer.left_out = {8}
    batch_id = batch_of(range(1, 9))
    actions.queue(batch_id, [actions.BatchRecipient(9, "en", Channel.POST)], at=AT)
    done = drain(worker="w", at=AT)
    assert (done.sent, done.failed, done.skipped, done.put_off) == (1, 4, 2, 2)
    assert lines(batch_id) == {
        ("sent", ""): 1,
        ("failed", "refused"): 2,
        ("failed", "address-refused"): 1,
        ("failed", "not-rendered"): 1,
        ("queued", "put-off"): 1,
        ("queued", "connection-lost"): 1,
        ("skipped", "no-address"): 1,
        ("skipped", "channel-not-available"): 1,
    }
    for (state, reason), count in lines(batch_id).items():
        assert (
            len(queries.dispatches(batch_id, DispatchFilter(DispatchState(state), reason))) == count
        )
    assert [
        row.smtp_code
        for row in queries.dispatches(batch_id, DispatchFilter(DispatchState.FAILED, "refused"))
    ] == [550, 554]


def test_what_was_put_off_is_tried_again_after_a_longer_and_longer_wait_then_has_failed(
    server: ScriptedServer, renderer: FakeRenderer
) -> None:
    renderer.addresses = {1: "later@x.example"}
    batch_id = batch_of([1])
    at, waits = AT, []
    for _ in range(limits.DELIVERY_ATTEMPTS - 1):
        assert drain(worker="w", at=at).put_off == 1
        due = queries.dispatches(batch_id)[0].due_at
        assert drain(worker="w", at=due - timedelta(seconds=5)).put_off == 0, "not before it is due"
        waits.append(due - at)
        at = due
    assert waits[0] < waits[1] < waits[2]
    assert max(waits) < limits.DELIVERY_LONGEST_WAIT + timedelta(seconds=5)
    assert drain(worker="w", at=at).failed == 1
    assert lines(batch_id) == {("failed", "put-off"): 1}


def test_a_server_that_is_down_loses_nothing_and_says_so_and_all_goes_on_when_it_is_back(
    mail: Callable[..., None], renderer: FakeRenderer
) -> None:
    with ScriptedServer() as server:
        mail(server.port)
    batch_id = batch_of(range(1, 51))
    assert drain(worker="w", at=AT).halted == "mail-server-unreachable"
    progress = queries.progress(batch_id)
    assert (progress.count(DispatchState.QUEUED), progress.trouble) == (
        50,
        "mail-server-unreachable",
    )
    assert renderer.seen == [], "nobody's data is opened for a server that is away"
    assert {row.attempts for row in queries.dispatches(batch_id)} == {0}, (
        "nobody's tries are used up"
    )
    assert drain(worker="w", at=AT + timedelta(seconds=1)).halted == "", (
        "it is not asked again at once"
    )
    with ScriptedServer() as server:
        mail(server.port)
        assert (
            drain(worker="w", at=AT + limits.DELIVERY_SERVER_WAIT + timedelta(seconds=1)).sent == 50
        )
        assert len(server.kept) == 50
    assert queries.progress(batch_id).trouble == ""


def test_a_sender_the_server_refuses_fails_nobody(
    server: ScriptedServer, renderer: FakeRenderer
) -> None:
    server.mail = "530 sign in first"
    batch_id = batch_of([1, 2, 3])
    assert drain(worker="w", at=AT).halted == "mail-server-refuses-sender"
    assert lines(batch_id) == {("queued", ""): 3}
    assert renderer.seen == []


def test_what_needs_no_mail_server_is_recorded_while_it_is_away(
    mail: Callable[..., None], renderer: FakeRenderer
) -> None:
    with ScriptedServer() as server:
        mail(server.port)
    batch_id = batch_of([1])
    actions.queue(batch_id, [actions.BatchRecipient(2, "en", Channel.POST)], at=AT)
    assert drain(worker="w", at=AT).skipped == 1
    assert lines(batch_id) == {("queued", ""): 1, ("skipped", "channel-not-available"): 1}


def test_a_server_that_goes_between_two_chunks_has_nobody_opened_for_it(
    mail: Callable[..., None], renderer: FakeRenderer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "DELIVERY_CHUNK", 5)
    batch_id = batch_of(range(1, 11))
    server = ScriptedServer().__enter__()
    mail(server.port)
    real = claims.claim_batch

    def take_then_close(*args: object) -> object:
        if renderer.seen and args[1] is Channel.EMAIL:
            server.__exit__()
        return real(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(claims, "claim_batch", take_then_close)
    assert drain(worker="w", at=AT).halted == "mail-server-unreachable"
    assert len(renderer.seen) == 5
    assert lines(batch_id) == {("sent", ""): 5, ("queued", ""): 5}


def test_a_batch_stopped_in_the_middle_sends_no_more_until_it_is_resumed(
    server: ScriptedServer, renderer: FakeRenderer
) -> None:
    batch_id = batch_of(range(1, 1001))
    real, calls = claims.record, 0

    def record_then_stop(*args: object) -> object:
        nonlocal calls
        written = real(*args)  # type: ignore[arg-type]
        calls += 1
        if calls == 1:
            actions.pause(batch_id, by=LEAD, at=AT)
        return written

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(claims, "record", record_then_stop)
        sent = drain(worker="w", at=AT).sent
    assert limits.DELIVERY_GROUP <= sent < 2 * limits.DELIVERY_GROUP
    progress = queries.progress(batch_id)
    assert (progress.paused_at, progress.paused_by) == (AT, LEAD)
    assert (
        progress.count(DispatchState.SENT),
        progress.count(DispatchState.QUEUED),
        progress.count(DispatchState.SENDING),
    ) == (sent, 1000 - sent, 0)
    assert drain(worker="w", at=LATER).sent == 0
    actions.resume(batch_id, by=LEAD, at=LATER)
    assert drain(worker="w", at=LATER).sent == 1000 - sent
    assert set(recipients(server).values()) == {1}


def test_a_worker_told_to_stop_finishes_its_group_and_gives_the_rest_back(
    server: ScriptedServer, renderer: FakeRenderer
) -> None:
    batch_id = batch_of(range(1, 1001))
    done = drain(worker="w", at=AT, stop=lambda: len(server.kept) > 150)
    assert 150 < done.sent < 400
    assert queries.progress(batch_id).count(DispatchState.SENDING) == 0
    assert done.sent == len(server.kept)


def test_a_limit_is_kept(server: ScriptedServer, renderer: FakeRenderer) -> None:
    batch_of(range(1, 21))
    assert drain(worker="w", at=AT, limit=7).sent == 7
    assert drain(worker="w", at=AT, limit=0).sent == 0
    assert len(server.kept) == 7


def test_a_dispatch_that_kills_its_workers_is_given_up_in_the_end(
    server: ScriptedServer, renderer: FakeRenderer
) -> None:
    batch_id = batch_of([1])
    at = AT
    for _ in range(limits.DELIVERY_ATTEMPTS):
        assert claims.claim_batch("w", Channel.EMAIL, at, 5) is not None
        at += limits.DELIVERY_LEASE
    assert drain(worker="w", at=at).failed == 1
    assert lines(batch_id) == {("failed", "worker-died"): 1}
    assert server.kept == []


def test_a_renderer_that_breaks_is_tried_again_and_its_words_are_not_kept(
    server: ScriptedServer, renderer: FakeRenderer, caplog: pytest.LogCaptureFixture
) -> None:
    renderer.problem = ValueError("zoe@x.example has no street")
    batch_id = batch_of([1, 2])
    with caplog.at_level(logging.DEBUG):
        assert drain(worker="w", at=AT).put_off == 2
    assert lines(batch_id) == {("queued", "render-failed"): 2}
    assert "ValueError" in caplog.text
    assert "zoe" not in caplog.text
    renderer.problem = None
    assert drain(worker="w", at=LATER).sent == 2


def test_a_reason_that_says_who_it_is_about_is_not_written(
    server: ScriptedServer, renderer: FakeRenderer
) -> None:
    renderer.skips = {1: "no street for zoe@x.example"}
    batch_id = batch_of([1])
    drain(worker="w", at=AT)
    assert lines(batch_id) == {("queued", "render-failed"): 1}


def test_failures_can_be_queued_again_by_reason(
    server: ScriptedServer, renderer: FakeRenderer
) -> None:
    renderer.addresses, renderer.skips = {1: "refused@x.example"}, {2: "no-address"}
    batch_id = batch_of([1, 2, 3])
    drain(worker="w", at=AT)
    renderer.addresses, renderer.skips = {}, {}
    assert actions.requeue(batch_id, reason="refused", by=LEAD, at=LATER) == 1
    assert drain(worker="w", at=LATER).sent == 1
    assert actions.requeue(batch_id, by=LEAD, at=LATER) == 1
    assert drain(worker="w", at=LATER).sent == 1
    assert lines(batch_id) == {("sent", ""): 3}


def test_queueing_everyone_again_adds_nobody_twice(renderer: FakeRenderer) -> None:
    batch_id = batch_of(range(1, 11))
    assert (
        actions.queue(
            batch_id, [actions.BatchRecipient(person, "en") for person in range(5, 16)], at=AT
        )
        == 5
    )
    assert queries.progress(batch_id).total == 15
    with pytest.raises(NotFound):
        actions.queue(1, [], at=AT)


def test_a_batch_needs_a_renderer_and_holds_ids_only(renderer: FakeRenderer) -> None:
    with pytest.raises(rendering.UnknownBatchKind):
        actions.open_batch("nobody.knows", {}, at=AT)
    with pytest.raises(RefusedReference):
        actions.open_batch(KIND, {"who": "zoe@x.example"}, at=AT)
    for call in (
        lambda: actions.pause(1, by=SYSTEM, at=AT),
        lambda: actions.resume(1, by=SYSTEM, at=AT),
        lambda: queries.progress(1),
    ):
        with pytest.raises(NotFound):
            call()


def test_a_renderer_gets_what_was_queued_and_a_person_sees_what_was_sent(
    server: ScriptedServer, renderer: FakeRenderer
) -> None:
    batch_id = actions.open_batch(KIND, {"incident": 7}, at=AT)
    actions.queue(batch_id, [actions.BatchRecipient(5, "fr", Channel.EMAIL, "very-high")], at=AT)
    drain(worker="w", at=AT)
    [item] = renderer.seen
    assert (item.batch_id, item.person_id, item.template, item.language, item.channel) == (
        batch_id,
        5,
        "very-high",
        "fr",
        "email",
    )
    assert b"Content-Language: fr" in server.kept[0][1]
    assert f"Message-ID: <notice.{item.id}@adventure.example>".encode() in server.kept[0][1]
    assert [row.id for row in queries.for_person([5])] == [item.id]


def test_no_row_holds_an_address(server: ScriptedServer, renderer: FakeRenderer) -> None:
    renderer.addresses = {2: "refused@x.example"}
    batch_of([1, 2])
    drain(worker="w", at=AT)
    with connection.cursor() as cursor:
        for select in (
            "SELECT * FROM delivery_dispatch",
            "SELECT * FROM delivery_batch",
            "SELECT * FROM ledger_entry",
        ):
            cursor.execute(select)
            assert "x.example" not in str(
                [
                    [bytes(v) if isinstance(v, memoryview) else v for v in row]
                    for row in cursor.fetchall()
                ]
            )


def test_a_notice_that_the_ledger_says_was_sent_is_not_sent_again_after_a_restore(
    renderer: FakeRenderer, server: ScriptedServer
) -> None:
    batch_id = batch_of([5, 6])
    sent, waiting = queries.dispatches(batch_id)
    entry = NoticeSent(Code(str(batch_id)), Code(str(sent.id)), Code(sent.channel))
    for _ in range(2):
        actions.repeat_sent(RecordedEntry(9, AT, SYSTEM, entry, 5))
    assert queries.dispatches(batch_id, DispatchFilter(DispatchState.SENT))[0].sent_at == AT
    assert actions.drain(worker="w", at=AT).sent == 1
    assert [item.id for item in renderer.seen] == [waiting.id]
    with pytest.raises(NotHeld):
        actions.repeat_sent(RecordedEntry(9, AT, SYSTEM, replace(entry, dispatch=Code("1")), 5))


def test_what_is_particular_about_a_message_stays_on_its_row(
    server: ScriptedServer, renderer: FakeRenderer
) -> None:
    renderer.note = "written-to-representative"
    batch_id = batch_of([1, 2])
    assert drain(worker="w", at=AT).sent == 2
    assert lines(batch_id) == {("sent", "written-to-representative"): 2}
