"""A line that fits several customers: all of them are told, until somebody says whose it is."""

from __future__ import annotations

import json
from typing import Any

import pytest

from aboveboard.basics.person_codes import person_code
from aboveboard.commands import exits, main
from aboveboard.engines import exposure as engine
from aboveboard.identity import actions as identity
from aboveboard.incidents import actions, queries
from aboveboard.incidents.exposure import counting
from aboveboard.incidents.exposure.counts import current_count, summary_cells
from aboveboard.incidents.exposure.settling import NotInDoubt, settle
from aboveboard.incidents.models import Exposure
from aboveboard.incidents.notices import actions as notices
from aboveboard.outbox import jobs
from tests import world
from tests.incidents.conftest import AT, LEAD, People, open_leak

pytestmark = pytest.mark.django_db


@pytest.fixture
def number(people: People) -> int:
    """A leak of four lines: two of ours, one with the phone of somebody else, one of a stranger."""
    (_, ann), (_, bob), (_, cat) = people[:3]
    lines = (
        f"{ann['email']};{bob['phone']};secret\n"
        f"{cat['email']};;secret\n"
        "nobody@elsewhere.example;;secret\n"
    )
    incident = open_leak(("email;phone;password\n" + lines).encode())
    jobs.run_jobs_once(worker="test")
    return incident.number


def exposed(number: int) -> set[int]:
    return {row.person_id for row in queries.people(number, limit=100)}


def test_both_are_told_until_it_is_settled_whose_line_it_is(people: People, number: int) -> None:
    ann, bob, cat = (person_id for person_id, _ in people[:3])
    (doubt,) = queries.doubts(number)
    assert (doubt.line, doubt.settled) == (2, None)
    assert bob in doubt.person_ids
    assert exposed(number) >= {ann, bob, cat}
    batch = notices.prepare(number, measures={}, by=LEAD, at=AT)
    assert batch.people == len(exposed(number))
    notices.send_back(batch.id, note="Settle it first.", by=LEAD, at=AT)
    counted = settle(number, [2], [], by=LEAD, at=AT)
    assert (counted.doubtful, exposed(number)) == (0, {ann, cat})
    assert queries.doubts(number)[0].settled == ()
    assert notices.prepare(number, measures={}, by=LEAD, at=AT).people == 2


def test_it_can_be_settled_anew_and_counted_again(people: People, number: int) -> None:
    bob = people[1][0]
    everybody = exposed(number)
    settle(number, [2], [], by=LEAD, at=AT)
    settle(number, [2], [bob], by=LEAD, at=AT)
    assert bob in exposed(number)
    assert exposed(number) <= everybody
    page = queries.page(number, at=AT)
    assert page.exposure is not None
    assert (page.exposure.doubtful, page.exposure.ambiguous_lines) == (0, 0)
    assert page.exposure.matched_lines + page.exposure.stranger_lines == 3
    assert counting.count(number, by=LEAD, at=AT).people == len(exposed(number))
    actions.change(number, answers={"hands": "nobody"}, by=LEAD, at=AT)
    assert bob in exposed(number)


def test_what_stands_after_it_is_settled_has_one_row_for_who_was_two_records(
    people: People, number: int
) -> None:
    (ann, _), (bob, _), *_ = people
    identity.merge(ann, bob, chosen={}, reference="case/1", by=world.ADVISER, at=AT)
    stands = settle(number, [2], [bob], by=LEAD, at=AT)
    assert stands == current_count(stands.incident)
    assert stands.people == len(exposed(number))
    assert bob not in exposed(number)
    assert ann in exposed(number)


def test_an_answer_given_while_a_line_is_settled_counts(
    people: People, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {part.band for part in queries.page(number, at=AT).slices}
    work_out = engine.settle

    def and_somebody_answers(*args: Any, **named: Any) -> engine.ExposureCount:
        done = work_out(*args, **named)
        monkeypatch.undo()
        actions.change(number, answers={"hands": "nobody"}, by=LEAD, at=AT)
        return done

    monkeypatch.setattr(engine, "settle", and_somebody_answers)
    settle(number, [2], [], by=LEAD, at=AT)
    assert exposed(number) == {people[0][0], people[2][0]}
    after = {part.band for part in queries.page(number, at=AT).slices}
    assert max(after) < max(before), "nobody had it in hand"
    worst = [
        max(cell.severity for cell in summary_cells(count))
        for count in Exposure.objects.order_by("id")
    ]
    assert worst == [max(before), *[max(after)] * (len(worst) - 1)], "nor for a moment before"


def test_only_those_whom_a_line_fits_can_be_named(people: People, number: int) -> None:
    stranger = people[40][0]
    for line, who in ((2, [stranger]), (3, [people[2][0]]), (99, [])):
        with pytest.raises(NotInDoubt):
            settle(number, [line], who, by=LEAD, at=AT)
    assert queries.doubts(number)[0].settled is None


def test_a_line_is_settled_whatever_stands_beside_it_and_as_everybodys_too(people: People) -> None:
    (_, ann), (_, bob), (_, cat), *_ = people
    lines = "".join(
        f"{first['email']};{second['phone']};secret\n"
        for first, second in ((ann, bob), (bob, cat), (cat, ann))
    )
    number = open_leak(("email;phone;password\n" + lines).encode()).number
    jobs.run_jobs_once(worker="test")
    assert [doubt.line for doubt in queries.doubts(number)] == [2, 3, 4]
    fits = {doubt.line: doubt.person_ids for doubt in queries.doubts(number)}
    settle(number, [3], fits[3], by=LEAD, at=AT)
    settle(number, [4, 2], [], by=LEAD, at=AT)
    settled = {doubt.line: doubt.settled for doubt in queries.doubts(number)}
    assert settled == {2: (), 3: tuple(sorted(fits[3])), 4: ()}


def test_it_is_listed_and_settled_on_the_command_line(
    people: People,
    number: int,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("aboveboard.keys.log_signing.sequence_now", lambda: None)

    def run(*words: str) -> Any:
        code = main.main(["incident", *words])
        return code, capsys.readouterr().out

    assert "in doubt" in run("show", str(number))[1]
    code, out = run("doubts", str(number), "--json")
    (row,) = json.loads(out)
    assert (code, row["line"], row["settled"]) == (exits.DONE, 2, None)
    whose = str(row["people"][0])
    assert run("settle", str(number), "--line", "2", "--person", whose)[0] == exits.DONE
    assert f"settled: {person_code(int(whose))}" in run("doubts", str(number))[1]
    assert run("settle", str(number), "--line", "3", "--nobody")[0] == exits.INVALID


def test_what_was_said_of_a_line_already_makes_no_new_count(number: int) -> None:
    first = settle(number, [2], [], by=LEAD, at=AT)
    again = settle(number, [2], [], by=LEAD, at=AT)
    assert again.pk == first.pk
    assert [row.code for row in queries.timeline(number)].count("settled") == 1
