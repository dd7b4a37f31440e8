"""What there is to do about an incident: planned by the playbook of its loss, added, given to
somebody, and ended by hand. A task that was not done says why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import F

from aboveboard.accounts.queries import names, staff_member_by_id
from aboveboard.basics.actor import Actor
from aboveboard.basics.errors import Conflict, Invalid, NotFound
from aboveboard.basics.facts import Code
from aboveboard.incidents import lifecycle
from aboveboard.incidents.case import sealing
from aboveboard.incidents.case.playbook import playbooks
from aboveboard.incidents.entries import IncidentChanged, TaskStep
from aboveboard.incidents.limits import CASE_TASKS
from aboveboard.incidents.models import CaseTask, Incident
from aboveboard.incidents.terms import LOSSES, CaseRole, IncidentKind, LossKind, TaskOutcome

_REASON: Final = "reason"


@dataclass(frozen=True, slots=True)
class TaskView:
    """A task as pages show it. ``assignee``: the name of whoever has it; ``late``: it is open and
    its time is over; ``ended_by``: the actor, as JSON; ``reason``: None where it cannot be read."""

    id: int
    title: str
    why: str
    role: CaseRole
    due_at: datetime | None
    late: bool
    assignee_id: int | None
    assignee: str
    from_playbook: bool
    ended_at: datetime | None
    ended_by: dict[str, str] | None
    outcome: str
    reason: str | None

    @property
    def is_open(self) -> bool:
        """Whether nobody ended it."""
        return self.ended_at is None


def loss_of(incident: Incident) -> LossKind:
    """Return what was lost; of an incident of an earlier version, what its kind says."""
    return LossKind(incident.loss or LOSSES[IncidentKind(incident.kind)])


def plan(incident: Incident, *, by: Actor, at: datetime) -> None:
    """Add the tasks of the playbook, inside the transaction that opens the incident."""
    book = playbooks()[loss_of(incident)]
    CaseTask.objects.bulk_create(
        CaseTask(
            incident=incident,
            step=task.key,
            title=task.title,
            why=task.why,
            role=task.role,
            due_at=incident.aware_at + task.due,
            added_at=at,
            added_by=by.as_json(),
        )
        for task in book.tasks
    )
    count = len(book.tasks)
    sentence = f"{count} tasks were planned, as after: {book.loss.label.lower()}."
    step = TaskStep(Code("planned"), playbook=Code(book.loss.value), tasks=count)
    _write_down(incident, step, sentence, by=by, at=at)


def add_task(
    number: int,
    title: str,
    *,
    why: str = "",
    role: CaseRole = CaseRole.LEAD,
    due_at: datetime | None = None,
    by: Actor,
    at: datetime,
) -> TaskView:
    """Add a task. An open one of the same title is not added again: it is a second click.

    Raises:
        NotFound: there is no such incident.
        Invalid: it has no title, or there are too many tasks already.
    """
    title, why = title.strip(), why.strip()
    if not title or len(title) > 160 or len(why) > 400:
        raise Invalid(
            found="a task without a title, or with too long a text",
            fix="Say in a few words what is to be done.",
        )
    with transaction.atomic():
        incident = lifecycle.find(number, lock=True)
        rows = CaseTask.objects.filter(incident=incident)
        if same := rows.filter(title=title, ended_at=None).first():
            return _views([same], at)[0]
        if rows.count() >= CASE_TASKS:
            raise Invalid(
                found=f"an incident with {CASE_TASKS} tasks", fix="End some, or join them."
            )
        row = CaseTask.objects.create(
            incident=incident,
            title=title,
            why=why,
            role=role,
            due_at=due_at,
            added_at=at,
            added_by=by.as_json(),
        )
        step = TaskStep(Code("added"), row.pk, role=Code(role.value))
        _write_down(incident, step, f"Added to do: {title}.", by=by, at=at)
    return _views([row], at)[0]


def assign_task(
    number: int, task_id: int, account_id: int | None, *, by: Actor, at: datetime
) -> TaskView:
    """Give an open task to a member of staff, or to nobody in particular.

    Raises:
        NotFound: there is no such task of this incident, or no such member of staff.
        Conflict: it is ended, or the member of staff has left.
    """
    with transaction.atomic():
        row = _open(number, task_id)
        member = staff_member_by_id(account_id) if account_id is not None else None
        if member is not None and not member.is_active:
            raise Conflict(why="that member of staff has left")
        if row.assignee_id != account_id:
            row.assignee_id = account_id
            row.save(update_fields=["assignee_id"])
            sentence = f"Somebody {'took on' if account_id else 'gave back'}: {row.title}."
            step = TaskStep(Code("assigned"), row.pk, to=account_id)
            _write_down(row.incident, step, sentence, by=by, at=at)
    return _views([row], at)[0]


def finish_task(number: int, task_id: int, *, by: Actor, at: datetime) -> TaskView:
    """Record that a task is done.

    Raises:
        NotFound: there is no such task of this incident. Conflict: it is ended.
    """
    with transaction.atomic():
        row = _open(number, task_id)
        step = TaskStep(Code(TaskOutcome.DONE.value), row.pk)
        row.entry_id = _write_down(row.incident, step, f"Done: {row.title}.", by=by, at=at)
        _end(row, TaskOutcome.DONE, by=by, at=at)
    return _views([row], at)[0]


def drop_task(number: int, task_id: int, reason: str, *, by: Actor, at: datetime) -> TaskView:
    """Record that a task is not needed, and why.

    Raises:
        NotFound: there is no such task of this incident. Conflict: it is ended.
        CaseWordsRefused: there is no reason.
    """
    reason = sealing.checked(reason)
    with transaction.atomic():
        row = _open(number, task_id)
        step = TaskStep(Code(TaskOutcome.NOT_NEEDED.value), row.pk)
        row.entry_id = _write_down(row.incident, step, f"Not needed: {row.title}.", by=by, at=at)
        row.reason = sealing.seal_words(_REASON, row.entry_id, reason)
        _end(row, TaskOutcome.NOT_NEEDED, by=by, at=at)
    return _views([row], at)[0]


def reopen_task(number: int, task_id: int, *, by: Actor, at: datetime) -> TaskView:
    """Open a task again that was ended too early.

    Raises:
        NotFound: there is no such task of this incident. Conflict: it is open.
    """
    with transaction.atomic():
        row = _locked(number, task_id)
        if row.ended_at is None:
            raise Conflict(why="this task is open")
        step = TaskStep(Code("open"), row.pk)
        _write_down(row.incident, step, f"To do again: {row.title}.", by=by, at=at)
        row.ended_at = row.ended_by = row.reason = row.entry_id = None
        row.outcome = ""
        row.save()
    return _views([row], at)[0]


def tasks(number: int, *, at: datetime) -> Sequence[TaskView]:
    """Return the tasks of an incident: the open ones by when they are due, then those that ended,
    newest first.

    Raises:
        NotFound: there is no such incident.
    """
    rows = CaseTask.objects.filter(incident=lifecycle.find(number))
    todo = rows.filter(ended_at=None).order_by(F("due_at").asc(nulls_last=True), "id")
    return _views([*todo, *rows.exclude(ended_at=None).order_by("-ended_at", "-id")], at)


def task(number: int, task_id: int, *, at: datetime) -> TaskView:
    """Return one task.

    Raises:
        NotFound: there is no such task of this incident.
    """
    row = CaseTask.objects.filter(incident__number=number, pk=task_id).first()
    if row is None:
        raise NotFound(what="task of this incident")
    return _views([row], at)[0]


def _locked(number: int, task_id: int) -> CaseTask:
    # The incident before the task, as whoever closes it counts the open ones.
    incident = lifecycle.find(number, lock=True)
    row: CaseTask | None = CaseTask.objects.filter(incident=incident, pk=task_id).first()
    if row is None:
        raise NotFound(what="task of this incident")
    return row


def _open(number: int, task_id: int) -> CaseTask:
    row = _locked(number, task_id)
    if row.ended_at is not None:
        raise Conflict(why="this task is ended already")
    return row


def _end(row: CaseTask, outcome: TaskOutcome, *, by: Actor, at: datetime) -> None:
    row.ended_at, row.ended_by, row.outcome = at, by.as_json(), outcome
    row.save()


def _write_down(
    incident: Incident, step: TaskStep, sentence: str, *, by: Actor, at: datetime
) -> int:
    lifecycle.add_timeline_event(incident, f"task.{step.step}", sentence, by=by, at=at)
    entry = IncidentChanged(incident=lifecycle.reference_of(incident), task=step)
    return lifecycle.append_entry(entry, by=by, at=at)


def _views(rows: Sequence[CaseTask], at: datetime) -> list[TaskView]:
    called = names([row.assignee_id for row in rows if row.assignee_id is not None])
    return [
        TaskView(
            id=row.pk,
            title=row.title,
            why=row.why,
            role=CaseRole(row.role),
            due_at=row.due_at,
            late=row.ended_at is None and row.due_at is not None and row.due_at < at,
            assignee_id=row.assignee_id,
            assignee=called.get(row.assignee_id or 0, "Someone who has left")
            if row.assignee_id
            else "",
            from_playbook=bool(row.step),
            ended_at=row.ended_at,
            ended_by=row.ended_by,
            outcome=TaskOutcome(row.outcome).label if row.outcome else "",
            reason=sealing.read_words(_REASON, row.entry_id, row.reason),
        )
        for row in rows
    ]
