"""What ``connectors`` writes to the ledger."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from aboveboard.basics.facts import Code, Digest, Facts, OnRestore, RedoByHand

_AGAIN = "the ledger holds the digest of the declaration, not its text: add the file again"


@dataclass(frozen=True, slots=True)
class SystemDeclared(Facts):
    """A system was connected: the number of the version, its key and kind, and the SHA-256 of its
    declaration."""

    kind: ClassVar[str] = "system.declared"
    on_restore: ClassVar[OnRestore] = RedoByHand(_AGAIN)

    version: int
    system: Code
    of_kind: Code
    digest: Digest


@dataclass(frozen=True, slots=True)
class SystemChanged(Facts):
    """The declaration of a connected system was replaced. ``before``: the version until then."""

    kind: ClassVar[str] = "system.changed"
    on_restore: ClassVar[OnRestore] = RedoByHand(_AGAIN)

    version: int
    system: Code
    of_kind: Code
    digest: Digest
    before: int


@dataclass(frozen=True, slots=True)
class SystemRemoved(Facts):
    """A system is no longer connected: nobody is looked for in it from then on."""

    kind: ClassVar[str] = "system.removed"
    on_restore: ClassVar[OnRestore] = RedoByHand("remove the system again")

    version: int
    system: Code
