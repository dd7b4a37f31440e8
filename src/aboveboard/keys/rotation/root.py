"""Rotation of the root key. The procedure, numbered as in the code and in
``tests/keys/rotation/test_root.py``:

1. Begin: the provider makes a new version of its key (or another provider is named); a new wrapping
   key is made, wrapped by it, and wraps from now on. In one transaction with the ledger entry
   ``keys.rotation.begun``.
2. The instance's secrets are wrapped by it.
3. People's keys are wrapped by it, a batch in each transaction with how far it has come; in passes,
   until one finds nothing.
4. After a lease, in which processes finish what they read before, wrapping keys that
   wrap nothing are destroyed.
5. Older versions of the root key are put aside, and ``keys.rotation.finished`` is written.

A crash at any point loses nothing: the rotation is a row, and going on starts at its step. No
sealed field is touched.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import IntegrityError, transaction

from aboveboard.basics import clock, settings
from aboveboard.basics.actor import Actor
from aboveboard.basics.errors import Conflict
from aboveboard.basics.facts import Code
from aboveboard.keys import actions, ring
from aboveboard.keys.entries import OtherProvidersRemoved, RotationBegun, RotationFinished
from aboveboard.keys.limits import REWRAP_BATCH
from aboveboard.keys.models import Rotation, WrappingKey
from aboveboard.keys.providers.provider import Provider
from aboveboard.keys.rotation import rewrap
from aboveboard.keys.wrapping import LocalKey
from aboveboard.ledger.actions import append

KIND = "root"
_FIRST = -(2**63)


def unfinished() -> Rotation | None:
    """Return the rotation of the root key that is under way, or None."""
    return Rotation.objects.filter(kind=KIND, finished_at=None).first()


def begin(*, to: Provider | None = None, renew: bool = True, by: Actor, at: datetime) -> Rotation:
    """Begin a rotation: step 1. With ``to``, what is wrapped can be opened by both
    providers until :func:`leave`.

    Raises:
        Conflict: one is under way; go on with it.
        RenewalRefused: the provider cannot make a new version; nothing was changed.
        Unavailable: a provider cannot be asked; nothing was changed.
    """
    if unfinished():
        raise Conflict(why="a rotation of the root key is under way")
    current = ring.provider()
    if to is None and renew:
        current.renew()
    with _one_of_a_kind(), transaction.atomic():
        key = actions.make_wrapping_key([current] if to is None else [to, current], at=at)
        rewrap.retire_all_but(key, at=at)
        rotation = Rotation.objects.create(
            kind=KIND,
            begun_at=at,
            begun_by=by.kind.value,
            step="secrets",
            names={"key": key.id.hex(), "moves": to is not None},
        )
        begun = RotationBegun(
            key=Code(key.id.hex()), provider=Code(ring.scheme((to or current).name))
        )
        append(begun, by=by, handle=None, at=at)
    return rotation


@contextmanager
def _one_of_a_kind() -> Iterator[None]:
    """Say plainly what the database says when two begin at the same moment."""
    try:
        yield
    except IntegrityError:
        raise Conflict(why="a rotation of the root key is under way") from None


def go_on(
    rotation: Rotation,
    *,
    by: Actor,
    progress: Callable[[int], None] = lambda done: None,
    pause: float | None = None,
) -> str:
    """Do what is left of a rotation: steps 2 to 5. Return what the operator
    is to do then, or nothing.

    ``pause``: seconds to wait in step 4; the lease by default. Several processes may go on at
    once: they share the work.
    """
    key = ring.wrapping_key(bytes.fromhex(rotation.names["key"]))
    with transaction.atomic():
        rewrap.move_secrets(key)  # 2
    while True:
        while _batch(rotation.pk, key, progress):  # 3
            pass
        if not rewrap.anything_but(key):
            break
        time.sleep(0.05)  # somebody holds a row; it is wrapped by then, or gone
        Rotation.objects.filter(pk=rotation.pk).update(reached=_FIRST)
    time.sleep(settings.current().keys.lease if pause is None else pause)  # 4
    rewrap.destroy_unused()
    if rewrap.anything_but(key):  # an import that began before step 1 has ended since
        Rotation.objects.filter(pk=rotation.pk).update(reached=_FIRST)
        return go_on(rotation, by=by, progress=progress, pause=pause)
    return _finish(rotation.pk, key, by=by)


def _batch(rotation_id: int, key: LocalKey, progress: Callable[[int], None]) -> bool:
    with transaction.atomic():
        rotation = Rotation.objects.select_for_update().get(pk=rotation_id)
        moved, last = rewrap.move_people(key, after=rotation.reached, limit=REWRAP_BATCH)
        if last is None:
            return False
        rotation.step, rotation.reached, rotation.done = "people", last, rotation.done + moved
        rotation.save(update_fields=["step", "reached", "done"])
    progress(rotation.done)
    return True


def _finish(rotation_id: int, key: LocalKey, *, by: Actor) -> str:
    root, to_do = ring.provider(), ""
    with transaction.atomic():
        rotation = Rotation.objects.select_for_update().get(pk=rotation_id)
        if rotation.finished_at is None:  # else another process was as far, and wrote it
            kept = WrappingKey.objects.filter(provider=root.name).values_list("wrapped", flat=True)
            to_do = root.settle([bytes(one) for one in kept])  # 5
            rotation.finished_at, rotation.step = clock.now(), "finished"
            rotation.save(update_fields=["finished_at", "step"])
            finished = RotationFinished(key=Code(key.id.hex()), people=rotation.done)
            append(finished, by=by, handle=None, at=rotation.finished_at)
    return to_do


def leave(*, by: Actor, at: datetime) -> int:
    """End a move: destroy what other providers than ``keys.root`` can open; return how
    many copies were destroyed.

    Raises:
        Conflict: a rotation is under way, or the provider does not open every wrapping key itself.
        Unavailable: it cannot be asked.
    """
    if unfinished():
        raise Conflict(why="a rotation of the root key is under way: finish it first")
    root = ring.provider()
    with transaction.atomic():
        rows = list(WrappingKey.objects.select_for_update().order_by("id"))
        for number in {row.key_id for row in rows}:
            ours = [row for row in rows if row.key_id == number and row.provider == root.name]
            key_id = int(number).to_bytes(4, "big")
            if (
                not ours
                or LocalKey(root.unwrap(bytes(ours[0].wrapped), ring.wrapping_context(key_id))).id
                != key_id
            ):
                raise Conflict(
                    why=(
                        f"{root.name} cannot open the wrapping key {key_id.hex()}; move it there "
                        "first"
                    )
                )
        left = rewrap.leave_others(root.name)
        if left:
            removed = OtherProvidersRemoved(left, Code(ring.scheme(root.name)))
            append(removed, by=by, handle=None, at=at)
    return left
