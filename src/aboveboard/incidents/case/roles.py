"""Who does what in an incident: a role has one holder, and is handed over with a note."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction

from aboveboard.accounts.queries import names, staff_member_by_id
from aboveboard.basics.actor import Actor
from aboveboard.basics.errors import Conflict, NotFound
from aboveboard.basics.facts import Code
from aboveboard.incidents import lifecycle
from aboveboard.incidents.case import sealing
from aboveboard.incidents.entries import IncidentChanged, RoleHandedOver
from aboveboard.incidents.models import RoleHolder
from aboveboard.incidents.terms import CaseRole
from aboveboard.outbox.actions import post

HANDED_OVER: Final = "case.role_handed_over"
"""The job that tells whoever takes a role over."""
_NOTE: Final = "handover"


@dataclass(frozen=True, slots=True)
class RoleView:
    """Who has, or had, a role. ``note``: None where it cannot be read; ``by``: the actor, JSON."""

    id: int
    number: int
    reference: str
    role: CaseRole
    account_id: int
    name: str
    at: datetime
    by: dict[str, str]
    note: str | None
    ended_at: datetime | None


def hand_over_role(
    number: int, role: CaseRole, account_id: int, *, note: str = "", by: Actor, at: datetime
) -> RoleView:
    """Give a role to a member of staff, from whoever has it; they are told by mail.

    Raises:
        NotFound: there is no such incident, or member of staff.
        Conflict: they have left, or have that role already. CaseWordsRefused: the note is too long.
    """
    note = sealing.checked(note, needed=False)
    with transaction.atomic():
        incident = lifecycle.find(number, lock=True)
        member = staff_member_by_id(account_id)
        if not member.is_active:
            raise Conflict(why="that member of staff has left")
        before = RoleHolder.objects.filter(incident=incident, role=role, ended_at=None).first()
        if before is not None and before.account_id == account_id:
            raise Conflict(why="they have that role already")
        if before is not None:
            before.ended_at = at
            before.save(update_fields=["ended_at"])
        entry = IncidentChanged(
            incident=lifecycle.reference_of(incident),
            role=RoleHandedOver(Code(role.value), account_id),
        )
        entry_id = lifecycle.append_entry(entry, by=by, at=at)
        row = RoleHolder.objects.create(
            incident=incident,
            role=role,
            account_id=account_id,
            at=at,
            by=by.as_json(),
            note=sealing.seal_words(_NOTE, entry_id, note) if note else None,
            entry_id=entry_id,
        )
        done = "Handed over" if before else "Assigned"
        lifecycle.add_timeline_event(
            incident, "role.handed_over", f"{done}: {role.label.lower()}.", by=by, at=at
        )
        post(HANDED_OVER, {"holder": row.pk})
    return role_holder(row.pk)


def role_holders(number: int, *, ended: bool = False) -> Sequence[RoleView]:
    """Return who has which role now, in the order of the roles; or who had it before, newest first.

    Raises:
        NotFound: there is no such incident.
    """
    rows = RoleHolder.objects.filter(incident=lifecycle.find(number))
    views = _views(list(rows.filter(ended_at__isnull=not ended).order_by("-id")))
    order = list(CaseRole)
    return views if ended else sorted(views, key=lambda view: order.index(view.role))


def role_holder(holder_id: int) -> RoleView:
    """Return one holder of a role.

    Raises:
        NotFound: there is none.
    """
    row = RoleHolder.objects.filter(pk=holder_id).first()
    if row is None:
        raise NotFound(what="holder of a role")
    return _views([row])[0]


def _views(rows: Sequence[RoleHolder]) -> list[RoleView]:
    called = names([row.account_id for row in rows])
    return [
        RoleView(
            id=row.pk,
            number=row.incident.number,
            reference=row.incident.reference,
            role=CaseRole(row.role),
            account_id=row.account_id,
            name=called.get(row.account_id, "Someone who has left"),
            at=row.at,
            by=row.by,
            note=sealing.read_words(_NOTE, row.entry_id, row.note),
            ended_at=row.ended_at,
        )
        for row in rows
    ]
