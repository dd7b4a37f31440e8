"""A count that stands is brought up to what happened since: an export, a merge, a crash before the
end."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from aboveboard.basics.errors import Conflict
from aboveboard.custody import actions as custody
from aboveboard.engines import exposure as engine
from aboveboard.identity import actions as identity
from aboveboard.incidents import actions, lifecycle, queries
from aboveboard.incidents.exposure import counting, counts, merging, settling
from aboveboard.incidents.exposure.counting import NothingToCount
from aboveboard.incidents.exposure.folders import exposure_file, folder_of
from aboveboard.incidents.leaks import index_keys
from aboveboard.incidents.models import Assessment, Exposure, TimelineEvent
from aboveboard.incidents.terms import IncidentKind, IncidentState
from tests import world
from tests.incidents.conftest import AT, LEAD, STAFF, export, laptop, leak_bytes, open_leak

pytestmark = pytest.mark.django_db


def join(kept: int, merged: int) -> None:
    identity.merge(kept, merged, chosen={}, reference="case/1", by=world.ADVISER, at=AT)


def exposed(number: int) -> set[int]:
    return {row.person_id for row in queries.people(number, limit=100)}


def assessed(count: Exposure) -> bool:
    return Assessment.objects.filter(exposure=count).exists()


def test_records_that_became_one_since_are_one_row_in_the_count_that_stands() -> None:
    people = world.load(12)
    (ada, _), (ben, _), (cy, _), *_ = people
    number = open_leak(leak_bytes([row for _, row in people[:6]])).number
    assert merging.apply_merges(number, by=LEAD, at=AT) is None, "nothing was counted yet"
    with pytest.raises(Conflict, match="not counted yet"):
        settling.settle(number, [2], [ada], by=LEAD, at=AT)
    first = counting.count(number, by=LEAD, at=AT)
    before = exposed(number)
    assert {ada, ben, cy} <= before
    assert merging.apply_merges(number, by=LEAD, at=AT) == first, "nobody was merged"
    join(people[9][0], people[10][0])
    assert merging.apply_merges(number, by=LEAD, at=AT) == first, "nobody in it was"
    join(ada, ben)
    count = counting.count(number, by=LEAD, at=AT)
    assert count.pk != first.pk
    assert count.people == first.people - 1
    assert exposed(number) == before - {ben}
    assert assessed(count)
    event = TimelineEvent.objects.get(code="merged")
    assert event.sentence == f"Records of one person are one row now: {count.people} people."
    join(ada, cy)
    merged = merging.apply_merges(number, by=LEAD, at=AT)
    assert merged is not None
    assert (merged.people, exposed(number)) == (count.people - 1, before - {ben, cy})
    assert assessed(merged)
    names = {each.name for each in folder_of(merged.incident).glob("exposure-*")}
    assert names == set(Exposure.objects.values_list("file_name", flat=True))


def test_a_count_that_died_before_its_end_is_finished_and_not_made_again() -> None:
    people = world.load(6)
    incident = open_leak(leak_bytes([row for _, row in people[:3]]))
    empty = lifecycle.open_incident(
        IncidentKind.LEAKED_FILE, title="Nothing", discovered_at=AT, by=LEAD, at=AT
    )
    with pytest.raises(NothingToCount):
        counting.count(empty.number, by=LEAD, at=AT)
    first = counting.count(incident.number, by=LEAD, at=AT)
    Assessment.objects.all().delete()
    left = folder_of(first.incident) / "exposure-left.parquet"
    left.touch()
    assert counting.count(incident.number, by=LEAD, at=AT) == first
    assert assessed(first), "severity, risk and duties are worked out"
    assert Assessment.objects.count() == 1
    assert counting.count(incident.number, by=LEAD, at=AT) == first
    assert Assessment.objects.count() == 1


def test_a_leak_that_was_read_with_another_index_key_is_refused_and_not_undercounted() -> None:
    people = world.load(6)
    number = open_leak(leak_bytes([row for _, row in people[:3]])).number
    folder = folder_of(lifecycle.find(number))
    index_keys.write_keys(folder, [])  # as where none of its keys is in use any more
    with pytest.raises(index_keys.MadeWithAnotherKey):
        counting.count(number, by=LEAD, at=AT)
    assert not Exposure.objects.exists()
    index_keys.delete_keys(folder)
    count = counting.count(number, by=LEAD, at=AT)
    assert count.people >= 3, "one that does not say is of the first key"


def test_a_lost_device_is_counted_again_when_an_export_reached_it_since(tmp_path: Path) -> None:
    (ada, _), (ben, _), (cy, _), *_ = world.load(6)
    device = laptop()
    export(device, [ada], tmp_path)
    number = actions.report_loss(device.id, by=STAFF, at=AT).number
    steps: list[str] = []
    first = counting.count(number, progress=steps.append, by=LEAD, at=AT)
    assert steps == list(counting.STEPS)
    assert counting.count(number, by=LEAD, at=AT) == first
    left = folder_of(first.incident) / "exposure-left.parquet"
    left.touch()
    custody.report_found(device.id, by=STAFF, at=AT)
    (tmp_path / "b").mkdir()
    export(device, [ben], tmp_path / "b", at=AT - timedelta(hours=1))
    second = counting.count(number, by=LEAD, at=AT)
    assert (second.people, exposed(number)) == (2, {ada, ben})
    assert not left.exists(), "what a count that died had written is gone"
    assert exposure_file(first).is_file(), "a count that was written down stays"
    # A count of before exports were named in it goes by the moment.
    Exposure.objects.filter(pk=second.pk).update(exports=None)
    assert counting.count(number, by=LEAD, at=AT) == second
    (tmp_path / "c").mkdir()
    export(device, [cy], tmp_path / "c", at=AT + timedelta(seconds=1))
    third = counting.count(number, by=LEAD, at=AT)
    assert (third.people, exposed(number)) == (3, {ada, ben, cy})


def test_who_stands_in_the_count_of_an_open_incident_may_yet_have_to_be_told(
    tmp_path: Path,
) -> None:
    people = world.load(8)
    (ada, row), (ben, _), *_ = people
    incident = open_leak(leak_bytes([row]))
    assert counts.in_open_incidents([ada, ben]) == frozenset()
    first = counting.count(incident.number, by=LEAD, at=AT)
    assert counts.in_open_incidents([ada, ben]) == {ada}
    assert counts.current_count(first.incident) == first
    cells = counts.summary_cells(first)
    assert counts.cells_json(cells) == first.cells
    same = {(cell.categories, cell.protected): cell.severity for cell in cells}
    assert counts.rescored_count(first, same, tmp_path, at=AT) is first
    changed = {key: band % 4 + 1 for key, band in same.items()}
    other = counts.rescored_count(first, changed, tmp_path, at=AT)
    assert (other.pk, other.people, other.matched_lines) == (None, 1, first.matched_lines)
    assert [cell.severity for cell in counts.summary_cells(other)] == [
        band % 4 + 1 for band in same.values()
    ]
    assert (tmp_path / other.file_name).is_file()
    assert not exposure_file(other).exists(), "it stands in the incident's folder with its row"
    lifecycle.change_state(first.incident, IncidentState.CLOSED, by=LEAD, at=AT)
    assert counts.in_open_incidents([ada, ben]) == frozenset(), "nobody is told any more"
    lifecycle.change_state(first.incident, IncidentState.OPEN, by=LEAD, at=AT)
    assert counts.in_open_incidents([ada, ben]) == {ada}


def test_an_answer_given_while_records_become_one_row_counts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    people = world.load(8)
    (ada, _), (ben, _), *_ = people
    number = open_leak(leak_bytes([row for _, row in people[:3]])).number
    counting.count(number, by=LEAD, at=AT)
    before = {part.band for part in queries.page(number, at=AT).slices}
    join(ada, ben)
    merge = engine.merge

    def and_somebody_answers(*args: Any, **named: Any) -> engine.ExposureCount:
        done = merge(*args, **named)
        monkeypatch.undo()
        actions.change(number, answers={"hands": "nobody"}, by=LEAD, at=AT)
        return done

    monkeypatch.setattr(engine, "merge", and_somebody_answers)
    merged = merging.apply_merges(number, by=LEAD, at=AT)
    assert merged == counts.current_count(lifecycle.find(number))
    assert ben not in exposed(number)
    assert max(part.band for part in queries.page(number, at=AT).slices) < max(before)
    assert [row.code for row in queries.timeline(number)].count("merged") == 1, "said once"


def test_a_count_that_begins_while_another_is_worked_out_anew_takes_no_file_from_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = laptop()
    export(device, [world.load(1)[0][0]], tmp_path)
    number = actions.report_loss(device.id, by=STAFF, at=AT).number
    first = counting.count(number, by=LEAD, at=AT)
    rescore = engine.rescore

    def rescore_and_begin(*args: Any, **kwargs: Any) -> engine.ExposureCount:
        done = rescore(*args, **kwargs)
        counting._delete_unrecorded(first.incident)  # what a count begins with
        return done

    monkeypatch.setattr(engine, "rescore", rescore_and_begin)
    actions.change(number, answers={"hands": "nobody"}, by=LEAD, at=AT)
    latest = counts.current_count(first.incident)
    assert latest not in (None, first), "another severity"
    assert latest is not None
    assert exposure_file(latest).is_file()
