"""What a witness answers to a submission (C2SP tlog-witness, "add-checkpoint"). Pure:
the state is an argument.

1. The submission is well formed: else 400.
2. The log is known: else 404.
3. A key that is trusted for it signed, and none of its lines is wrong: else 403.
4. The old size is not above the new one: else 400.
5. The old size is what was cosigned last: else 409, with that size.
6. The new tree continues the old one: else 422.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aboveboard.ledger.format.checkpoint import Checkpoint, CheckpointRefused, parse
from aboveboard.ledger.format.note import NoteRefused, Verifier, split
from aboveboard.ledger.format.submission import Submission
from aboveboard.ledger.format.tree import EMPTY_ROOT, ProofRefused, verify_consistency


@dataclass(frozen=True, slots=True)
class LatestCosigned:
    """What the witness cosigned last of one log; size 0 if nothing yet."""

    size: int = 0
    root: bytes = EMPTY_ROOT


@dataclass(frozen=True, slots=True)
class WitnessRefusal:
    """Why a checkpoint is not cosigned: the HTTP status and a sentence. ``signed``: the log did
    sign it, so it is evidence."""

    status: int
    why: str
    signed: bool = False


def origin_of(submission: Submission) -> str | WitnessRefusal:
    """Step 1: return the log that the submission says it is of."""
    try:
        return parse(split(submission.note)[0]).origin
    except (NoteRefused, CheckpointRefused) as error:
        return WitnessRefusal(400, error.message)


def judge(
    submission: Submission, trusted: Sequence[Verifier], latest: LatestCosigned
) -> Checkpoint | WitnessRefusal:
    """Steps 2 to 6: return the checkpoint to cosign, or why not. ``trusted`` are the keys of
    the submission's log."""
    if not trusted:
        return WitnessRefusal(404, "This witness does not know that log.")
    try:
        head = parse(_verified_text(submission.note, trusted))
    except (NoteRefused, CheckpointRefused) as error:
        return WitnessRefusal(403, error.message)
    if submission.old > head.size:
        return WitnessRefusal(400, "The old size is above the checkpoint's.")
    # The statuses are those of C2SP tlog-witness: by a 409, and the size in its body, a log
    # knows where its next proof has to start.
    if submission.old != latest.size:
        return WitnessRefusal(409, f"{latest.size}\n")
    return _judge_consistency(submission, head, latest)


def _verified_text(note: str, trusted: Sequence[Verifier]) -> str:
    """Return the text of the note. A key that did not sign is passed over; a wrong line of one
    that is trusted is not."""
    text, signatures = split(note)
    lines = {(signature.name, signature.key_id) for signature in signatures}
    mine = [key for key in trusted if (key.name, key.key_id) in lines]
    if not mine:
        raise NoteRefused(found="no key that is trusted for this log signed it")
    for key in mine:
        key.open(note)
    return text


def _judge_consistency(
    submission: Submission, head: Checkpoint, latest: LatestCosigned
) -> Checkpoint | WitnessRefusal:
    if head.size == 0 and head.root != EMPTY_ROOT:
        return WitnessRefusal(
            422, "A log of no entries has the root of the empty tree.", signed=True
        )
    if submission.old == 0:
        return (
            head
            if not submission.proof
            else WitnessRefusal(422, "From nothing there is no proof.", signed=True)
        )
    if head.size == latest.size and head.root != latest.root:
        return WitnessRefusal(422, "The same size was cosigned with another root.", signed=True)
    try:
        verify_consistency(latest.size, head.size, submission.proof, latest.root, head.root)
    except ProofRefused as error:
        return WitnessRefusal(422, error.message, signed=True)
    return head
