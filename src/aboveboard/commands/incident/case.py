"""``aboveboard incident tasks``, ``role``, ``decision`` and ``freeze``."""

from __future__ import annotations

import argparse
from typing import Any

from aboveboard.accounts.queries import staff_member
from aboveboard.basics import clock
from aboveboard.basics.errors import Invalid
from aboveboard.commands.incident.acting import actor_of, print_result
from aboveboard.incidents.case import decisions, roles
from aboveboard.incidents.case import freeze as freezes
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


def role(args: argparse.Namespace) -> int:
    """Hand a role over, and list who does what."""
    if args.role:
        if args.role not in CaseRole.values:
            raise Invalid(found=f"the role {args.role}", fix=f"Use {', '.join(CaseRole.values)}.")
        roles.hand_over_role(
            args.incident,
            CaseRole(args.role),
            staff_member(args.to).id,
            note=args.note,
            by=actor_of(args),
            at=clock.now(),
        )
    holders = roles.role_holders(args.incident)
    facts = [
        {"role": row.role.value, "account": row.account_id, "at": clock.to_text(row.at)}
        for row in holders
    ]
    lines = [f"{row.role.label}: {row.name}" for row in holders]
    print_result(args, {"roles": facts}, "\n".join(lines) or "Nobody has a role yet.")
    return 0


def decision(args: argparse.Namespace) -> int:
    """Record a decision or approve one, and list them."""
    acting: dict[str, Any] = {"by": actor_of(args), "at": clock.now()}
    if args.approve is not None:
        decisions.approve_decision(args.incident, args.approve, **acting)
    elif args.words:
        decisions.record_decision(args.incident, args.words, reason=args.reason, **acting)
    rows = decisions.case_decisions(args.incident)
    facts = [
        {
            "decision": row.id,
            "at": clock.to_text(row.at),
            "by": row.by,
            "words": row.words,
            "reason": row.reason,
            "approved_at": clock.to_text(row.approved_at) if row.approved_at else None,
            "approved_by": row.approved_by,
        }
        for row in rows
    ]
    lines = [
        f"{row.id:>5}  {'approved' if row.approved_at else 'waits':<8}  {row.words}" for row in rows
    ]
    print_result(args, {"decisions": facts}, "\n".join(lines) or "No decisions yet.")
    return 0


def freeze(args: argparse.Namespace) -> int:
    """Freeze communications, or lift the freeze."""
    do = freezes.lift_freeze if args.lift else freezes.freeze_communications
    do(args.incident, args.reason, by=actor_of(args), at=clock.now())
    print_result(args, {"frozen": not args.lift}, "Lifted." if args.lift else "Frozen.")
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
