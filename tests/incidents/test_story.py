"""Steps 5 to 7 of the story on made-up people: lose, work out what is due, tell."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from pathlib import Path

import pytest

from aboveboard.basics import settings
from aboveboard.custody import queries as custody
from aboveboard.custody.terms import DeviceState
from aboveboard.delivery.models import Dispatch
from aboveboard.delivery.rendering import DispatchItem, RenderedNotice, SkippedNotice
from aboveboard.engines.listing import ExposureFilter
from aboveboard.incidents import actions, queries
from aboveboard.incidents.exposure import counting
from aboveboard.incidents.exposure.folders import folder_of
from aboveboard.incidents.notices import actions as notices
from aboveboard.incidents.notices import queries as notice_queries
from aboveboard.incidents.notices.sending import render_notices
from aboveboard.ledger.models import Entry
from aboveboard.outbox import jobs
from tests.incidents.conftest import (
    AT,
    LEAD,
    SECOND,
    STAFF,
    People,
    export,
    laptop,
    leak_bytes,
    open_leak,
    whole_text,
)

pytestmark = pytest.mark.django_db


def test_a_lost_laptop_from_report_to_notice(people: People, tmp_path: Path) -> None:
    device = laptop()
    made = export(device, [person_id for person_id, _ in people[:40]], tmp_path)
    assert (made.people, made.refused) == (40, 0)

    incident = actions.report_loss(
        device.id, note="Left on the 17:42 to Leeds.", reported_in_seconds=52, by=STAFF, at=AT
    )
    assert custody.devices(DeviceState.MISSING)[0].tag == device.tag
    assert jobs.run_jobs_once(worker="test") == 1

    page = queries.page(incident.number, at=AT + timedelta(hours=27, minutes=9))
    assert page.exposure is not None
    assert page.exposure.people == 40
    assert sum(part.people for part in page.slices) == 40
    listed = queries.people(incident.number, limit=100)
    assert sorted(person.person_id for person in listed) == sorted(
        person_id for person_id, _ in people[:40]
    )
    assert all("payment card details" in person.readable for person in listed if person.band >= 3)
    for place, count in page.jurisdictions.items():
        assert (
            len(queries.people(incident.number, ExposureFilter(jurisdiction=place), limit=100))
            == count
        )

    due = page.next_duty
    assert due is not None
    assert due.due_at == AT + timedelta(hours=72)
    assert due.left == "44 h 51 min"
    covered = {duty.jurisdiction for duty in page.duties}
    assert all(
        any(
            place.startswith(jurisdiction) or jurisdiction in ("EU", place)
            for jurisdiction in covered
        )
        for place in page.jurisdictions
    )

    batch = notices.prepare(
        incident.number, measures={"en": "We locked its account."}, by=LEAD, at=AT
    )
    with pytest.raises(notices.SecondPersonNeeded):
        notices.approve(batch.id, by=LEAD, at=AT)
    assert not notice_queries.for_person(people[0][0])
    notices.approve(batch.id, by=SECOND, at=AT)
    assert jobs.run_jobs_once(worker="test") == 1
    assert notices.queue_everyone(batch.id, at=AT) == 0  # run again, nobody twice
    view = notice_queries.batch(batch.id)
    assert (view.queued, view.waiting) == (40, 40)

    notices_shown = notice_queries.for_person(people[0][0])
    assert [item.incident.reference for item in notices_shown] == [incident.reference]
    assert not notice_queries.for_person(people[50][0])


def test_a_leaked_file_partly_ours(people: People) -> None:
    content = leak_bytes([row for _, row in people[:25]], strangers=5)
    incident = open_leak(content)
    assert jobs.run_jobs_once(worker="test") == 1

    page = queries.page(incident.number, at=AT)
    assert page.evidence is not None
    assert (page.evidence.digest, page.evidence.size) == (
        hashlib.sha256(content).hexdigest(),
        len(content),
    )
    assert page.exposure is not None
    assert page.exposure.people == 25
    assert (page.exposure.stranger_lines, page.exposure.unread_lines) == (5, 1)
    assert [line.line for line in queries.lines(incident.number, "stranger")] == list(range(27, 32))
    assert [(row.line, row.reason) for row in queries.unread_lines(incident.number)] == [
        (32, "columns")
    ]
    assert {person.person_id for person in queries.people(incident.number, limit=100)} == {
        person_id for person_id, _ in people[:25]
    }
    assert "password" in queries.people(incident.number)[0].readable  # MD5 hides nothing

    # Counting again changes nothing; nothing of the strangers is left.
    again = counting.count(incident.number, by=LEAD, at=AT)
    assert again.pk == page.exposure.id
    assert sorted(path.name for path in folder_of(incident).iterdir()) == sorted(
        [
            again.file_name,
            "certain.parquet",
            "crowd-lines.parquet",
            "crowds.parquet",
            "doubts.parquet",
            "lines.parquet",
            "unread.parquet",
        ]
    )


def test_no_byte_of_a_leaked_file_is_kept(people: People) -> None:
    incident = open_leak(leak_bytes([row for _, row in people[:5]]))
    jobs.run_jobs_once(worker="test")
    whole = b"".join(
        path.read_bytes()
        for path in settings.current().path("incidents").rglob("*")
        if path.is_file()
    )
    assert incident.reference
    for needle in (people[0][1]["email"], "stranger1", "a" * 32):
        assert needle.encode() not in whole.lower()


def test_the_ledger_holds_counts_and_no_people(people: People, tmp_path: Path) -> None:
    device = laptop()
    export(device, [people[0][0]], tmp_path)
    incident = actions.report_loss(device.id, note="Jane had it.", by=STAFF, at=AT)
    jobs.run_jobs_once(worker="test")
    bodies = [bytes(body).decode() for body in Entry.objects.values_list("body", flat=True)]
    kinds = [
        kind
        for kind in Entry.objects.order_by("id").values_list("kind", flat=True)
        if not kind.startswith(("use.", "people.", "promise."))
    ]
    assert kinds == [
        "device.registered",
        "export.made",
        "device.reported",
        "incident.opened",
        "incident.changed",  # what there is to do was planned
        "incident.counted",
        "incident.changed",
    ]
    assert not any("Jane" in body or people[0][1]["email"] in body for body in bodies)
    assert incident.reference in bodies[-1]


def test_a_notice_holds_only_what_was_exposed_of_that_person(
    people: People, tmp_path: Path
) -> None:
    device = laptop()
    export(device, [person_id for person_id, _ in people], tmp_path)
    incident = actions.report_loss(device.id, by=STAFF, at=AT)
    jobs.run_jobs_once(worker="test")
    batch = notices.approve(notices.prepare(incident.number, by=LEAD, at=AT).id, by=SECOND, at=AT)
    jobs.run_jobs_once(worker="test")
    rows = list(Dispatch.objects.filter(batch_id=batch.delivery_batch))
    assert len(rows) == len(people)
    by_person = dict(people)
    items = [
        DispatchItem(row.id, row.batch_id, row.person_id, row.template, row.language, row.channel)
        for row in rows
    ]
    made = dict(render_notices(items))
    assert made.keys() == {row.id for row in rows}
    for row in rows:
        letter, customer = made[row.id], by_person[row.person_id]
        if isinstance(letter, SkippedNotice):
            assert not customer["email"]
            continue
        assert isinstance(letter, RenderedNotice)
        assert letter.to.reveal() == customer["email"]
        text = whole_text(letter)
        assert customer["first_name"] in text
        card = {"en": "your payment card", "fr": "carte de paiement", "de": "Zahlungskarte"}[
            row.language
        ]
        assert (card in text) == bool(customer["card_number"])
    assert {row.language for row in rows} == {"en", "fr", "de"}
