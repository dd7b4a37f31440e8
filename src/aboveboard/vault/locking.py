"""Locking people: a change to a person's record locks the person first, so that changes to one
person follow each other.

Without it an erasure and a correction, which reach the same rows in different orders, would wait
for each other for ever on PostgreSQL, and a choice written beside an erasure would outlive it.
Reading locks nobody: a use that was decided before an erasure was durable may still finish, and
has its entry.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final

from django.db import DEFAULT_DB_ALIAS, connections, transaction

from aboveboard.basics.errors import Conflict, NotFound
from aboveboard.vault import aliases, prepared
from aboveboard.vault.holds import is_open, read_dates
from aboveboard.vault.models import Person


class HeldByLaw(Conflict):
    """Their data is under a legal hold, so it must not be erased."""

    code = "held_by_law"
    next_step = "Release the hold when the case is closed, then erase."


def lock_people(person_ids: Collection[int]) -> frozenset[int]:
    """Lock these people until the surrounding transaction ends; return those whose records exist.

    On SQLite a transaction that writes is alone from its beginning, and this only reads.

    Raises:
        RuntimeError: there is no surrounding transaction.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("a person is locked for one transaction: use transaction.atomic")
    if not person_ids:
        return frozenset()
    return frozenset(number for (number,) in prepared.ask(_lock_statement(), person_ids))


# By hand: a look-up that shows nobody does this too, and the ORM took longer than all the rest of
# it. Always in the order of their ids: two transactions that want the same people would otherwise
# each hold the row that the other waits for.
_IN_ORDER: Final = f"SELECT id FROM {prepared.PERSON} WHERE id {{some}} ORDER BY id"  # noqa: S608 - our own table


def _lock_statement() -> str:
    on_postgresql = connections[DEFAULT_DB_ALIAS].vendor == "postgresql"
    return f"{_IN_ORDER} FOR UPDATE" if on_postgresql else _IN_ORDER


def lock_person(person_id: int) -> int:
    """Lock the person whose number this is, also when it only leads to them since a merge; return
    their own number.

    Raises:
        NotFound: nobody with that number exists.
    """
    while not lock_people([person_id]):
        current = aliases.current_number(person_id)
        try:
            # A savepoint: going back to it gives the lock back. Kept, it would come before the lock
            # of a number that is a person again since a split, and so perhaps out of order.
            with transaction.atomic():
                return _lock_current(person_id, current)
        except _LedElsewhere:
            continue
    return person_id


class _LedElsewhere(Exception):
    """A merge or a split committed while its people were waited for."""


def _lock_current(merged_id: int, current: int) -> int:
    locked = lock_people([current])
    if aliases.current_number(merged_id) != current:
        raise _LedElsewhere
    if not locked:
        raise NotFound(what="person")
    return current


def refuse_if_held(person_id: int, at: datetime) -> None:
    """Refuse to go on when a legal hold is open on a person whom the caller has locked.

    Raises:
        HeldByLaw: one is.
    """
    row = Person.objects.filter(id=person_id).first()
    if row is None:
        return
    dates = read_dates(
        person_id, row.held_until, row.restricted_since, row.restricted_until, row.open_mac
    )
    if is_open(dates.held_until, at):
        raise HeldByLaw(why="a legal hold is open on their data")
