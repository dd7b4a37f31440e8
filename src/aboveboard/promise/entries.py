"""What ``promise`` writes to the ledger."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

from aboveboard.basics.facts import Digest, Facts, RedoByHand
from aboveboard.basics.package import EventAbout, EventType


@dataclass(frozen=True, slots=True)
class PromiseAdopted(Facts):
    """A promise was put in force: the number of its version, and the SHA-256 of its text."""

    kind: ClassVar = "promise.adopted"
    on_restore: ClassVar = RedoByHand(
        "the ledger holds the digest of the promise, not its text: adopt the file again"
    )

    promise: int
    digest: Digest


ADOPTED: Final = EventType(
    name="promise.adopted",
    says="A promise was put in force.",
    about=EventAbout.NOBODY,
    fields={"promise": "its number", "digest": "the SHA-256 of its text, lower-case hex"},
    data=lambda facts: {"promise": facts.promise, "digest": facts.digest},
    example=PromiseAdopted(3, Digest("5e" * 32)),
)
