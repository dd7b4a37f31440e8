"""A child is not written to but the guardian, and the dead are not: each is a row that says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from aboveboard.basics.actor import SYSTEM
from aboveboard.basics.errors import NotFound
from aboveboard.delivery import correspondence
from aboveboard.delivery.models import Correspondence, Dispatch
from aboveboard.delivery.rendering import DispatchItem, RenderedNotice, SkippedNotice
from aboveboard.delivery.terms import CorrespondenceReason
from aboveboard.incidents import actions as incidents
from aboveboard.incidents.notices import actions
from aboveboard.incidents.notices.sending import render_notices
from aboveboard.ledger.models import Entry
from aboveboard.outbox import jobs
from aboveboard.vault.actions import erase
from aboveboard.vault.rekeying.people import rotate_one
from tests.incidents.conftest import AT, LEAD, SECOND, STAFF, People, export, laptop

pytestmark = pytest.mark.django_db

CHILD, DECEASED = CorrespondenceReason.CHILD, CorrespondenceReason.DECEASED


def instruct(person: int, why: CorrespondenceReason, instead: str | None) -> None:
    correspondence.instruct(person, why, instead=instead, by=LEAD, at=AT)


def rendered(people: People, folder: Path) -> dict[int, RenderedNotice | SkippedNotice]:
    """Lose a laptop with three people, approve the notices, and return what each would be sent."""
    device = laptop()
    export(device, [person_id for person_id, _ in people[:3]], folder)
    incident = incidents.report_loss(device.id, by=STAFF, at=AT)
    jobs.run_jobs_once(worker="test")
    batch = actions.prepare(incident.number, by=LEAD, at=AT)
    actions.approve(batch.id, by=SECOND, at=AT)
    jobs.run_jobs_once(worker="test")
    rows = {row.id: row for row in Dispatch.objects.filter(channel="email")}
    items = [
        DispatchItem(row.id, row.batch_id, row.person_id, row.template, row.language, row.channel)
        for row in rows.values()
    ]
    return {rows[id_].person_id: outcome for id_, outcome in render_notices(items)}


def test_each_notice_goes_where_it_is_to_go_and_says_why(people: People, tmp_path: Path) -> None:
    (child, _), (dead, _), (other, row), *_ = people
    instruct(child, CHILD, "Guardian@Example.org")
    instruct(dead, DECEASED, None)
    outcomes = rendered(people, tmp_path)
    to_guardian = outcomes[child]
    assert isinstance(to_guardian, RenderedNotice)
    assert (to_guardian.to.reveal(), to_guardian.note) == (
        "guardian@example.org",
        correspondence.WRITTEN_INSTEAD,
    )
    assert outcomes[dead] == SkippedNotice("do-not-write-deceased")
    themselves = outcomes[other]
    assert isinstance(themselves, RenderedNotice)
    assert (themselves.to.reveal(), themselves.note) == (row["email"], "")
    assert Entry.objects.filter(kind="correspondent.opened").count() == 1


def test_a_child_is_not_left_without_a_notice(people: People) -> None:
    with pytest.raises(correspondence.CorrespondenceRefused, match="guardian"):
        instruct(people[0][0], CHILD, None)
    with pytest.raises(correspondence.CorrespondenceRefused, match="died"):
        instruct(people[0][0], DECEASED, "heir@example.org")
    with pytest.raises(correspondence.CorrespondenceRefused, match="address"):
        instruct(people[0][0], CHILD, "no address")
    assert not Correspondence.objects.exists()


def test_the_address_is_sealed_survives_a_new_key_and_goes_with_the_person(
    people: People,
) -> None:
    person, _ = people[0]
    instruct(person, CHILD, "guardian@example.org")
    assert b"guardian" not in bytes(Correspondence.objects.get().sealed or b"")
    rotate_one(person, by=SYSTEM, at=AT)
    opened = correspondence.instructions([person])[person].open(at=AT)
    assert opened is not None
    assert opened.reveal() == "guardian@example.org"
    erase(person, reason="asked", by=LEAD, at=AT)
    assert not Correspondence.objects.exists()


def test_they_are_written_to_again_once_that_is_said(people: People) -> None:
    person, _ = people[0]
    instruct(person, CorrespondenceReason.ASKED, None)
    correspondence.end(person, by=LEAD, at=AT)
    assert correspondence.instructions([person]) == {}
    with pytest.raises(NotFound):
        correspondence.end(person, by=LEAD, at=AT)
    kinds = ["correspondence.set", "correspondence.ended"]
    assert list(Entry.objects.filter(kind__in=kinds).values_list("kind", flat=True)) == kinds
