"""The ledger entries of requests. They name a request by the entry of its receipt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

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
