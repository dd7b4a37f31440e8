"""The ledger entries about keys. None holds a key: a wrapping key appears by its id, four bytes of
a hash, in hex.

``keys.rotation.begun`` and ``keys.rotation.finished`` are written by two procedures: the rotation
of the root key (:mod:`aboveboard.keys.rotation.root`) and that of the blind-index key
(:mod:`aboveboard.vault.rekeying.index`), which is the one that says its ``kind``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from aboveboard.basics.facts import (
    Code,
    Facts,
    NothingToRestore,
    OnRestore,
    RedoByHand,
    optional_fact,
)


@dataclass(frozen=True, slots=True)
class RotationBegun(Facts):
    """A new key wraps, or indexes, from now on.

    Of a root key: the id of the new wrapping ``key`` and the scheme of its ``provider``, such as
    ``file``. Of the blind-index key: ``rotated`` is ``index``, and ``generation`` its number.
    """

    kind: ClassVar[str] = "keys.rotation.begun"
    on_restore: ClassVar[OnRestore] = RedoByHand(
        "the keys from before it are in use again, unless the keys came from a newer backup than "
        "the records: rotate them again"
    )

    rotated: Code | None = optional_fact("kind")
    key: Code | None = optional_fact()
    provider: Code | None = optional_fact()
    generation: int | None = optional_fact()


@dataclass(frozen=True, slots=True)
class RotationFinished(Facts):
    """Nothing needs the old key any more. ``people``: how many had something rewrapped or indexed
    again; ``lost``: index entries that were dropped because nobody holds their value any more."""

    kind: ClassVar[str] = "keys.rotation.finished"
    on_restore: ClassVar[OnRestore] = NothingToRestore(
        "what to do again is said where the rotation began"
    )

    people: int
    rotated: Code | None = optional_fact("kind")
    key: Code | None = optional_fact()
    generation: int | None = optional_fact()
    lost: int | None = optional_fact()


@dataclass(frozen=True, slots=True)
class OtherProvidersRemoved(Facts):
    """The copies of the wrapping keys that other providers could open were destroyed: how many, and
    the scheme of the provider that remains."""

    kind: ClassVar[str] = "keys.provider.left"
    on_restore: ClassVar[OnRestore] = RedoByHand(
        "the backup has the copies that the former provider can open, unless its keys are newer: "
        "run aboveboard keys finish-move again"
    )

    copies: int
    provider: Code


@dataclass(frozen=True, slots=True)
class RootKeySplit(Facts):
    """The root key was split into shares, of which ``threshold`` give it back."""

    kind: ClassVar[str] = "keys.split"
    on_restore: ClassVar[OnRestore] = NothingToRestore("splitting a root key changes nothing here")

    key: Code
    shares: int
    threshold: int


@dataclass(frozen=True, slots=True)
class RootKeyRecovered(Facts):
    """The root key was put together again from its shares."""

    kind: ClassVar[str] = "keys.recovered"
    on_restore: ClassVar[OnRestore] = NothingToRestore("recovering a root key changes nothing here")

    key: Code
