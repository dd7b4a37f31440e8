"""How far a rotation of keys has come: a row, so that one that was stopped or killed goes on where
it was, and several processes can share its work."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import IntegrityError

from aboveboard.basics.actor import Actor
from aboveboard.basics.errors import Conflict
from aboveboard.keys.models import Rotation

NOBODY_YET: Final = -(2**63)
"""``reached`` before the first person of a step: below every id."""

_WORDS: Final = {"root": "the root key", "people": "people's keys", "index": "the index key"}


@dataclass(frozen=True, slots=True)
class RotationState:
    """One rotation. ``kind``: ``root``, ``people`` or ``index``; ``step``: the step of its
    procedure; ``reached``: the last person done in that step; ``done``: how many in all;
    ``names``: the ids or names of the keys that it leads to."""

    id: int
    kind: str
    begun_at: datetime
    finished_at: datetime | None
    step: str
    reached: int
    done: int
    names: Mapping[str, Any]


def begin(
    kind: str, *, step: str, names: Mapping[str, Any] | None = None, by: Actor, at: datetime
) -> RotationState:
    """Write that a rotation begins. In the transaction of its first step.

    Raises:
        Conflict: one of this kind is under way.
    """
    try:
        row = Rotation.objects.create(
            kind=kind, begun_at=at, begun_by=by.kind.value, step=step, names=dict(names or {})
        )
    except IntegrityError:
        # Two began at the same moment, and the database let in one (``one_rotation_of_a_kind``).
        raise Conflict(why=f"a rotation of {_WORDS[kind]} is under way") from None
    return _state(row)


def unfinished(kind: str | None = None) -> RotationState | None:
    """Return the rotation of that kind, or of any, that is under way; None if there is none."""
    rows = Rotation.objects.filter(finished_at=None)
    if kind is not None:
        rows = rows.filter(kind=kind)
    row = rows.order_by("id").first()
    return None if row is None else _state(row)


def lock(rotation_id: int) -> RotationState:
    """Return a rotation as it is now, locked until the transaction ends: the batch of one process
    at a time counts."""
    return _state(Rotation.objects.select_for_update().get(pk=rotation_id))


def store(rotation: RotationState) -> RotationState:
    """Store how far a locked rotation has come, and return it."""
    Rotation.objects.filter(pk=rotation.id).update(
        step=rotation.step,
        reached=rotation.reached,
        done=rotation.done,
        names=dict(rotation.names),
        finished_at=rotation.finished_at,
    )
    return rotation


def _state(row: Rotation) -> RotationState:
    return RotationState(
        row.pk,
        row.kind,
        row.begun_at,
        row.finished_at,
        row.step,
        row.reached,
        row.done,
        row.names,
    )
