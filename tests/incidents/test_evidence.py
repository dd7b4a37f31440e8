"""What the ledger says of a loss can be read back, and what is held of a person can be given to
them."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from aboveboard.basics.package import NotNeeded, gathered, personal_data
from aboveboard.custody import queries as custody
from aboveboard.custody.actions import report_found
from aboveboard.delivery.models import Dispatch
from aboveboard.delivery.rendering import DispatchItem, SkippedNotice
from aboveboard.identity.actions import merge
from aboveboard.incidents import actions, queries
from aboveboard.incidents.exposure import counting
from aboveboard.incidents.notices import actions as notices
from aboveboard.incidents.notices import queries as notice_queries
from aboveboard.incidents.notices.sending import render_notices
from aboveboard.ledger.format.entry import parse
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
)
from tests.loss import CLOSING
from tests.world import ADVISER

OURS = ("custody", "incidents", "delivery")


def held(person_id: int) -> dict[str, list[dict[str, object]]]:
    """Everything that these packages hold about a person, by name."""
    return {
        data.name: [dict(row) for row in data.export([person_id])]
        for package, data in personal_data()
        if package.name in OURS and not isinstance(data.export, NotNeeded)
    }


def notified(people: People, folder: Path) -> int:
    """Lose a laptop with the first five on it, and approve their notices; return the number."""
    device = laptop()
    export(device, [person_id for person_id, _ in people[:5]], folder)
    incident = actions.report_loss(device.id, note="On the train.", by=STAFF, at=AT)
    jobs.run_jobs_once(worker="test")
    batch = notices.prepare(incident.number, by=LEAD, at=AT)
    notices.approve(batch.id, by=SECOND, at=AT)
    jobs.run_jobs_once(worker="test")
    return incident.number


def test_each_entry_of_a_loss_reads_back_as_the_class_that_wrote_it(
    people: People, tmp_path: Path
) -> None:
    number = notified(people, tmp_path)
    actions.change(number, answers={"hands": "unknown"}, by=LEAD, at=AT)
    actions.note(number, "The train was searched.", by=LEAD, at=AT)
    due = queries.duties(number, at=AT)
    actions.mark_done(due[0].id, reference="IC-1", by=LEAD, at=AT)
    actions.contain(number, by=LEAD, at=AT)
    open_leak(leak_bytes([row for _, row in people[5:9]]))
    declared = {
        facts.kind: facts
        for package in gathered()
        if package.name in OURS
        for facts in package.entries
    }
    kinds = set()
    for body in Entry.objects.values_list("body", flat=True):
        entry = parse(bytes(body))
        if entry.kind in declared:
            kinds.add(entry.kind)
            assert declared[entry.kind].from_json(entry.facts).to_json() == entry.facts
    assert kinds == {
        "device.registered",
        "device.reported",
        "export.made",
        "incident.opened",
        "incident.counted",
        "incident.changed",
        "duty.done",
        "notice.approved",
    }


def test_a_person_gets_all_that_is_held_about_a_loss(people: People, tmp_path: Path) -> None:
    notified(people, tmp_path)
    mine = held(people[0][0])
    assert [row["purpose"] for row in mine["files_that_left"]] == ["deliver-orders"]
    assert "user.contact.email" in mine["files_that_left"][0]["categories"]  # type: ignore[operator]
    assert [row["incident"] for row in mine["losses"]] == ["INC-0001"]
    assert [row["state"] for row in mine["notices_sent"]] == ["queued"]
    assert not any(held(people[9][0]).values())


def test_the_sweep_leaves_whoever_is_in_an_open_incident(people: People, tmp_path: Path) -> None:
    number = notified(people, tmp_path)
    (losses,) = [data for _, data in personal_data() if data.name == "losses"]
    assert not isinstance(losses.in_use, NotNeeded)
    everyone = [person_id for person_id, _ in people]
    assert losses.in_use(everyone, AT) == {person_id: "incident" for person_id, _ in people[:5]}
    for duty in queries.duties(number, at=AT):
        actions.mark_done(duty.id, by=LEAD, at=AT)
    actions.close(number, review=CLOSING, by=LEAD, at=AT)
    assert losses.in_use(everyone, AT) == {}


def test_an_export_after_the_count_is_counted_too(people: People, tmp_path: Path) -> None:
    device = laptop()
    export(device, [people[0][0]], tmp_path)
    incident = actions.report_loss(device.id, by=STAFF, at=AT)
    first = counting.count(incident.number, by=LEAD, at=AT)
    assert (first.people, counting.count(incident.number, by=LEAD, at=AT).pk) == (1, first.pk)
    later = AT + timedelta(hours=1)
    # Back for a while: nothing goes onto a device that is missing.
    report_found(device.id, by=STAFF, at=later)
    (tmp_path / "later").mkdir()
    export(device, [people[0][0], people[1][0]], tmp_path / "later", at=later)
    again = counting.count(incident.number, by=LEAD, at=later)
    assert again.people == 2
    assert counting.count(incident.number, by=LEAD, at=later).pk == again.pk


def test_whoever_was_merged_since_the_export_is_counted_once_and_finds_the_notice(
    people: People, tmp_path: Path
) -> None:
    (kept, _), (merged, _) = people[:2]
    device = laptop()
    export(device, [kept, merged], tmp_path)
    merge(kept, merged, chosen={}, reference="case:1", by=ADVISER, at=AT)
    assert {person_id for person_id, _, _ in custody.manifest([custody.exports()[0].id])} == {kept}
    incident = actions.report_loss(device.id, by=STAFF, at=AT)
    jobs.run_jobs_once(worker="test")
    assert [row.person_id for row in queries.people(incident.number)] == [kept]


@pytest.mark.parametrize("merged_later", [True, False])
def test_a_notice_is_found_under_every_number(
    people: People, tmp_path: Path, merged_later: bool
) -> None:
    number = notified(people, tmp_path)
    kept, merged = people[20][0], people[0][0]
    if merged_later:
        merge(kept, merged, chosen={}, reference="case:1", by=ADVISER, at=AT)
    found = notice_queries.for_person(kept)
    assert [notice.incident.number for notice in found] == ([number] if merged_later else [])


def letters(number: int) -> tuple[int, list[str]]:
    """How many notices of an incident are written, and why the others are not."""
    batch = notice_queries.newest_batch(number)
    assert batch is not None
    rows = Dispatch.objects.filter(batch_id=batch.delivery_batch).order_by("id")
    items = [
        DispatchItem(row.id, row.batch_id, row.person_id, row.template, row.language, row.channel)
        for row in rows
    ]
    made = dict(render_notices(items))
    assert made.keys() == {item.id for item in items}
    skipped = [each.reason for each in made.values() if isinstance(each, SkippedNotice)]
    return len(made) - len(skipped), skipped


def test_whoever_is_merged_after_the_count_is_in_it_once_and_gets_one_letter(
    people: People, tmp_path: Path
) -> None:
    (kept, _), (merged, _) = people[:2]
    device = laptop()
    export(device, [kept], tmp_path, ("email", "card_number"))
    (tmp_path / "more").mkdir()
    export(device, [merged, people[2][0]], tmp_path / "more")
    incident = actions.report_loss(device.id, by=STAFF, at=AT)
    jobs.run_jobs_once(worker="test")
    before = {row.person_id: set(row.readable) for row in queries.people(incident.number)}
    merge(kept, merged, chosen={}, reference="case:1", by=ADVISER, at=AT)
    batch = notices.prepare(incident.number, by=LEAD, at=AT)
    assert batch.people == 2
    after = {row.person_id: set(row.readable) for row in queries.people(incident.number)}
    assert after == {
        kept: before[kept] | before[merged],
        people[2][0]: before[people[2][0]],
    }
    page = queries.page(incident.number, at=AT)
    assert page.exposure is not None
    assert page.exposure.people == 2
    notices.approve(batch.id, by=SECOND, at=AT)
    jobs.run_jobs_once(worker="test")
    assert letters(incident.number) == (2, [])


def test_whoever_is_merged_after_the_notices_were_queued_gets_one_letter(
    people: People, tmp_path: Path
) -> None:
    number = notified(people, tmp_path)
    merge(people[0][0], people[1][0], chosen={}, reference="case:1", by=ADVISER, at=AT)
    merge(people[20][0], people[2][0], chosen={}, reference="case:2", by=ADVISER, at=AT)
    merge(people[20][0], people[3][0], chosen={}, reference="case:3", by=ADVISER, at=AT)
    assert letters(number) == (3, ["merged", "merged"])
