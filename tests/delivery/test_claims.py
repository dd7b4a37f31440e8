"""Whoever claims dispatches gets no more than they asked for, and nothing that another holds."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection

from aboveboard.delivery import claims, limits
from aboveboard.delivery.terms import Channel, DispatchState
from aboveboard.ledger.models import Entry
from tests.delivery.conftest import AT, FakeRenderer, batch_of

pytestmark = pytest.mark.django_db


@pytest.mark.skipif(connection.vendor != "postgresql", reason="only PostgreSQL has these plans")
def test_a_limit_is_kept_however_postgresql_plans_it(renderer: FakeRenderer) -> None:
    batch_of(range(1, 21))
    with connection.cursor() as cursor:
        for way in ("hashjoin", "mergejoin", "hashagg", "sort", "material", "memoize"):
            cursor.execute(f"SET LOCAL enable_{way} = off")
    claim = claims.claim_batch("w", Channel.EMAIL, AT, 7)
    assert claim is not None
    assert len(claim.items) == 7


def test_two_claims_never_hold_the_same_dispatch_and_a_dead_ones_are_taken_over(
    renderer: FakeRenderer,
) -> None:
    batch_of(range(1, 11))
    first, second = (
        claims.claim_batch("a", Channel.EMAIL, AT, 6),
        claims.claim_batch("b", Channel.EMAIL, AT, 6),
    )
    assert first is not None
    assert second is not None
    assert (len(first.items), len(second.items)) == (6, 4)
    assert not set(first.items) & set(second.items)
    assert (
        claims.claim_batch("c", Channel.EMAIL, AT + limits.DELIVERY_LEASE - timedelta(seconds=1), 6)
        is None
    )
    assert claims.renew(second, second.items, AT + limits.DELIVERY_LEASE) == set(second.items)
    third = claims.claim_batch("c", Channel.EMAIL, AT + limits.DELIVERY_LEASE, 10)
    assert third is not None
    assert set(third.items) == set(first.items)
    results = [claims.DispatchResult(id_, DispatchState.SENT, code=250) for id_ in first.items]
    assert claims.record(first, results, AT) == [], (
        "what another worker took over is not this one's to record"
    )
    assert len(claims.record(third, results, AT)) == 6
    assert claims.record(third, results, AT) == [], "recorded once"
    assert Entry.objects.filter(kind="notice.sent").count() == 6
