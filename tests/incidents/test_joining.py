"""Several incidents joined: one becomes part of another, with one set of people and one clock."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from aboveboard.basics.actor import Role
from aboveboard.basics.errors import Conflict
from aboveboard.incidents import actions, affected, queries
from aboveboard.incidents.notices import actions as notices
from aboveboard.incidents.sources.joining import join
from aboveboard.incidents.sources.queries import affected_lists
from aboveboard.incidents.terms import Certainty, SourceWay
from aboveboard.outbox import jobs
from tests.accounts.people import staff_client, staff_member
from tests.console.asked import refused_to_the_others
from tests.console.test_affected import LEADS
from tests.incidents.conftest import (
    AT,
    LEAD,
    STAFF,
    People,
    export,
    laptop,
    leak_bytes,
    open_leak,
)
from tests.pages import words

HOUR = timedelta(hours=1)


@pytest.fixture
def losses(people: People, tmp_path: Path) -> tuple[int, int, int]:
    """A whole that was reported later, a lost laptop with five people, and a file with four."""
    device = laptop()
    export(device, [person_id for person_id, _ in people[:5]], tmp_path)
    lost = actions.report_loss(device.id, by=STAFF, at=AT).number
    leaked = open_leak(leak_bytes([row for _, row in people[3:7]])).number
    whole = actions.open_other(title="A break-in", by=STAFF, at=AT + HOUR).number
    settle()
    return whole, lost, leaked


def settle() -> None:
    for _ in range(4):
        jobs.run_jobs_once(worker="test")


def exposed(number: int) -> set[int]:
    return {row.person_id for row in queries.people(number, limit=100)}


def due(number: int) -> list[str]:
    return [duty.duty_id for duty in queries.duties(number, at=AT) if duty.required == "yes"]


def test_a_device_and_a_file_are_one_set_with_one_clock(
    people: People, losses: tuple[int, int, int]
) -> None:
    whole, lost, leaked = losses
    assert due(lost), "by itself it owes something"
    row = join(lost, whole, by=LEAD, at=AT + HOUR)
    join(leaked, whole, by=LEAD, at=AT + HOUR)
    settle()
    assert exposed(whole) == {person_id for person_id, _ in people[:7]}
    page = queries.page(whole, at=AT + HOUR)
    assert page.incident.aware_at == AT, "we know since we knew of the first"
    assert [each.way for each in page.lists] == [SourceWay.PART, SourceWay.PART]
    assert (due(lost), due(leaked)) == ([], [])
    assert due(whole)
    both = people[3][0]
    (shown,) = (each for each in queries.people(whole, limit=100) if each.person_id == both)
    assert {"password", "phone number"} <= {*shown.readable, *shown.protected}
    assert exposed(lost) == {person_id for person_id, _ in people[:5]}, "it keeps what it has"
    affected.withdraw_list(whole, row.pk, reason="They are two.", by=LEAD, at=AT + HOUR)
    settle()
    assert exposed(whole) == {person_id for person_id, _ in people[3:7]}
    assert due(lost)
    assert queries.incident(lost).part_of is None


def test_the_clock_goes_back_when_the_part_does(losses: tuple[int, int, int]) -> None:
    whole, lost, leaked = losses
    first = join(lost, whole, by=LEAD, at=AT + HOUR)
    second = join(leaked, whole, by=LEAD, at=AT + HOUR)
    for row, moment in ((first, AT), (second, AT + HOUR)):
        affected.withdraw_list(whole, row.pk, reason="They are two.", by=LEAD, at=AT + HOUR)
        assert queries.incident(whole).aware_at == moment


def test_what_a_part_counts_later_is_in_the_whole(
    people: People, losses: tuple[int, int, int]
) -> None:
    whole, *_ = losses
    part = actions.open_other(title="A letter", by=STAFF, at=AT).number
    lines = [people[20][1]["email"]]
    affected.add_list(part, lines, ["user.name"], certainty=Certainty.PROBABLE, by=LEAD, at=AT)
    settle()
    join(part, whole, by=LEAD, at=AT + HOUR)
    settle()
    assert exposed(whole) == {people[20][0]}
    affected.add_list(part, [people[21][1]["email"]], ["user.name"], by=LEAD, at=AT)
    settle()
    rows = {row.person_id: row.certainty for row in queries.people(whole, limit=100)}
    assert rows == {people[20][0]: Certainty.PROBABLE, people[21][0]: Certainty.CERTAIN}
    (source,) = affected_lists(whole)
    assert source.people == 2


def test_what_cannot_be_joined_says_why(losses: tuple[int, int, int]) -> None:
    whole, lost, leaked = losses
    for part, into, why in (
        (whole, whole, "itself"),
        (whole, lost, "its device or its file"),
        (lost, leaked, "its device or its file"),
    ):
        with pytest.raises(Conflict, match=why):
            join(part, into, by=LEAD, at=AT)
    join(lost, whole, by=LEAD, at=AT)
    other = actions.open_other(title="Another", by=STAFF, at=AT).number
    for part, into, why in (
        (lost, other, "part of INC-"),
        (whole, other, "has parts itself"),
        (leaked, lost, "part of INC-"),
    ):
        with pytest.raises(Conflict, match=why):
            join(part, into, by=LEAD, at=AT)
    with pytest.raises(Conflict, match="prepared there"):
        notices.prepare(lost, by=LEAD, at=AT)
    notices.prepare(leaked, by=LEAD, at=AT)
    with pytest.raises(Conflict, match="send them back"):
        join(leaked, whole, by=LEAD, at=AT)


def test_it_is_joined_and_separated_in_the_console(losses: tuple[int, int, int]) -> None:
    whole, lost, _ = losses
    client = staff_client(account=staff_member(Role.INCIDENT_LEAD, team="Security"))
    page = f"/console/incidents/{lost}/join/"
    assert refused_to_the_others(page, LEADS) == []
    assert "A break-in" in words(client.get(page))
    assert client.post(page).status_code == 422
    joined = client.post(page, {"into": str(whole)}, follow=True)
    assert "with its own sources" in words(joined)
    assert "It is part of another incident" in words(client.get(f"/console/incidents/{lost}/"))
    (source,) = affected_lists(whole)
    back = f"/console/incidents/{whole}/affected/list/{source.id}/take-back/"
    client.post(back, {"reason": "They are two."})
    assert "part of another incident" not in words(client.get(f"/console/incidents/{lost}/"))
