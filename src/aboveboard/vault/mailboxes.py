"""Whose mailbox an address is: what a sign-in by code stands on."""

from __future__ import annotations

from aboveboard.kinds import email_addresses
from aboveboard.kinds.kind import FieldKind, KindMismatch
from aboveboard.promise.queries import in_force
from aboveboard.vault.finding import find
from aboveboard.vault.rekeying import rebuild


def owners(email: str) -> list[int]:
    """Return the people on whose record this address stands, in ascending order.

    The index finds by more than one rule, and its rows are only rows: whoever can write one could
    let their own address find somebody else. So the record itself is opened and has the last word.
    Nothing of it leaves: the answer is numbers.
    """
    try:
        normal = email_addresses.read(email)
    except KindMismatch:
        return []
    fields = in_force().promise.fields
    kinds = {
        key: field.kind_and_format for key, field in fields.items() if field.kind is FieldKind.EMAIL
    }
    candidates = find("email", email)
    if not candidates:
        return []
    return [
        person_id
        for person_id, values in sorted(rebuild.held_values(candidates, kinds).items())
        if any(_is_same_mailbox(value, normal) for value in values)
    ]


def _is_same_mailbox(value: str, normal: str) -> bool:
    try:
        return email_addresses.read(value) == normal
    except KindMismatch:  # filed by an earlier version: nobody can be written to there
        return False
