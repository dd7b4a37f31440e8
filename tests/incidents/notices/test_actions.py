"""Two people, one approval, and a queue that a killed worker can go on with."""

from __future__ import annotations

from pathlib import Path

import pytest

from aboveboard.basics.actor import SYSTEM
from aboveboard.basics.errors import Conflict, Refused
from aboveboard.delivery.models import Dispatch
from aboveboard.delivery.rendering import DispatchItem, SkippedNotice
from aboveboard.engines import listing
from aboveboard.incidents import actions as incidents
from aboveboard.incidents import public, queries
from aboveboard.incidents.models import NoticeBatch
from aboveboard.incidents.notices import actions
from aboveboard.incidents.notices import queries as notices
from aboveboard.incidents.notices.queries import BatchView
from aboveboard.incidents.notices.review import review
from aboveboard.incidents.notices.sending import render_notices
from aboveboard.incidents.terms import BatchStep
from aboveboard.incidents.views import IncidentView
from aboveboard.outbox import jobs
from aboveboard.vault.actions import erase
from tests.incidents.conftest import AT, LEAD, SECOND, STAFF, People, export, laptop

pytestmark = pytest.mark.django_db


@pytest.fixture
def counted(people: People, tmp_path: Path) -> IncidentView:
    device = laptop()
    export(device, [person_id for person_id, _ in people[:20]], tmp_path)
    incident = incidents.report_loss(device.id, by=STAFF, at=AT)
    jobs.run_jobs_once(worker="test")
    return incident


def _items(batch: BatchView) -> list[DispatchItem]:
    rows = Dispatch.objects.filter(batch_id=batch.delivery_batch)
    return [
        DispatchItem(row.id, row.batch_id, row.person_id, row.template, row.language, row.channel)
        for row in rows
    ]


def test_who_may_be_the_second_person(counted: IncidentView) -> None:
    batch = actions.prepare(counted.number, by=LEAD, at=AT)
    with pytest.raises(actions.SecondPersonNeeded):
        actions.approve(batch.id, by=LEAD, at=AT)
    for nobody in (STAFF, SYSTEM):
        with pytest.raises(Refused):
            actions.approve(batch.id, by=nobody, at=AT)
    assert NoticeBatch.objects.get(pk=batch.id).delivery_batch is None
    assert not public.incidents(at=AT)
    actions.approve(batch.id, by=SECOND, at=AT)
    with pytest.raises(Conflict):
        actions.approve(batch.id, by=SECOND, at=AT)
    assert [item.reference for item in public.incidents(at=AT)] == [counted.reference]


def test_a_batch_sent_back_is_prepared_anew(counted: IncidentView) -> None:
    first = actions.prepare(counted.number, by=LEAD, at=AT)
    with pytest.raises(Conflict):
        actions.prepare(counted.number, by=LEAD, at=AT)
    actions.send_back(first.id, note="Say what was done.", by=SECOND, at=AT)
    second = actions.prepare(
        counted.number, measures={"en": "We locked its account."}, by=LEAD, at=AT
    )
    assert notices.newest_batch(counted.number) == notices.batch(second.id)
    with pytest.raises(Conflict):
        actions.approve(first.id, by=SECOND, at=AT)


def test_a_long_sentence_is_sent_back_at_once(counted: IncidentView) -> None:
    with pytest.raises(actions.NotPlain, match="Make two sentences"):
        actions.prepare(
            counted.number, measures={"en": "We " + "really " * 30 + "did it."}, by=LEAD, at=AT
        )


def test_samples_are_everything_that_is_sent(counted: IncidentView) -> None:
    batch = actions.prepare(counted.number, by=LEAD, at=AT)
    shown = review(batch.id).texts
    assert sum(text.people for text in shown) == batch.people == 20
    assert len({text.notice for text in shown}) == len(shown)
    assert sum(notices.layouts(batch.id).values()) == 20


def test_only_from_a_severity_up(counted: IncidentView) -> None:
    bands = [person.band for person in queries.people(counted.number, limit=100)]
    batch = actions.prepare(counted.number, least_severity=max(bands), by=LEAD, at=AT)
    assert batch.people == bands.count(max(bands))
    actions.approve(batch.id, by=SECOND, at=AT)
    jobs.run_jobs_once(worker="test")
    assert Dispatch.objects.count() == batch.people


def test_queueing_goes_on_after_a_crash(
    counted: IncidentView, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = actions.approve(actions.prepare(counted.number, by=LEAD, at=AT).id, by=SECOND, at=AT)
    whole = listing.everyone

    def dies(*args: object, **options: object) -> object:
        for number, person in enumerate(whole(*args, **options)):  # type: ignore[arg-type]
            if number == 7:
                raise RuntimeError("killed")
            yield person

    monkeypatch.setattr("aboveboard.delivery.actions.limits.DELIVERY_QUEUE", 3)
    monkeypatch.setattr(listing, "everyone", dies)
    with pytest.raises(RuntimeError):
        actions.queue_everyone(batch.id, at=AT)
    monkeypatch.setattr(listing, "everyone", whole)
    assert Dispatch.objects.count() == 6
    assert actions.queue_everyone(batch.id, at=AT) == 14
    assert Dispatch.objects.values("person_id").distinct().count() == 20


def test_stop_and_resume(counted: IncidentView) -> None:
    batch = actions.prepare(counted.number, by=LEAD, at=AT)
    with pytest.raises(Conflict):
        actions.stop(batch.id, by=LEAD, at=AT)
    actions.approve(batch.id, by=SECOND, at=AT)
    actions.stop(batch.id, note="Wrong date.", by=LEAD, at=AT)
    assert notices.batch(batch.id).step is BatchStep.STOPPED
    actions.resume(batch.id, by=LEAD, at=AT)
    assert notices.batch(batch.id).step is BatchStep.RESUMED
    codes = [event.code for event in queries.timeline(counted.number)]
    assert {"notices.prepared", "notices.approved", "notices.stopped", "notices.resumed"} <= set(
        codes
    )


def test_texts_that_changed_since_are_not_sent(counted: IncidentView) -> None:
    batch = actions.approve(actions.prepare(counted.number, by=LEAD, at=AT).id, by=SECOND, at=AT)
    jobs.run_jobs_once(worker="test")
    NoticeBatch.objects.update(texts="ab" * 32)
    assert {outcome for _, outcome in render_notices(_items(batch))} == {
        SkippedNotice("texts-changed")
    }


def test_someone_erased_meanwhile_is_a_row_with_a_reason(
    counted: IncidentView, people: People
) -> None:
    batch = actions.approve(actions.prepare(counted.number, by=LEAD, at=AT).id, by=SECOND, at=AT)
    jobs.run_jobs_once(worker="test")
    erase(people[0][0], reason="asked", by=SYSTEM, at=AT)
    made = dict(render_notices(_items(batch)))
    gone = [item.id for item in _items(batch) if item.person_id == people[0][0]]
    assert [made[number] for number in gone] == [SkippedNotice("person-unknown")]
    assert len(made) == 20
