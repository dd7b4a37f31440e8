"""What a restored database repeats of this package's entries. No entry is written: it is there."""

from __future__ import annotations

from aboveboard.accounts import actions
from aboveboard.accounts.clients.actions import set_revoked
from aboveboard.accounts.entries import ClientRevoked, StaffChanged, StaffClosed
from aboveboard.basics.errors import NotFound
from aboveboard.basics.package import NotHeld, RecordedEntry


def change_role(entry: RecordedEntry[StaffChanged]) -> None:
    """Give the account the role and team of the entry.

    Raises:
        NotHeld: the account is not in what was restored.
        Conflict: it is the last administrator's.
    """
    after = entry.facts.after
    try:
        actions.set_role(int(after.account), role=after.role, team=after.team, entry_id=entry.id)
    except NotFound:
        raise NotHeld(what="account") from None


def close(entry: RecordedEntry[StaffClosed]) -> None:
    """Close the account of the entry. Errors: :func:`change_role`."""
    try:
        actions.set_closed(int(entry.facts.account), at=entry.at, entry_id=entry.id)
    except NotFound:
        raise NotHeld(what="account") from None


def revoke(entry: RecordedEntry[ClientRevoked]) -> None:
    """Revoke the client of the entry.

    Raises:
        NotHeld: the client is not in what was restored.
    """
    try:
        set_revoked(int(entry.facts.client), at=entry.at, entry_id=entry.id)
    except NotFound:
        raise NotHeld(what="client") from None
