"""Invitations of staff: an account, and a mail with a link that signs in once.

The mail is a job of the outbox, and the link is made when the mail is: only its digest is kept, and
a job holds references. Done again after a crash, it sends one mail more, and the latest link works.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final

from django.db import transaction

from aboveboard.accounts import actions, limits, mail, queries
from aboveboard.accounts.queries import StaffMember, StaffState
from aboveboard.basics import clock, settings
from aboveboard.basics.actor import SYSTEM, Actor, ActorKind
from aboveboard.basics.errors import Conflict, NotFound
from aboveboard.outbox.actions import post
from aboveboard.outbox.reference import Reference

JOB: Final = "staff.link"


class LinkReason(StrEnum):
    """Why a member of staff gets a link by mail; the name of its text."""

    INVITED = "invited"
    RESET = "reset"


@transaction.atomic
def invite(*, email: str, name: str, team: str, role: str, by: Actor, at: datetime) -> StaffMember:
    """Add a member of staff, as :func:`aboveboard.accounts.actions.add_staff` does, and mail them a
    link that signs them in once.

    Raises: as ``add_staff``.
    """
    member = actions.add_staff(email=email, name=name, team=team, role=role, by=by, at=at)
    _post_link(member.id, LinkReason.INVITED, by)
    return member


@transaction.atomic
def invite_again(account_id: int, *, by: Actor) -> StaffMember:
    """Mail another link to somebody who was invited. It takes the place of the one before.

    Raises:
        NotFound: there is no such member of staff.
        Conflict: they have signed in already, or their account is closed.
    """
    member = _invited(account_id)
    _post_link(member.id, LinkReason.INVITED, by)
    return member


@transaction.atomic
def withdraw(account_id: int, *, by: Actor, at: datetime) -> StaffMember:
    """Close the account of somebody who was invited and has not come yet (entry ``staff.closed``).
    Their link stops working at once.

    Raises:
        NotFound: there is no such member of staff.
        Conflict: they have signed in already, their account is closed, or they are the last
            administrator.
    """
    return actions.close(_invited(account_id).id, by=by, at=at)


@transaction.atomic
def replace_lost_factors(account_id: int, *, by: Actor, at: datetime) -> StaffMember:
    """Reset the second factors of somebody who lost theirs, as
    :func:`aboveboard.accounts.actions.reset_second_factors` does, and mail them a link with which
    they sign in once and set up another.

    Raises: as ``reset_second_factors``.
    """
    member = actions.reset_second_factors(account_id, by=by, at=at)
    _post_link(member.id, LinkReason.RESET, by)
    return member


def send_link(ref: Reference) -> None:
    """Do the job: make a link, and mail it. Nothing is sent to somebody who no longer needs it."""
    why = LinkReason(str(ref["why"]))
    by = queries.staff_member_by_id(int(str(ref["by"]))).actor if ref["by"] else SYSTEM
    try:
        member = queries.staff_member_by_id(int(str(ref["account"])))
    except NotFound:
        return
    came = member.has_second_factor or (
        why is LinkReason.INVITED and member.state is not StaffState.INVITED
    )
    if came or not member.is_active:
        return
    with transaction.atomic():
        # One mailed link at a time: whoever gets a second mail is told to use the latest. A link
        # that was printed since this mail was asked for must not stop when it is sent.
        actions.forget_mailed_links(member.id)
        path = actions.make_link(member.id, by=by, at=clock.now(), life=limits.INVITATION_LIFE)
    current = settings.current()
    facts = {
        "member": member,
        "link": current.server.origin.rstrip("/") + path,
        "days": limits.INVITATION_LIFE.days,
    }
    mail.send_to_staff(f"accounts/mail/{why}", facts, to=member.email)


def _invited(account_id: int) -> StaffMember:
    # With all administrators, as closing locks them: a second lock in another order would wait for
    # somebody who waits for this one.
    member = queries.member_of(actions.lock_staff_account(account_id))
    if member.state is StaffState.ENDED:
        raise Conflict(why="this account is closed")
    if member.state is StaffState.ACTIVE:
        raise Conflict(why="they have signed in already, so there is no invitation any more")
    return member


def _post_link(account_id: int, why: LinkReason, by: Actor) -> None:
    # At once, and not when the mail is made: what was there before is what it takes the place of.
    actions.forget_links(account_id)
    inviter = int(by.id) if by.kind is ActorKind.STAFF else None
    post(JOB, {"account": account_id, "why": why.value, "by": inviter})
