"""What ``group`` writes into the ledger: organisations, and who linked them. No subject stands in
it, whole or in part."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from aboveboard.basics.facts import (
    Code,
    Digest,
    Facts,
    NothingToRestore,
    RedoByHand,
    RepeatOnRestore,
)


@dataclass(frozen=True, slots=True)
class OrganisationDeclared(Facts):
    """Another organisation is read from now on. ``digest``: SHA-256 of its address and the key of
    its ledger, one on each line."""

    kind: ClassVar = "organisation.declared"
    on_restore: ClassVar = RedoByHand("add the organisation again, with a new secret of it")

    number: int
    organisation: Code
    digest: Digest


@dataclass(frozen=True, slots=True)
class OrganisationRemoved(Facts):
    """An organisation is not read any more."""

    kind: ClassVar = "organisation.removed"
    on_restore: ClassVar = RedoByHand("remove the organisation again")

    number: int
    organisation: Code


@dataclass(frozen=True, slots=True)
class OrganisationLinked(Facts):
    """The person has their uses at another organisation shown in this portal."""

    kind: ClassVar = "organisation.linked"
    on_restore: ClassVar = NothingToRestore(
        "the subject of the link is not in the log: the person links it again"
    )

    organisation: Code
    until: datetime


@dataclass(frozen=True, slots=True)
class OrganisationUnlinked(Facts):
    """They do not any more. ``linked``: the entry of the link."""

    kind: ClassVar = "organisation.unlinked"
    on_restore: ClassVar = RepeatOnRestore("the link ends again")

    linked: int


@dataclass(frozen=True, slots=True)
class UsageShown(Facts):
    """The person lets the portal of a client show their uses here."""

    kind: ClassVar = "usage.linked"
    on_restore: ClassVar = RedoByHand(
        "the subject of the link is not in the log: the person links it again"
    )

    client: Code
    until: datetime


@dataclass(frozen=True, slots=True)
class UsageHidden(Facts):
    """They do not any more. ``linked``: the entry of the link."""

    kind: ClassVar = "usage.unlinked"
    on_restore: ClassVar = RepeatOnRestore("the link ends again")

    linked: int
