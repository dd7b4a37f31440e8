"""Whether the uses that another organisation tells of stand in its ledger. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from aboveboard.access.queries import KINDS
from aboveboard.basics.errors import AboveboardError
from aboveboard.ledger.format import proof
from aboveboard.ledger.format.checkpoint import Checkpoint, open_note
from aboveboard.ledger.format.note import Verifier


class ProofVerdict(StrEnum):
    """What came of checking a use."""

    HOLDS = "holds"
    """It is an entry of the log that the organisation publishes."""
    NONE = "none"
    """No proof came with it."""
    WRONG = "wrong"
    """The proof does not hold, or is of something else."""


@dataclass(frozen=True, slots=True)
class PublishedLog:
    """The log of an organisation: the key that was declared, and the head that it publishes now."""

    key: Verifier
    head: Checkpoint

    @classmethod
    def read(cls, verifier: str, note: str) -> PublishedLog:
        """Read a published checkpoint.

        Raises:
            NoteRefused, CheckpointRefused: it is not signed by that key, or is none.
        """
        key = Verifier.from_vkey(verifier)
        return cls(key, open_note(note, key))

    def verdict(self, text: str, logtime: datetime) -> ProofVerdict:
        """Return whether a proof shows a use of that moment (to the second).

        1. Its checkpoint is signed by the declared key, and its entry leads to the root.
        2. That checkpoint is of the log that is published: of one size there is one root.
        3. The entry is a use, of that moment.
        """
        if not text:
            return ProofVerdict.NONE
        try:
            entry, _, checkpoint = proof.verify(text, self.key)
        except AboveboardError:
            return ProofVerdict.WRONG
        one_log = checkpoint.size != self.head.size or checkpoint.root == self.head.root
        is_moment = entry.at.replace(microsecond=0) == logtime
        right = one_log and entry.kind in KINDS and is_moment
        return ProofVerdict.HOLDS if right else ProofVerdict.WRONG
