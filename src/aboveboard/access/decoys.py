"""People who are fetched and decided about in place of nobody, so that a look-up of nobody does the
work of a look-up of somebody: the same statements, as many rows, as many keys opened.

Real records, because only they take the time of real records. What comes of them is thrown away
unseen: no value is opened, and no answer or entry depends on them. Each process keeps a few.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from time import monotonic
from typing import Final

from aboveboard.access.limits import LOOK_UP_DECOYS
from aboveboard.basics.errors import AboveboardError
from aboveboard.vault import queries as vault

_AGAIN: Final = 60.0
"""Seconds until more are looked for where there were too few."""
_known: tuple[int, ...] = ()
_asked: tuple[int, float] = (0, -_AGAIN)
"""For how many it was asked last, and when."""


def prepare(count: int) -> None:
    """Make sure that ``count`` decoys are available. Called before any look-up, so that its cost is
    the same for every one."""
    global _known, _asked
    wanted = max(count, LOOK_UP_DECOYS)
    # Where fewer people are held than are wanted, asking at every look-up would find no more.
    if len(_known) >= count or (wanted <= _asked[0] and monotonic() < _asked[1] + _AGAIN):
        return
    _asked = (wanted, monotonic())
    start = secrets.randbits(63)
    people = vault.ids_after(start, limit=wanted)
    if len(people) < wanted:  # from the beginning again
        people = list(dict.fromkeys([*people, *vault.ids_after(-1, limit=wanted)]))
    _known = tuple(_readable(people[:wanted]))


def pick(count: int) -> Sequence[int]:
    """Return ``count`` different decoys, or as many as there are people."""
    if not _known:
        return ()
    start = secrets.randbelow(len(_known))
    return (_known[start:] + _known[:start])[:count]


def remove(gone: Collection[int]) -> None:
    """Remove these: they were erased."""
    global _known, _asked
    if gone:
        _asked = (0, -_AGAIN)
        _known = tuple(person_id for person_id in _known if person_id not in gone)


def forget() -> None:
    """Clear this process's decoys, because the database behind it is being replaced."""
    global _known, _asked
    _known, _asked = (), (0, -_AGAIN)


def _readable(people: Sequence[int]) -> Sequence[int]:
    """Return those who can be fetched: the damaged key of a stranger must not stop a look-up."""
    try:
        return list(vault.fetch(people))
    except AboveboardError:
        return [person_id for person_id in people if _is_readable(person_id)]


def _is_readable(person_id: int) -> bool:
    try:
        return bool(vault.fetch([person_id]))
    except AboveboardError:
        return False
