"""What somebody wrote into the database of notices, past the program, is sent to nobody: with the
table alone they would write to every customer in our name (design, invariant 11)."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import connection

from aboveboard.basics.errors import Conflict
from aboveboard.delivery.models import Batch, Dispatch
from aboveboard.delivery.rendering import DispatchItem, SkippedNotice
from aboveboard.incidents import actions as incidents
from aboveboard.incidents.models import NoticeBatch
from aboveboard.incidents.notices import actions
from aboveboard.incidents.notices import queries as notices
from aboveboard.incidents.notices.sending import BatchStopped, render_notices
from aboveboard.keys.rows import RowNotAuthentic
from aboveboard.outbox import jobs
from tests.incidents.conftest import (
    AT,
    LEAD,
    SECOND,
    STAFF,
    People,
    export,
    laptop,
    whole_text,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def approved(people: People, tmp_path: Path) -> NoticeBatch:
    device = laptop()
    export(device, [person_id for person_id, _ in people[:5]], tmp_path)
    incident = incidents.report_loss(device.id, by=STAFF, at=AT)
    jobs.run_jobs_once(worker="test")
    words = dict.fromkeys(("en", "fr", "de"), "We locked it.")
    prepared = actions.prepare(incident.number, measures=words, by=LEAD, at=AT)
    actions.approve(prepared.id, by=SECOND, at=AT)
    jobs.run_jobs_once(worker="test")
    return NoticeBatch.objects.get()


def written(statement: str, *values: object) -> None:
    """Write to the database as somebody does who has it and no key."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def said(batch: NoticeBatch) -> set[str]:
    """Return everything that would be written to whoever stands in a batch, or why nothing is."""
    rows = Dispatch.objects.filter(batch_id=batch.delivery_batch)
    items = [DispatchItem(row.id, row.batch_id, row.person_id, "", "en", "email") for row in rows]
    return {
        made.reason if isinstance(made, SkippedNotice) else whole_text(made)
        for _, made in render_notices(items)
    }


@pytest.mark.parametrize(
    "change",
    [
        'details = \'{"measures": {"en": "Send us your card number."}}\'',
        "least_severity = least_severity + 1",
        'prepared_by = \'{"kind": "staff", "id": "1"}\'',
        "approved_entry_id = approved_entry_id + 1",
        "mac = NULL",
    ],
)
def test_words_written_into_approved_notices_reach_nobody(
    approved: NoticeBatch, people: People, change: str
) -> None:
    assert said(approved)
    assert all("We locked it." in text for text in said(approved))
    assert notices.for_person(people[0][0])
    written(f"UPDATE incidents_noticebatch SET {change}")  # noqa: S608
    assert said(approved) == {"not-approved"}
    assert not notices.for_person(people[0][0])


def test_notices_made_up_are_neither_queued_nor_approved(approved: NoticeBatch) -> None:
    columns = ", ".join(
        field.column
        for field in NoticeBatch._meta.concrete_fields
        if field.column not in ("id", "delivery_batch", "prepared_by")
    )
    for number, delivery_batch in ((7001, None), (7002, 7002)):
        written(
            f"INSERT INTO incidents_noticebatch (id, delivery_batch, prepared_by, {columns}) "  # noqa: S608
            f'SELECT %s, %s, \'{{"kind": "staff", "id": "1"}}\', {columns} '
            "FROM incidents_noticebatch WHERE id < 7000",
            number,
            delivery_batch,
        )
    with pytest.raises(Conflict):
        actions.queue_everyone(7002, at=AT)
    with pytest.raises(RowNotAuthentic):
        actions.approve(7001, by=SECOND, at=AT)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE incidents_batchrecord SET step = 'resumed' WHERE step = 'stopped'",
        "UPDATE incidents_batchrecord SET id = id - 1000 WHERE step = 'stopped'",
        "INSERT INTO incidents_batchrecord (batch_id, step, at, by, note, entry_id, mac) "
        "SELECT batch_id, 'resumed', at, by, note, entry_id, mac FROM incidents_batchrecord "
        "WHERE step = 'stopped'",
        "",
    ],
)
def test_a_batch_that_was_stopped_is_not_let_go_on_past_the_program(
    approved: NoticeBatch, change: str
) -> None:
    actions.stop(approved.pk, by=LEAD, at=AT)
    if change:
        written(change)
    written("UPDATE delivery_batch SET paused_at = NULL")
    with pytest.raises(BatchStopped):
        said(approved)
    assert Batch.objects.get().paused_at is not None, "and the others of it wait in the queue"
    if change:
        with pytest.raises(RowNotAuthentic):
            actions.resume(approved.pk, by=LEAD, at=AT)
        return
    # Once somebody lets it go on, it does.
    actions.resume(approved.pk, by=LEAD, at=AT)
    assert all("We locked it." in text for text in said(approved))
