"""Checkpoints (C2SP tlog-checkpoint): a log's size and root hash at one moment, as the
text of a signed note."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass

from aboveboard.basics.errors import AboveboardError, Invalid
from aboveboard.ledger.format.note import NoteRefused, Signer, Verifier
from aboveboard.ledger.format.tree import HASH_BYTES

_NUMBER = re.compile(r"0|[1-9][0-9]{0,18}")


class CheckpointRefused(Invalid):
    """The checkpoint is not well formed: {found}."""

    code = "checkpoint_refused"
    next_step = ""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The head of a log: ``origin`` names the log, ``size`` counts its leaves,
    ``root`` is 32 bytes."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """Return the note text: three lines, each ending in a newline."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"

    def sign(self, signer: Signer, *also: Signer) -> str:
        """Return the signed note. The signers' name must be the origin.

        Raises:
            CheckpointRefused: a signer is another log's.
        """
        if any(each.name != self.origin for each in (signer, *also)):
            raise CheckpointRefused(found="the key's name is not the log's origin")
        return signer.sign(self.text()) + "".join(each.line(self.text()) for each in also)


def parse(text: str) -> Checkpoint:
    """Read the text of a checkpoint's note. Extension lines are allowed and passed over.

    Raises:
        CheckpointRefused: it does not have the lines that C2SP tlog-checkpoint demands.
    """
    lines = text.split("\n")
    # No line is empty (C2SP tlog-checkpoint), so the text has one end whoever reads it.
    if lines[-1] != "" or len(lines) < 4 or not all(lines[:-1]):
        raise CheckpointRefused(found="it needs at least three lines, none of them empty")
    origin, size, root_text = lines[:3]
    if not _NUMBER.fullmatch(size):
        raise CheckpointRefused(found="its size is not a whole number without leading zeros")
    try:
        root = base64.b64decode(root_text, validate=True)
    except (binascii.Error, ValueError):
        root = b""
    if len(root) != HASH_BYTES or base64.b64encode(root).decode() != root_text:
        raise CheckpointRefused(found="its root is not the base64 of 32 bytes")
    return Checkpoint(origin, int(size), root)


def open_note(note: str, verifier: Verifier) -> Checkpoint:
    """Return the checkpoint in a signed note, after checking the signature and that
    the key is the log's own.

    Raises:
        NoteRefused: the signature does not hold.
        CheckpointRefused: the text is malformed, or is signed for another log.
    """
    checkpoint = parse(verifier.open(note))
    # A key's name is its log's origin: what it signed for another log is no word about this one.
    if checkpoint.origin != verifier.name:
        raise CheckpointRefused(found="it is of another log than the key")
    return checkpoint


def open_with(note: str, trusted: Sequence[Verifier]) -> Checkpoint:
    """Return the checkpoint in a note that any of the trusted keys signed.

    Raises:
        NoteRefused, CheckpointRefused: none did; the reason is the last key's.
    """
    refused: AboveboardError = NoteRefused(found="no key is trusted")
    for verifier in trusted:
        try:
            return open_note(note, verifier)
        except (NoteRefused, CheckpointRefused) as error:
            refused = error
    raise refused
