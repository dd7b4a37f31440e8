"""Setting a boundary around one's own record, and taking it back."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import transaction

from aboveboard.basics.actor import CUSTOMER, SYSTEM, Actor
from aboveboard.basics.errors import Invalid
from aboveboard.choices.actions import StatedChoice, check_source, record
from aboveboard.choices.boundaries import Boundary, BoundaryKind
from aboveboard.choices.state import ChoiceAnswer, ChoiceRecord
from aboveboard.promise.model import Promise
from aboveboard.promise.period import Period
from aboveboard.promise.queries import in_force
from aboveboard.vault.locking import lock_person

ALWAYS_IN: Final = (CUSTOMER.role, SYSTEM.role)
"""The person themself, and the program that keeps the promise: it erases what they want erased."""


class BoundaryRefused(Invalid):
    """This boundary cannot be set: {why}."""

    code = "boundary_refused"
    next_step = "{fix}"


def set_boundary(
    person_id: int,
    boundary: Boundary,
    *,
    channel: str,
    evidence: str,
    by: Actor,
    at: datetime,
) -> ChoiceRecord:
    """Keep a role or a team out of a person's record, or keep something for less time than is
    promised. Anybody who hears it may record it; it counts at once.

    Raises:
        BoundaryRefused: there is no such role, purpose or period.
        ChannelUnknown, EvidenceRefused, NotFound: as :func:`aboveboard.choices.actions.choose`.
    """
    stated = _stated(boundary, ChoiceAnswer.NO, channel=channel, evidence=evidence, by=by)
    with transaction.atomic():
        return record(lock_person(person_id), stated, by=by, at=at)


def lift_boundary(
    person_id: int,
    boundary: Boundary,
    *,
    channel: str,
    evidence: str,
    by: Actor,
    at: datetime,
) -> ChoiceRecord:
    """Take a boundary back. One that the person set with their own hand waits for that hand where
    somebody else says so, as a yes after their own no does.

    Raises:
        BoundaryRefused, ChannelUnknown, EvidenceRefused, NotFound: as :func:`set_boundary`.
    """
    stated = _stated(boundary, ChoiceAnswer.YES, channel=channel, evidence=evidence, by=by)
    with transaction.atomic():
        return record(lock_person(person_id), stated, by=by, at=at)


def _stated(
    boundary: Boundary, answer: ChoiceAnswer, *, channel: str, evidence: str, by: Actor
) -> StatedChoice:
    adopted = in_force()
    check_source(adopted.promise, channel=channel, evidence=evidence, by=by)
    check_boundary(adopted.promise, boundary)
    return StatedChoice(
        boundary.purpose,
        boundary.keep,
        answer,
        channel=channel,
        evidence=evidence,
        promise=adopted.serial,
    )


def check_boundary(promised: Promise, boundary: Boundary) -> None:
    """Refuse a boundary that cannot be set, whoever it is about.

    Raises:
        BoundaryRefused: as :func:`set_boundary`.
    """
    if boundary.kind is BoundaryKind.ROLE:
        roles = [role for role in promised.roles if role not in ALWAYS_IN]
        if boundary.name not in roles:
            fix = f"Use one of: {', '.join(roles)}."
            raise BoundaryRefused(why="there is no such role to keep out", fix=fix)
    elif boundary.kind is BoundaryKind.TEAM:
        if not boundary.name:
            raise BoundaryRefused(why="it names no team", fix="Give the name of the team.")
    else:
        _check_period(promised, boundary)


def _check_period(promised: Promise, boundary: Boundary) -> None:
    purpose = promised.purposes.get(boundary.name)
    # What rests on a contract or a law is kept for that long because others need it.
    if purpose is None or not purpose.leaves_choice:
        raise BoundaryRefused(
            why="how long it is kept for this purpose is not the person's to choose",
            fix="Name a purpose that leaves them a choice.",
        )
    fix = f"Give a period shorter than {purpose.retention.keep}, such as P1M."
    try:
        period = Period.parse(boundary.keep)
    except ValueError:
        raise BoundaryRefused(why="that is no period", fix=fix) from None
    if period.longest() >= purpose.retention.keep.shortest():
        raise BoundaryRefused(why="that is no shorter than is promised", fix=fix)
