"""Ceremonies for a root key in a file: split into shares for safekeeping, and put
together again from them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from aboveboard.basics.actor import Actor
from aboveboard.basics.errors import Conflict
from aboveboard.basics.facts import Code
from aboveboard.keys import ring, shares
from aboveboard.keys.entries import RootKeyRecovered, RootKeySplit
from aboveboard.keys.providers.file import FileProvider
from aboveboard.keys.wrapping import LocalKey
from aboveboard.ledger.actions import append


def split(*, threshold: int, of: int, by: Actor, at: datetime) -> tuple[str, list[str]]:
    """Return the id of the root key, and its shares. They are secret: they exist on paper
    alone, each with its keeper.

    Raises:
        Conflict: the root key is in no file, or a rotation of it is under way.
        Invalid: the numbers cannot be.
    """
    root = ring.provider()
    if not isinstance(root, FileProvider):
        raise Conflict(
            why=f"{root.name} keeps the root key to itself: ask its keeper for its own ceremony"
        )
    keys = root.keys()
    if len(keys) != 1:
        raise Conflict(
            why=(
                "a rotation of the root key is under way: finish it first, with aboveboard keys "
                "rotate"
            )
        )
    made = shares.split(keys[0], threshold=threshold, shares=of)
    key_id = LocalKey(keys[0]).id.hex()
    with transaction.atomic():
        append(RootKeySplit(Code(key_id), of, threshold), by=by, handle=None, at=at)
    return key_id, made


def recover(texts: Sequence[str], *, by: Actor, at: datetime) -> bytes:
    """Return the root key that the shares give, proved against this database.

    Raises:
        Invalid: a share does not add up, they do not belong together, or there are too few.
        Conflict: they give a key, and it is not the one of this database.
    """
    key = shares.join(texts)
    if not ring.is_root_key_here(LocalKey(key)):
        raise Conflict(
            why=(
                "the shares give a key, but it opens nothing in this database: it is another "
                "instance's, or an older one"
            )
        )
    with transaction.atomic():
        append(RootKeyRecovered(Code(LocalKey(key).id.hex())), by=by, handle=None, at=at)
    return key
