"""The ledger entries of requests, which name a request by the entry of its receipt, and of letters
by which addresses are confirmed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final

from aboveboard.basics.facts import (
    Code,
    Facts,
    NothingToRestore,
    OnRestore,
    RepeatOnRestore,
    Word,
)


@dataclass(frozen=True, slots=True)
class RequestReceived(Facts):
    """Somebody asked for something of what is held of them, on a way, themselves or by another."""

    kind: ClassVar[str] = "request.received"
    on_restore: ClassVar[OnRestore] = RepeatOnRestore(
        "the request is open again with its dates; what was written in it must be asked again"
    )

    asked: Code
    channel: Code
    asker: Code
    jurisdiction: Word
    sensitive: bool
    received: datetime


@dataclass(frozen=True, slots=True)
class RequestAdvanced(Facts):
    """Something happened to a request: ``event`` says what, ``code`` its reason, ground, evidence
    or answer, ``system`` and ``verb`` where something was done, ``until`` a day that it names.

    ``records`` were found, read or changed there, ``retained`` are kept on a ground that the person
    is told. ``steps`` are those that were planned, each ``system:verb``.
    """

    kind: ClassVar[str] = "request.advanced"
    on_restore: ClassVar[OnRestore] = RepeatOnRestore(
        "the request stands where it stood; systems are asked again to erase what they had erased"
    )

    request: int
    event: Code
    code: Code
    system: Word
    verb: Code
    until: datetime | None
    records: int
    retained: int
    steps: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class ConfirmationAsked(Facts):
    """A letter with a link was asked for, by which the person confirms the address in ``field``.
    ``cause``: a code of ``rights.confirming.LetterCause``."""

    kind: ClassVar[str] = "address.confirmation-asked"
    on_restore: ClassVar[OnRestore] = NothingToRestore(
        "the link of a letter works no more; another can be asked for"
    )

    field: Word
    cause: Code


@dataclass(frozen=True, slots=True)
class EvidenceOpened(Facts):
    """Somebody of staff opened the evidence of a step that was done by hand at a system."""

    kind: ClassVar[str] = "request.evidence-opened"
    on_restore: ClassVar[OnRestore] = NothingToRestore("somebody looked, and nothing changed")

    request: int
    system: Word


@dataclass(frozen=True, slots=True)
class ProofDocumentOpened(Facts):
    """A member of staff looked at the document by which somebody proves who they are."""

    kind: ClassVar[str] = "request.document-opened"
    on_restore: ClassVar[OnRestore] = NothingToRestore("somebody looked, and nothing changed")

    request: int


ENTRIES: Final = (
    RequestReceived,
    RequestAdvanced,
    ProofDocumentOpened,
    EvidenceOpened,
    ConfirmationAsked,
)
