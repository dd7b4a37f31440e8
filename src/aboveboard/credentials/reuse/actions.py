"""What is done about a member of staff whose password was leaked elsewhere."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import transaction

from aboveboard.accounts import actions as accounts
from aboveboard.accounts import mail
from aboveboard.accounts import queries as staff
from aboveboard.basics import settings
from aboveboard.basics.actor import Actor
from aboveboard.basics.errors import Invalid, NotFound
from aboveboard.basics.facts import Code, Word, matches_form
from aboveboard.basics.package import NotHeld, RecordedEntry
from aboveboard.credentials.entries import PasswordReset
from aboveboard.credentials.reuse.sweep import ReuseMatch
from aboveboard.ledger.actions import append
from aboveboard.outbox.actions import post
from aboveboard.outbox.reference import Reference

JOB: Final = "password.reused"


def check_source(source: str) -> None:
    """Refuse a label of a leak that cannot stand in the log.

    Raises:
        Invalid: it is not small letters, digits and hyphens.
    """
    if not matches_form(Word, source):
        raise Invalid(
            found="that is no label of a leak",
            fix="Use small letters, digits and hyphens, such as forum-2026.",
        )


@transaction.atomic
def reset_reused(
    account_id: int, kept: str, match: ReuseMatch, *, source: str, by: Actor, at: datetime
) -> bool:
    """Take away a password that was leaked elsewhere, end every session, and have its owner told
    why (entry ``password.reset``). Return whether it was done.

    ``kept``: the hash that it was found by; who has chosen another since keeps it.

    Raises:
        NotFound: there is no such account.
        Invalid: ``source`` is no label (:func:`check_source`).
    """
    check_source(source)
    account = accounts.lock_staff_account(account_id)
    if account.password != kept or not account.is_open:
        return False
    accounts.end_sessions(account)
    accounts.forget_links(account.pk)
    entry = PasswordReset(Code(str(account.pk)), Word(match.value), Word(source))
    append(entry, by=by, handle=None, at=at)
    post(JOB, {"account": account.pk})
    return True


def repeat_reset(entry: RecordedEntry[PasswordReset]) -> None:
    """Take the password away again, of a restored database: it holds the one that was leaked.

    Raises:
        NotHeld: the account is not in what was restored.
    """
    try:
        accounts.end_sessions(accounts.lock_staff_account(int(entry.facts.account)))
    except NotFound:
        raise NotHeld(what="account") from None


def send_reason(ref: Reference) -> None:
    """Do the job: write to them why their password is gone, and what to do."""
    try:
        member = staff.staff_member_by_id(int(str(ref["account"])))
    except NotFound:
        return
    if not member.is_active:
        return
    link = settings.current().server.origin.rstrip("/") + "/accounts/staff/code/"
    mail.send_to_staff("credentials/mail/reused", {"member": member, "link": link}, to=member.email)
