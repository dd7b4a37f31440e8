"""A new key of the look-ups, while everyone goes on. The procedure, numbered as
in the code and its tests:

1. Begin: a new generation of the secret is made, and every writer files under both from here on:
   the change waits for those who know the old one alone. In one transaction with
   ``keys.rotation.begun``. The old one is searched.
2. Everybody is filed under the new one too, a batch in each transaction with how far it has come
   (``rebuild.rebuild``).
3. Switch: the new one is searched, and the old one written no more. Refused while an incident still
   needs the old one, or a look-up would be lost and nobody agreed to that. A look-up that began
   before sees it in its own statement and asks again.
4. Old look-ups are deleted, a batch in each transaction.
5. The old secret is destroyed, and ``keys.rotation.finished`` written.

A crash at any point loses nothing: the rotation is a row, and going on starts at its step.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from django.db import transaction

from aboveboard.basics import clock
from aboveboard.basics.actor import Actor
from aboveboard.basics.errors import Conflict
from aboveboard.basics.facts import Code
from aboveboard.basics.package import gathered
from aboveboard.keys.actions import destroy_secrets
from aboveboard.keys.entries import RotationBegun, RotationFinished
from aboveboard.keys.queries import instance_secret, secret_names
from aboveboard.keys.rotation import progress as rotations
from aboveboard.keys.rotation.progress import NOBODY_YET, RotationState
from aboveboard.ledger.actions import append
from aboveboard.promise.queries import in_force
from aboveboard.vault import blind, generations
from aboveboard.vault import queries as vault
from aboveboard.vault.limits import RESEAL_BATCH
from aboveboard.vault.locking import lock_people
from aboveboard.vault.rekeying import rebuild

KIND = "index"


class OldKeyNeeded(Conflict):
    """The old index key is still needed by {who}."""

    code = "old_key_needed"
    next_step = (
        "Count them, with: aboveboard incident count NUMBER. Then run: aboveboard keys rotate-index"
    )


class IndexEntriesLost(Conflict):
    """{count} look-ups are of values that are held nowhere any more, so no new
    key can be used on them."""

    code = "index_entries_lost"
    next_step = (
        "They find people by what a record said before it was merged or changed. To do without: "
        "aboveboard keys rotate-index --drop-stale"
    )


def unfinished() -> RotationState | None:
    """Return the rotation of the index key that is under way, or None."""
    return rotations.unfinished(KIND)


def begin(*, from_values: bool = False, by: Actor, at: datetime) -> RotationState:
    """Begin a rotation: step 1. ``from_values``: the old key is gone, so people are
    filed under what they hold.

    Raises:
        Conflict: one is under way; go on with it.
        SecretMissing: the old key is gone.
    """
    try:
        with transaction.atomic():
            # Before reading which generations there are: a writer that knows only the old one would
            # file somebody whom the new one never finds.
            generations.exclude_writers()
            now = generations.current()
            if not from_values:
                blind.key("email", now.searched)  # is there, or made if nothing was ever filed
            new = 1 + max([now.searched, now.also or 0, *_generations()])
            rotation = rotations.begin(
                KIND,
                step="people",
                names={"old": None if from_values else now.searched, "new": new, "lost": 0},
                by=by,
                at=at,
            )
            instance_secret(blind.secret_name(new))
            generations.change_generations(
                new if from_values else now.searched, None if from_values else new
            )
            begun = RotationBegun(rotated=Code(KIND), generation=new)
            append(begun, by=by, handle=None, at=at)
    finally:
        instance_secret.cache_clear()  # what was made in a transaction that failed is not kept
    return rotation


def resume(
    rotation: RotationState,
    *,
    drop_stale: bool = False,
    by: Actor,
    progress: Callable[[int], None] = lambda done: None,
) -> RotationState:
    """Do what is left of a rotation: steps 2 to 5. Several processes may go on at
    once: they share the work.

    ``drop_stale``: do without look-ups of values that are held nowhere any more.

    Raises:
        OldKeyNeeded: an incident needs the old key. IndexEntriesLost: look-ups would be lost.
            Both: go on later; nothing was dropped.
    """
    kinds = {key: field.kind_and_format for key, field in in_force().promise.fields.items()}
    _restart_if_restored(rotation.id)
    while _file(rotation.id, kinds, progress):  # 2
        pass
    _switch(rotation.id, drop_stale)  # 3
    while _drop(rotation.id):  # 4
        pass
    return _finish(rotation.id, by=by)  # 5


def rebuild_from_values(rotation: RotationState) -> RotationState:
    """Let a rotation that was begun go on from what people hold, because the old key
    turned out to be gone."""
    _restart_if_restored(rotation.id)
    with transaction.atomic():
        rotation = rotations.lock(rotation.id)
        if rotation.step == "people" and rotation.names["old"] is not None:
            generations.change_generations(rotation.names["new"], None)
            names = {**rotation.names, "old": None, "lost": 0}
            rotation = rotations.store(replace(rotation, names=names, reached=NOBODY_YET, done=0))
    return rotation


def _restart_if_restored(rotation_id: int) -> None:
    """Go back to step 2 if the records are not as far as the rotation says: they were restored from
    another moment than the keys."""
    with transaction.atomic():
        rotation = rotations.lock(rotation_id)
        old, new = rotation.names["old"], rotation.names["new"]
        before = (
            generations.Generations(new, None, kept=True)
            if old is None
            else generations.Generations(old, new, kept=True)
        )
        after = generations.Generations(new, None, kept=True)
        now = generations.current()
        if rotation.finished_at is not None or now == (
            before if rotation.step == "people" else after
        ):
            return
        names = {**rotation.names, "old": None if old is None else now.searched, "lost": 0}
        rotations.store(replace(rotation, names=names, step="people", reached=NOBODY_YET, done=0))
        generations.change_generations(
            new if old is None else now.searched, None if old is None else new
        )


def _generations() -> list[int]:
    return [int(name.partition(".")[2]) for name in secret_names("index.")]


def _file(rotation_id: int, kinds: dict[str, str], progress: Callable[[int], None]) -> bool:
    with transaction.atomic():
        rotation = rotations.lock(rotation_id)
        people = vault.ids_after(rotation.reached, limit=RESEAL_BATCH)
        if not people or rotation.step != "people":
            return False
        locked = lock_people(people)
        lost = rebuild.rebuild(locked, kinds, old=rotation.names["old"], new=rotation.names["new"])
        rotation = rotations.store(
            replace(
                rotation,
                names={**rotation.names, "lost": rotation.names["lost"] + lost},
                reached=people[-1],
                done=rotation.done + len(locked),
            )
        )
    progress(rotation.done)
    return True


def _switch(rotation_id: int, drop_stale: bool) -> None:
    with transaction.atomic():
        rotation = rotations.lock(rotation_id)
        if rotation.step != "people":
            return
        if rotation.names["lost"] and not drop_stale:
            raise IndexEntriesLost(count=rotation.names["lost"])
        new: int = rotation.names["new"]
        generations.exclude_writers()
        if rotation.names["old"] is not None:
            check = blind.check(new)
            who = [
                name
                for package in gathered()
                if package.needs_index_key
                for name in package.needs_index_key(check)
            ]
            if who:
                raise OldKeyNeeded(who=", ".join(who))
        generations.change_generations(new, None)
        rotations.store(replace(rotation, step="dropping", reached=NOBODY_YET))


def _drop(rotation_id: int) -> bool:
    with transaction.atomic():
        rotation = rotations.lock(rotation_id)
        if rotation.step != "dropping":
            return False
        people = vault.ids_after(rotation.reached, limit=RESEAL_BATCH)
        lock_people(people)
        rebuild.delete_other_generations(
            rotation.reached, people[-1] if people else None, keep=rotation.names["new"]
        )
        rotations.store(
            replace(rotation, reached=people[-1]) if people else replace(rotation, step="secret")
        )
    return bool(people)


def _finish(rotation_id: int, *, by: Actor) -> RotationState:
    with transaction.atomic():
        rotation = rotations.lock(rotation_id)
        if rotation.finished_at is None:  # else another process was as far, and wrote it
            new: int = rotation.names["new"]
            destroy_secrets([blind.secret_name(number) for number in {0, *_generations()} - {new}])
            finished_at = clock.now()
            rotation = rotations.store(replace(rotation, finished_at=finished_at, step="finished"))
            finished = RotationFinished(
                rotated=Code(KIND),
                generation=new,
                people=rotation.done,
                lost=rotation.names["lost"],
            )
            append(finished, by=by, handle=None, at=finished_at)
    generations.current()
    instance_secret.cache_clear()
    return rotation
