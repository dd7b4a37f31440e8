"""Thousands of open requests cost nothing while they wait: neither the worker's look nor a page of
the queue takes more statements for many than for few."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM
from aboveboard.basics.limits import PAGE_SIZE
from aboveboard.rights.models import RequestEventRow, RightsRequest
from aboveboard.rights.requests import listing, queries
from aboveboard.rights.running import due
from tests import world

pytestmark = pytest.mark.django_db
MANY = 400
A_FEW = 8
"""With what a process reads once, such as the key of the rows."""


@pytest.fixture
def _many_open() -> None:
    world.adopt()
    at = clock.now()
    with transaction.atomic():
        RightsRequest.objects.bulk_create(
            RightsRequest(
                pk=number,
                kind="access",
                asker="self",
                channel="portal",
                received_at=at - timedelta(seconds=number),
                entry_id=number,
                actor=SYSTEM.as_json(),
                stage="proving",
                due_at=at + timedelta(days=30, seconds=-number),
                next_at=at + timedelta(days=23, seconds=-number),
            )
            for number in range(1, MANY + 1)
        )
        RequestEventRow.objects.bulk_create(
            RequestEventRow(
                pk=number,
                request_id=number,
                kind="received",
                at=at,
                actor=SYSTEM.as_json(),
                entry_id=number,
            )
            for number in range(1, MANY + 1)
        )


@pytest.mark.usefixtures("_many_open")
def test_what_waits_is_not_read_and_a_page_takes_as_many_statements_as_a_line(
    django_assert_max_num_queries: Any,
) -> None:
    at = clock.now()
    with django_assert_max_num_queries(A_FEW):
        assert due.do_what_is_due(at=at) == 0
    with django_assert_max_num_queries(A_FEW):
        rows, count = listing.request_page(listing.QueuePart.OPEN, at=at)
    assert (len(rows), count) == (PAGE_SIZE, MANY)
    with django_assert_max_num_queries(A_FEW):
        page = queries.open_requests(at=at)
    assert page[0].listed_due_at < page[-1].listed_due_at
    with django_assert_max_num_queries(1):
        assert queries.counts_by_stage() == {"proving": MANY}
