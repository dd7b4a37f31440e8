"""The head of a log: its signed checkpoint, and, where that cannot be
trusted, why not in plain words.

A log that changed its key lists the new one in ``vkey`` and keeps the checkpoint that both keys
signed in ``handover/N``. That shows anyone who trusts the old key that its holder handed over. It
is reported and not acted on: an old key may have been changed because it was stolen.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from aboveboard.ledger.format import note as notes
from aboveboard.ledger.format.checkpoint import CheckpointRefused, open_note, open_with
from aboveboard.ledger.format.note import NoteRefused, Verifier
from aboveboard.ledger.verify.findings import FindingKind, VerificationReport
from aboveboard.ledger.verify.sources import LogSource


def read_head(
    source: LogSource, trusted: Sequence[Verifier], report: VerificationReport
) -> str | None:
    """Return the signed note of the newest checkpoint if it can be trusted;
    otherwise report why not."""
    data = source.read("checkpoint")
    if data is None:
        report.add(FindingKind.NO_CHECKPOINT, "There is no checkpoint.")
        return None
    try:
        note = notes.decode(data)
    except NoteRefused as error:
        report.add(FindingKind.BAD_SIGNATURE, str(error))
        return None
    try:
        head = open_with(note, trusted)
    except NoteRefused as error:
        new = next(
            (key for key in _published_keys(source) if key not in trusted and _verifies(note, key)),
            None,
        )
        if new is None:
            report.add(FindingKind.BAD_SIGNATURE, str(error))
        else:
            report.add(FindingKind.NEW_KEY, _explain_new_key(source, trusted, new))
        return None
    except CheckpointRefused as error:
        report.add(FindingKind.BAD_CHECKPOINT, str(error))
        return None
    report.size, report.root = head.size, head.root
    return note


def _explain_new_key(source: LogSource, trusted: Sequence[Verifier], new: Verifier) -> str:
    keys = _published_keys(source)
    sentence = f"The log is signed with a key that you do not trust yet: {new.vkey}. "
    size = None
    for number in range(keys.index(new) + 1, 1, -1):
        data = source.read(f"handover/{number}")
        if data is None or not _verifies(data.decode("utf-8", "replace"), keys[number - 1]):
            # The chain of changes must be whole: a key that took over from one that nobody can show
            # took over from anybody.
            break
        for key in trusted:
            if _verifies(data.decode("utf-8", "replace"), key):
                size = open_note(data.decode("utf-8"), key).size
    if size is None:
        return sentence + (
            "The key you trust did not hand over to it. Ask the organisation why, on a way "
            "that does not pass through the log."
        )
    return sentence + (
        f"The key you trust handed over to it at {size:,} entries: both signed that checkpoint. "
        "Ask the organisation for its new key on a way that does not pass through the log; then "
        "give both, each with --vkey."
    )


def _published_keys(source: LogSource) -> list[Verifier]:
    return list(_readable((source.read("vkey") or b"").decode("utf-8", "replace").split()))


def _readable(lines: Sequence[str]) -> Iterator[Verifier]:
    for line in lines:
        try:
            yield Verifier.from_vkey(line)
        except NoteRefused:
            continue


def _verifies(note: str, key: Verifier) -> bool:
    try:
        open_note(note, key)
    except (NoteRefused, CheckpointRefused):
        return False
    return True
