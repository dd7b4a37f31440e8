"""Repeating one change from its ledger entry. The entry is there already, so none is written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from aboveboard.accounts import actions as accounts
from aboveboard.accounts.clients import credentials
from aboveboard.accounts.models import Account, ServiceClient
from aboveboard.basics.actor import Role
from aboveboard.basics.package import NotHeld, Recorded
from aboveboard.choices import actions as choices
from aboveboard.ledger.format.entry import EntryBody
from aboveboard.promise.queries import in_force
from aboveboard.recovery.restoring.rules import declared, repeats
from aboveboard.retention import replay as keeping
from aboveboard.vault.field_erasure import remove_fields


def repeat(entry: EntryBody, person_id: int | None) -> None:
    """Make the change that ``entry`` records, if it is not made. ``person_id`` is
    whom its handle stands for.

    Raises:
        NotHeld: what it is about is not in what was restored.
        FactsMalformed: the entry was written by another version, in another form.
        RecordDamaged: the person's record is of an older key.
        Conflict: the room refuses it, such as to close the last administrator.
    """
    if entry.kind in (known := declared()):
        if entry.handle is not None and person_id is None:
            raise NotHeld(what="person")
        facts = known[entry.kind].from_json(entry.facts)
        repeats()[entry.kind](Recorded(entry.id, entry.at, entry.actor, facts, person_id))
    else:
        _HOW[entry.kind](entry, person_id)


def _choice(entry: EntryBody, person_id: int | None) -> None:
    if person_id is None:
        raise NotHeld(what="person")
    choices.replay(person_id, entry.id, entry.facts, by=entry.actor, at=entry.at)


def _closed(entry: EntryBody, person_id: int | None) -> None:
    accounts.close(_account(entry.facts), at=entry.at)


def _changed(entry: EntryBody, person_id: int | None) -> None:
    after = entry.facts["after"]
    if not isinstance(after, dict):
        raise NotHeld(what="account")
    accounts.change_role(_account(after), role=Role(str(after["role"])), team=str(after["team"]))


def _revoked(entry: EntryBody, person_id: int | None) -> None:
    client = ServiceClient.objects.filter(pk=str(entry.facts["client"])).first()
    if client is None:
        raise NotHeld(what="program")
    credentials.revoke_client(client, at=entry.at)


def _fields(entry: EntryBody, person_id: int | None) -> None:
    if person_id is None:
        raise NotHeld(what="person")
    named = entry.facts["fields"]
    kinds = {name: field.kind.value for name, field in in_force().promise.fields.items()}
    remove_fields(
        person_id, [str(name) for name in named] if isinstance(named, list) else [], kinds=kinds
    )


def _kept(entry: EntryBody, person_id: int | None) -> None:
    if person_id is None:
        raise NotHeld(what="person")
    keeping.replay(entry.kind, person_id, entry.id, entry.facts, by=entry.actor, at=entry.at)


def _account(facts: object) -> Account:
    number = facts.get("account") if isinstance(facts, dict) else None
    found = Account.objects.filter(pk=str(number)).first()
    if found is None:
        raise NotHeld(what="account")
    return found


_HOW: Final[dict[str, Callable[[EntryBody, int | None], None]]] = {
    "choice.made": _choice,
    "field.erased": _fields,
    "staff.closed": _closed,
    "staff.changed": _changed,
    "client.revoked": _revoked,
    **dict.fromkeys(keeping.KINDS, _kept),
}
