"""How far a batch is, is known without counting its rows, and is what counting them would say."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module

import pytest
from django.db import connection
from django.db.models import Count, Max, Min

from aboveboard.basics.actor import SYSTEM
from aboveboard.basics.facts import Code
from aboveboard.basics.package import RecordedEntry
from aboveboard.delivery import actions, claims, queries
from aboveboard.delivery.claims import DispatchClaim, DispatchResult
from aboveboard.delivery.entries import NoticeSent
from aboveboard.delivery.models import BatchTally, Dispatch
from aboveboard.delivery.terms import Channel, DispatchState
from tests.delivery.conftest import AT, FakeRenderer, batch_of

pytestmark = pytest.mark.django_db

LATER = AT + timedelta(hours=2)
QUEUED, SENDING, SENT = DispatchState.QUEUED, DispatchState.SENDING, DispatchState.SENT
FAILED, SKIPPED = DispatchState.FAILED, DispatchState.SKIPPED


def by_rows(batch_id: int) -> dict[tuple[str, str], int]:
    rows = Dispatch.objects.filter(batch_id=batch_id).order_by()
    counts = rows.values_list("state", "reason").annotate(count=Count("id"))
    return {(state, reason): count for state, reason, count in counts}


def said(batch_id: int) -> dict[tuple[str, str], int]:
    tallies = queries.progress(batch_id).tallies
    return {(tally.state, tally.reason): tally.count for tally in tallies}


def claimed(limit: int, worker: str = "w") -> DispatchClaim:
    claim = claims.claim_batch(worker, Channel.EMAIL, AT, limit)
    assert claim is not None
    return claim


def test_after_each_change_progress_is_what_the_rows_are(renderer: FakeRenderer) -> None:
    batch_id = batch_of(range(1, 41))
    assert said(batch_id) == by_rows(batch_id) == {(QUEUED, ""): 40}
    first, second = claimed(20, "a"), claimed(10, "b")
    assert said(batch_id) == by_rows(batch_id) == {(QUEUED, ""): 10, (SENDING, ""): 30}
    ids = list(first.items)
    claims.record(
        first,
        [
            *(DispatchResult(id_, SENT, code=250) for id_ in ids[:8]),
            *(DispatchResult(id_, FAILED, "refused", 550) for id_ in ids[8:12]),
            *(DispatchResult(id_, SKIPPED, "no-address") for id_ in ids[12:14]),
            *(DispatchResult(id_, QUEUED, "put-off", 450, AT) for id_ in ids[14:20]),
        ],
        AT,
    )
    assert said(batch_id) == by_rows(batch_id)
    claims.give_back(second, list(second.items)[:4])
    assert said(batch_id) == by_rows(batch_id)
    # What was put off before is taken once more, and sent.
    third = claimed(40, "c")
    assert "put-off" in third.reasons.values()
    assert said(batch_id) == by_rows(batch_id)
    claims.record(third, [DispatchResult(id_, SENT, code=250) for id_ in third.items], LATER)
    assert said(batch_id) == by_rows(batch_id)
    assert queries.sent_span(batch_id) == (AT, LATER)
    assert actions.requeue(batch_id, reason="refused", by=SYSTEM, at=AT) == 4
    assert said(batch_id) == by_rows(batch_id)
    assert actions.requeue_for_person(range(1, 41), at=AT) == 2
    assert said(batch_id) == by_rows(batch_id)
    assert (SKIPPED, "no-address") not in said(batch_id)


def test_one_result_that_comes_twice_counts_once(renderer: FakeRenderer) -> None:
    batch_id = batch_of(range(1, 4))
    claim = claimed(3)
    results = [DispatchResult(id_, SENT, code=250) for id_ in claim.items]
    claims.record(claim, results, AT)
    claims.record(claim, results, AT)
    assert said(batch_id) == {(SENT, ""): 3}


def test_a_notice_that_a_restore_says_was_sent_is_counted_once(renderer: FakeRenderer) -> None:
    batch_id = batch_of(range(1, 4))
    id_ = next(iter(claimed(1).items))
    facts = NoticeSent(Code(str(batch_id)), Code(str(id_)), Code("email"))
    for _ in range(2):
        actions.repeat_sent(RecordedEntry(1, LATER, SYSTEM, facts, None))
    assert said(batch_id) == by_rows(batch_id) == {(QUEUED, ""): 2, (SENT, ""): 1}
    assert queries.sent_span(batch_id) == (LATER, LATER)


def test_no_row_that_was_sent_is_counted_to_say_how_many(renderer: FakeRenderer) -> None:
    batch_id = batch_of(range(1, 6))
    claim = claimed(5)
    claims.record(claim, [DispatchResult(id_, SENT, code=250) for id_ in claim.items], AT)
    Dispatch.objects.filter(batch_id=batch_id).delete()
    assert said(batch_id) == {(SENT, ""): 5}
    assert queries.sent_span(batch_id) == (AT, AT)


def test_queueing_somebody_again_counts_nobody_twice(renderer: FakeRenderer) -> None:
    batch_id = batch_of(range(1, 6))
    again = [actions.BatchRecipient(person, "en") for person in range(4, 9)]
    assert actions.queue(batch_id, again, at=AT) == 3
    assert said(batch_id) == by_rows(batch_id) == {(QUEUED, ""): 8}


def test_rows_of_before_are_counted_once_when_the_tallies_come(renderer: FakeRenderer) -> None:
    batch_id = batch_of(range(1, 21))
    claim = claimed(10)
    claims.record(claim, [DispatchResult(id_, SENT) for id_ in list(claim.items)[:3]], AT)
    before = said(batch_id)
    BatchTally.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute(import_module("aboveboard.delivery.migrations.0006_channels").COUNT)
    assert said(batch_id) == before == by_rows(batch_id)
    times = Dispatch.objects.aggregate(first=Min("sent_at"), last=Max("sent_at"))
    assert queries.sent_span(batch_id) == (times["first"], times["last"])
