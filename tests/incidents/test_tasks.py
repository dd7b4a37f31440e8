"""What there is to do after a loss: planned by its kind, and each task done or said not to be
needed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from aboveboard.basics.actor import Role
from aboveboard.basics.errors import Conflict, Invalid, NotFound
from aboveboard.incidents import actions, queries
from aboveboard.incidents.case import playbook, tasks
from aboveboard.incidents.case.sealing import CaseWordsRefused
from aboveboard.incidents.models import CaseTask
from aboveboard.incidents.terms import CaseRole, LossKind
from aboveboard.ledger.models import Entry
from tests.accounts.people import staff_member
from tests.incidents.conftest import AT, LEAD, STAFF

LATER = AT + timedelta(hours=3)


def opened(loss: LossKind = LossKind.RANSOMWARE) -> int:
    return actions.open_other(title="Files are locked", loss=loss, by=STAFF, at=AT).number


def entries() -> list[str]:
    return [bytes(body).decode() for body in Entry.objects.values_list("body", flat=True)]


@pytest.mark.parametrize("loss", LossKind)
def test_every_kind_of_loss_has_a_playbook_with_reasons_and_sources(loss: LossKind) -> None:
    book = playbook.playbooks()[loss]
    assert len(book.tasks) >= 5
    assert all(task.why and len(task.title) <= 160 and task.due for task in book.tasks)
    assert "SP 800-61r3" in book.sources
    # 22 sheets: github.com/certsocietegenerale/IRM, EN/IRM-1 to EN/IRM-22.
    sheets = [int(name.removeprefix("IRM-")) for name in book.sources if name.startswith("IRM-")]
    assert sheets
    assert all(1 <= sheet <= 22 for sheet in sheets)


@pytest.mark.django_db
def test_the_first_task_is_what_cannot_wait_and_each_is_due_from_when_we_knew() -> None:
    listed = tasks.tasks(opened(), at=LATER)
    assert listed[0].title.startswith("Disconnect the affected machines")
    assert listed[0].due_at == AT + timedelta(hours=1)
    assert listed[0].late
    assert [task.due_at for task in listed] == sorted(t.due_at for t in listed if t.due_at)
    assert not any(task.late for task in tasks.tasks(opened(), at=AT))


@pytest.mark.django_db
def test_a_task_is_added_given_done_and_opened_again_in_timeline_and_ledger() -> None:
    number, ada = opened(), staff_member(Role.ADVISER, email="ada@staff.example")
    added = tasks.add_task(
        number, "Ring the printer of Mrs Smith", role=CaseRole.SCRIBE, by=LEAD, at=AT
    )
    again = tasks.add_task(number, "Ring the printer of Mrs Smith", by=LEAD, at=LATER)
    assert again.id == added.id
    given = tasks.assign_task(number, added.id, ada.pk, by=LEAD, at=LATER)
    assert given.assignee == ada.name
    done = tasks.finish_task(number, added.id, by=LEAD, at=LATER)
    assert (done.is_open, done.outcome, done.ended_by) == (False, "Done", LEAD.as_json())
    with pytest.raises(Conflict):
        tasks.finish_task(number, added.id, by=LEAD, at=LATER)
    with pytest.raises(Conflict):
        tasks.assign_task(number, added.id, None, by=LEAD, at=LATER)
    assert tasks.reopen_task(number, added.id, by=LEAD, at=LATER).is_open
    codes = [row.code for row in queries.timeline(number) if row.code.startswith("task.")]
    assert sorted(codes) == [
        "task.added",
        "task.assigned",
        "task.done",
        "task.open",
        "task.planned",
    ]
    steps = [text for text in entries() if '"task":' in text]
    assert len(steps) == 5
    assert not any("Smith" in text for text in entries())


@pytest.mark.django_db
def test_what_is_not_needed_says_why_and_the_words_are_sealed() -> None:
    number = opened()
    first = tasks.tasks(number, at=AT)[0]
    with pytest.raises(CaseWordsRefused):
        tasks.drop_task(number, first.id, "  ", by=LEAD, at=AT)
    dropped = tasks.drop_task(number, first.id, "It was a drill.\r\nNo more.", by=LEAD, at=AT)
    assert (dropped.outcome, dropped.reason) == ("Not needed", "It was a drill.\nNo more.")
    row = CaseTask.objects.get(pk=first.id)
    assert b"drill" not in bytes(row.reason or b"")
    CaseTask.objects.filter(pk=first.id).update(entry_id=1)
    assert tasks.task(number, first.id, at=AT).reason is None


@pytest.mark.django_db
def test_a_task_of_another_incident_is_not_there() -> None:
    number, other = opened(), opened(LossKind.PAPER)
    theirs = tasks.tasks(other, at=AT)[0].id
    with pytest.raises(NotFound):
        tasks.task(number, theirs, at=AT)
    with pytest.raises(NotFound):
        tasks.finish_task(number, theirs, by=LEAD, at=AT)
    with pytest.raises(Invalid):
        tasks.add_task(number, " ", by=LEAD, at=AT)
