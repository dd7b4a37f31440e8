"""Rotation of the root key. The procedure, numbered as in the code and in
``tests/keys/rotation/test_root.py``:

1. Begin: the provider makes a new version of its key (or another provider is named); a new wrapping
   key is made, wrapped by it, and wraps from now on. In one transaction with the ledger entry
   ``keys.rotation.begun``.
2. The instance's secrets are wrapped by it.
3. People's keys are wrapped by it, a batch in each transaction with how far it has come. Steps 2
   and 3 are repeated until neither finds anything.
4. After a lease, in which processes finish what they read before, wrapping keys that
   wrap nothing are destroyed.
5. Older versions of the root key are archived, and ``keys.rotation.finished`` is written.

A crash at any point loses nothing: the rotation is a row, and :func:`resume` starts at its step. No
sealed field is touched.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from django.db import transaction

from aboveboard.basics import clock, settings
from aboveboard.basics.actor import Actor
from aboveboard.basics.errors import Conflict
from aboveboard.basics.facts import Code
from aboveboard.keys import ring, wrapping_keys
from aboveboard.keys.entries import OtherProvidersRemoved, RotationBegun, RotationFinished
from aboveboard.keys.limits import REWRAP_BATCH
from aboveboard.keys.models import WrappingKey
from aboveboard.keys.providers.provider import Provider
from aboveboard.keys.rotation import progress, rewrap
from aboveboard.keys.rotation.progress import RotationState
from aboveboard.keys.wrapping import LocalKey
from aboveboard.ledger.actions import append

KIND = "root"


def unfinished() -> RotationState | None:
    """Return the rotation of the root key that is under way, or None."""
    return progress.unfinished(KIND)


def begin(
    *, to: Provider | None = None, renew: bool = True, by: Actor, at: datetime
) -> RotationState:
    """Begin a rotation: step 1. With ``to``, what is wrapped can be opened by both
    providers until :func:`remove_other_providers`.

    Raises:
        Conflict: one is under way; resume it.
        RenewalRefused: the provider cannot make a new version; nothing was changed.
        Unavailable: a provider cannot be asked; nothing was changed.
    """
    if unfinished():
        raise Conflict(why="a rotation of the root key is under way")
    current = ring.provider()
    # Outside the transaction: a provider's new version cannot be rolled back, and one that nothing
    # was wrapped by does no harm.
    if to is None and renew:
        current.renew()
    with transaction.atomic():
        key = wrapping_keys.create([current] if to is None else [to, current], at=at)
        rewrap.retire_all_but(key, at=at)
        rotation = progress.begin(
            KIND,
            step="secrets",
            names={"key": key.id.hex(), "moves": to is not None},
            by=by,
            at=at,
        )
        begun = RotationBegun(
            key=Code(key.id.hex()), provider=Code(ring.scheme((to or current).name))
        )
        append(begun, by=by, handle=None, at=at)
    return rotation


def resume(
    rotation: RotationState,
    *,
    by: Actor,
    watch: Callable[[int], None] = lambda done: None,
    pause: float | None = None,
) -> str:
    """Do what is left of a rotation: steps 2 to 5. Return what the operator
    is to do then, or nothing.

    ``pause``: seconds to wait in step 4; the lease by default. Several processes may do this at
    once: they share the work.
    """
    key_id = bytes.fromhex(rotation.names["key"])
    while (key := _move_everything(rotation.id, key_id, watch)) is not None:
        time.sleep(settings.current().keys.lease if pause is None else pause)  # 4
        rewrap.destroy_unused()
        if not rewrap.is_anything_wrapped_by_another(key):
            return _finish(rotation.id, key, by=by)
        # An import that began before step 1 has ended since.
        _start_another_pass(rotation.id)
    return ""  # another process ended it


def _move_everything(
    rotation_id: int, key_id: bytes, watch: Callable[[int], None]
) -> LocalKey | None:
    """Do steps 2 and 3 until neither finds anything, and return the key that wraps everything then;
    None once the rotation is over.

    A process that slept, or was stopped and goes on, wakes after another one ended the rotation;
    perhaps the next has begun, or has destroyed this one's key. It must wrap nothing by it: two
    would move everything back and forth, and what a destroyed key wraps is lost.
    """
    while True:
        # In every pass: a process that read its wrapping key before step 1 may make a new secret of
        # the instance with it at any moment of its lease.
        with transaction.atomic():
            if progress.lock(rotation_id).finished_at is not None:
                return None
            key = ring.wrapping_key(key_id)
            rewrap.move_secrets(key)  # 2
        while _rewrap_batch(rotation_id, key, watch):  # 3
            pass
        if not rewrap.is_anything_wrapped_by_another(key):
            return key
        time.sleep(0.05)  # somebody holds a row; it is wrapped by then, or gone
        _start_another_pass(rotation_id)


def _start_another_pass(rotation_id: int) -> None:
    with transaction.atomic():
        progress.store(replace(progress.lock(rotation_id), reached=progress.NOBODY_YET))


def _rewrap_batch(rotation_id: int, key: LocalKey, watch: Callable[[int], None]) -> bool:
    with transaction.atomic():
        rotation = progress.lock(rotation_id)
        if rotation.finished_at is not None:
            return False
        moved, last = rewrap.move_people(key, after=rotation.reached, limit=REWRAP_BATCH)
        if last is None:
            return False
        rotation = progress.store(
            replace(rotation, step="people", reached=last, done=rotation.done + moved)
        )
    watch(rotation.done)
    return True


def _finish(rotation_id: int, key: LocalKey, *, by: Actor) -> str:
    root, to_do = ring.provider(), ""
    with transaction.atomic():
        rotation = progress.lock(rotation_id)
        if rotation.finished_at is None:  # else another process was as far, and wrote it
            stored = WrappingKey.objects.filter(provider=root.name).values_list(
                "wrapped", flat=True
            )
            to_do = root.settle([bytes(wrapped) for wrapped in stored])  # 5
            at = clock.now()
            progress.store(replace(rotation, finished_at=at, step="finished"))
            finished = RotationFinished(key=Code(key.id.hex()), people=rotation.done)
            append(finished, by=by, handle=None, at=at)
    return to_do


def remove_other_providers(*, by: Actor, at: datetime) -> int:
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
        # Every copy that stays is opened before one is destroyed: the last copy that opens is the
        # last way to everybody's records.
        rows = list(WrappingKey.objects.select_for_update().order_by("id"))
        for number in {row.key_id for row in rows}:
            ours = [row for row in rows if row.key_id == number and row.provider == root.name]
            key_id = int(number).to_bytes(4, "big")
            if not ours or not _opens(root, bytes(ours[0].wrapped), key_id):
                raise Conflict(
                    why=(
                        f"{root.name} cannot open the wrapping key {key_id.hex()}; move it there "
                        "first"
                    )
                )
        copies = rewrap.destroy_copies_of_other_providers(root.name)
        if copies:
            removed = OtherProvidersRemoved(copies, Code(ring.scheme(root.name)))
            append(removed, by=by, handle=None, at=at)
    return copies


def _opens(root: Provider, wrapped: bytes, key_id: bytes) -> bool:
    return LocalKey(root.unwrap(wrapped, ring.wrapping_context(key_id))).id == key_id
