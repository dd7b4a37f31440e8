"""What a verifier saw before: every signed checkpoint, kept in a file of its own, each held
against the others and the log.

The file has one JSON object a line: ``note``, the signed note as it was published, and ``seen``,
when. It is evidence, so a checkpoint that was validly signed is kept even when it contradicts the
others. A file that holds one note alone, as earlier versions wrote it, is read too.

Two checkpoints are compared through the log: both must be a prefix of the newest one, and each is
checked by a consistency proof, so that it does not matter what the log's tiles say.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from aboveboard.basics.errors import Invalid
from aboveboard.ledger.format.checkpoint import Checkpoint, CheckpointRefused, open_with
from aboveboard.ledger.format.note import NoteRefused, Verifier
from aboveboard.ledger.format.tiles import HashReader
from aboveboard.ledger.format.tree import ProofRefused, consistency_ranges, verify_consistency
from aboveboard.ledger.verify.findings import FindingKind, VerificationReport
from aboveboard.ledger.verify.walk import LogWalk


@dataclass(frozen=True, slots=True)
class SeenCheckpoint:
    """A checkpoint that was validly signed when it was seen; ``when`` is empty
    where that was not noted."""

    checkpoint: Checkpoint
    note: str
    when: str = ""

    @property
    def named(self) -> str:
        """How a sentence speaks of it."""
        return f"the checkpoint of {self.checkpoint.size:,} entries" + (
            f" seen on {self.when}" if self.when else " seen before"
        )


def read_seen(file: Path, trusted: Sequence[Verifier]) -> list[SeenCheckpoint]:
    """Return the checkpoints kept in a file, whose signatures are checked again;
    none if there is no file.

    Raises:
        Invalid: the file is not one that was kept here, or a signature in it does not hold under
            the keys that are trusted.
    """
    if not file.is_file():
        return []
    try:
        text = file.read_text("utf-8")
        rows = (
            [json.loads(line) for line in text.splitlines() if line]
            if text.startswith("{")
            else [{"note": text}]
        )
        return [
            SeenCheckpoint(open_with(row["note"], trusted), row["note"], str(row.get("seen", "")))
            for row in rows
        ]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Invalid(
            found=f"{file} is not a file of checkpoints ({type(error).__name__})",
            fix="Give the file of an earlier check.",
        ) from None
    except (NoteRefused, CheckpointRefused) as error:
        fix = "Give every key that you trusted then, each with --vkey; or give another file."
        raise Invalid(
            found=f"a checkpoint kept in {file} does not hold: {error}", fix=fix
        ) from None


def append_seen(file: Path, seen: Sequence[SeenCheckpoint], new: SeenCheckpoint) -> None:
    """Add a checkpoint to the file, whole or not at all, unless the same one is there already."""
    kept = list(seen)
    if all((each.checkpoint, each.note) != (new.checkpoint, new.note) for each in kept):
        kept.append(new)
    temporary = file.with_name(f".{file.name}.tmp")
    with temporary.open("w", encoding="utf-8") as out:
        for each in kept:
            row = {"seen": each.when, "note": each.note}
            out.write(json.dumps(row, ensure_ascii=False) + "\n")
        out.flush()
        os.fsync(out.fileno())
    temporary.replace(file)


def check_history(
    seen: Sequence[SeenCheckpoint], head: Checkpoint, walk: LogWalk, report: VerificationReport
) -> None:
    """Hold every checkpoint seen against the others and against the log, and
    name each contradiction."""
    ordered = sorted(seen, key=lambda each: each.checkpoint.size)
    for _, group in groupby(ordered, key=lambda each: each.checkpoint.size):
        first, *others = group
        for other in others:
            if (
                other.checkpoint.origin == first.checkpoint.origin
                and other.checkpoint.root != first.checkpoint.root
            ):
                sentence = (
                    f"Two signed checkpoints contradict each other: {first.named}, and "
                    f"{other.named}. Together they prove a fork."
                )
                report.add(FindingKind.FORK, sentence)
    # Each of them, and not the newest alone: a fork may have been shown once and then put right.
    for each in ordered:
        _check_against_log(each, head, walk, report)


def _check_against_log(
    seen: SeenCheckpoint, head: Checkpoint, walk: LogWalk, report: VerificationReport
) -> None:
    was = seen.checkpoint
    if was.origin != head.origin:
        report.add(FindingKind.FORK, f"{_capitalise(seen.named)} is of another log, {was.origin}.")
    elif was.size > head.size:
        sentence = (
            f"The log shows {head.size:,} entries, but {seen.named} had more: it is stale or was "
            "cut."
        )
        report.add(FindingKind.STALE, sentence)
    elif was.size == head.size:
        if was.root != head.root:
            report.add(
                FindingKind.FORK,
                (
                    f"The log is a fork: {seen.named} has another root than the log shows now. "
                    "Keep both."
                ),
            )
    elif was.size:
        reader = HashReader(head.size, walk.hashes_of)
        proof = [reader.root(span) for span in consistency_ranges(0, was.size, head.size)]
        try:
            verify_consistency(was.size, head.size, proof, was.root, head.root)
        except ProofRefused:
            sentence = f"The log is a fork: it does not begin with {seen.named}."
            if any(
                finding.what in (FindingKind.WRONG_TILE, FindingKind.MISSING_TILE)
                for finding in report.findings
            ):
                sentence = (
                    f"The log's tiles do not show that it begins with {seen.named}. With whole "
                    "tiles this can be told."
                )
            report.add(FindingKind.FORK, sentence)


def _capitalise(text: str) -> str:
    return text[:1].upper() + text[1:]
