"""What a log sends to a witness (C2SP tlog-witness, ``add-checkpoint``): the size before, a
consistency proof, a signed checkpoint."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from aboveboard.basics.errors import Invalid
from aboveboard.ledger.format.note import NOTE_BYTES, NoteRefused, decode
from aboveboard.ledger.format.tree import HASH_BYTES

PATH: Final = "add-checkpoint"
PROOF_LINES: Final = 63
SUBMISSION_BYTES: Final = NOTE_BYTES + 64 * 46
"""Longest submission that is read, in bytes: the longest note, 63 hashes and
the line before them."""

SIZE_TYPE: Final = "text/x.tlog.size"
"""The media type of the answer 409: the size that the witness cosigned last."""

_OLD = re.compile(r"old (0|[1-9][0-9]{0,18})")
_SIZE = re.compile(rb"(0|[1-9][0-9]{0,18})\n")


class SubmissionRefused(Invalid):
    """This is not a checkpoint as a witness is sent it: {found}."""

    code = "submission_refused"
    next_step = ""


@dataclass(frozen=True, slots=True)
class Submission:
    """``old`` is the size that the sender believes the witness cosigned last; nothing
    in it is checked yet."""

    old: int
    proof: Sequence[bytes]
    note: str

    def encode(self) -> bytes:
        """Return the body of the request."""
        lines = [f"old {self.old}", *(base64.b64encode(hash_).decode() for hash_ in self.proof)]
        return ("\n".join(lines) + "\n\n" + self.note).encode("utf-8")


def parse(data: bytes) -> Submission:
    """Read the body of a request.

    Raises:
        SubmissionRefused: it does not have the lines that C2SP tlog-witness demands.
    """
    if len(data) > SUBMISSION_BYTES:
        raise SubmissionRefused(found="it is too long")
    try:
        head, separator, note = decode(data).partition("\n\n")
    except NoteRefused as error:
        raise SubmissionRefused(found=error.message) from None
    first, *rest = head.split("\n")
    old = _OLD.fullmatch(first)
    if not separator or not old or int(old[1]) >= 2**63:
        raise SubmissionRefused(found="it does not begin with the old size")
    if len(rest) > PROOF_LINES:
        raise SubmissionRefused(found=f"it has more than {PROOF_LINES} hashes")
    return Submission(int(old[1]), [_hash(line) for line in rest], note)


def parse_size(data: bytes) -> int | None:
    """Return the size that an answer 409 gives, or None if it gives none."""
    match = _SIZE.fullmatch(data)
    return int(match[1]) if match else None


def _hash(line: str) -> bytes:
    try:
        data = base64.b64decode(line, validate=True)
    except (binascii.Error, ValueError):
        data = b""
    if len(data) != HASH_BYTES or base64.b64encode(data).decode() != line:
        raise SubmissionRefused(found="a line is not the base64 of 32 bytes")
    return data
