"""``aboveboard incident tasks``: what there is to do about an incident."""

from __future__ import annotations

import argparse
from typing import Any

from aboveboard.accounts.queries import staff_member
from aboveboard.basics import clock
from aboveboard.basics.errors import Invalid
from aboveboard.commands.incident.acting import actor_of, print_result
from aboveboard.incidents.case import tasks as tasks_of_incidents
from aboveboard.incidents.case.tasks import TaskView
from aboveboard.incidents.terms import CaseRole


def tasks(args: argparse.Namespace) -> int:
    """List what there is to do, after the change that was asked for."""
    _change(args)
    rows = tasks_of_incidents.tasks(args.incident, at=clock.now())
    lines = [
        f"{row.id:>5}  {_due(row):<20}  {row.role.label:<14}  {row.title}"
        + (f" ({row.assignee})" if row.assignee else "")
        for row in rows
    ]
    print_result(
        args, {"tasks": [_facts(row) for row in rows]}, "\n".join(lines) or "Nothing to do."
    )
    return 0


def _change(args: argparse.Namespace) -> None:
    number = args.incident
    acting: dict[str, Any] = {"by": actor_of(args), "at": clock.now()}
    if args.add is not None:
        if args.role not in CaseRole.values:
            raise Invalid(found=f"the role {args.role}", fix=f"Use {', '.join(CaseRole.values)}.")
        role = CaseRole(args.role)
        tasks_of_incidents.add_task(number, args.add, role=role, due_at=args.due, **acting)
    elif args.done is not None:
        tasks_of_incidents.finish_task(number, args.done, **acting)
    elif args.not_needed is not None:
        tasks_of_incidents.drop_task(number, args.not_needed, args.reason, **acting)
    elif args.reopen is not None:
        tasks_of_incidents.reopen_task(number, args.reopen, **acting)
    elif args.assign is not None:
        to = staff_member(args.to).id if args.to else None
        tasks_of_incidents.assign_task(number, args.assign, to, **acting)


def _due(row: TaskView) -> str:
    if not row.is_open:
        return row.outcome.lower()
    late = " late" if row.late else ""
    return (f"{row.due_at:%Y-%m-%d %H:%M}" if row.due_at else "no fixed time") + late


def _facts(row: TaskView) -> dict[str, Any]:
    return {
        "task": row.id,
        "title": row.title,
        "why": row.why,
        "role": row.role.value,
        "assignee": row.assignee_id,
        "due_at": clock.to_text(row.due_at) if row.due_at else None,
        "late": row.late,
        "ended_at": clock.to_text(row.ended_at) if row.ended_at else None,
        "ended_by": row.ended_by,
        "outcome": row.outcome,
        "reason": row.reason,
    }
