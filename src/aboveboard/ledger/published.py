"""The published log beside the database that signs it: is it that database's log, and which keys
was it signed with?

The folder is never ahead of the database. If it is, the database came from an older copy, and
signing on would fork the log, so nothing is signed.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from aboveboard.basics import settings
from aboveboard.basics.errors import AboveboardError, Damaged
from aboveboard.ledger.folder import CHECKPOINT, VKEY, LogFolder
from aboveboard.ledger.format import checkpoint as checkpoints
from aboveboard.ledger.format import note as notes
from aboveboard.ledger.format.note import NoteRefused, Verifier
from aboveboard.ledger.models import CheckpointRow
from aboveboard.ledger.signing import HANDOVER, handover

FOLDER: Final = "log"
"""The name of the published folder inside the instance's."""


class LogAhead(Damaged):
    """The published log has {published} entries, the database knows of {known}: it
    comes from an older copy."""

    code = "log_ahead"
    next_step = (
        "Nothing was signed. Restore the newest copy of the database, or the published log forks."
    )


class HeadDamaged(Damaged):
    """The checkpoint that we publish cannot be read: {why}."""

    code = "head_damaged"
    next_step = (
        "Run: aboveboard ledger verify --instance. The worker publishes a new one with the next "
        "entry; if it cannot, put the log back from its copy."
    )


class LogForked(Damaged):
    """The published checkpoint of {size} entries is not the one that this database signed."""

    code = "log_forked"
    next_step = "Nothing was signed. Keep both as evidence, and run: aboveboard ledger verify"


class LogOfAnotherKey(Damaged):
    """The published log is signed with a key that this database never signed with: it is not the
    log's database, or was made again."""

    code = "log_of_another_key"
    next_step = (
        "Nothing was signed. Restore the newest copy of the log's own database, or the published "
        "log forks."
    )


def log_folder() -> LogFolder:
    """Return the folder of this instance's published log."""
    return LogFolder(settings.current().path(FOLDER))


def check_published(*vkeys: str) -> None:
    """Check that the published log is one that this database can continue, whose keys are and were
    ``vkeys``.

    Raises:
        LogAhead, LogForked, LogOfAnotherKey: it is not.
    """
    folder = log_folder()
    if folder.path.is_dir():
        # Else it could grow between reading the database and reading the folder.
        with folder.lock():
            check_continues(folder, vkeys)


def check_continues(folder: LogFolder, vkeys: Sequence[str]) -> None:
    """Check that the published log is one that this database can continue.

    Nothing is written before this: a key published beside a log would make what it signs look like
    that log's.

    Raises:
        LogAhead, LogForked, LogOfAnotherKey: it is not.
    """
    last = CheckpointRow.objects.order_by("-size").first()
    published_size(folder, last)
    # A file that is damaged must be refused as a key that is not ours, and not end the process as
    # bytes that are no text.
    known = (folder.read(VKEY) or b"").decode("utf-8", "replace").split()
    # One in common is enough: after a change of key the folder may lack the newest, until it is
    # published.
    if not known or not set(known).isdisjoint(vkeys):
        return
    # A published key and no checkpoint of ours: this database never signed this log.
    if last is None:
        raise LogOfAnotherKey
    try:  # a new key follows an old one only where this database signed with the old one
        checkpoints.open_with(last.note, [Verifier.from_vkey(key) for key in known])
    except AboveboardError:
        raise LogOfAnotherKey from None


def publish_keys(folder: LogFolder, vkeys: Sequence[str]) -> None:
    """Publish every key this log was ever signed with, the newest last, so that old
    checkpoints still verify.

    With each change of key goes the checkpoint that both keys signed; it is looked for where
    it is not published yet.
    """
    known = (folder.read(VKEY) or b"").decode("utf-8").split()
    # A key that was published is never taken back: checkpoints that others kept verify by it.
    wanted = [*(key for key in known if key not in vkeys), *vkeys]
    if known != wanted:
        folder.write_note(VKEY, "\n".join(wanted) + "\n")
    publish_handovers(folder, vkeys)


def publish_handovers(folder: LogFolder, vkeys: Sequence[str]) -> None:
    """Publish the checkpoints that an old and a new key signed both, as far as they
    are not published yet."""
    for generation, (old, new) in enumerate(pairwise(map(Verifier.from_vkey, vkeys)), 2):
        name = f"{HANDOVER}/{generation}"
        if (
            folder.read(name) is None
            and (note := handover(generation))
            and is_signed_by(note, old)
            and is_signed_by(note, new)
        ):
            folder.write_note(name, note)


def is_signed_by(note: str, verifier: Verifier) -> bool:
    """Whether the note holds a good signature of that key."""
    try:
        verifier.open(note)
    except NoteRefused:
        return False
    return True


def published_size(folder: LogFolder, last: CheckpointRow | None) -> int:
    """Return the size of the published checkpoint, which must be one that this database
    signed; 0 if there is none.

    The note's signature is not checked here: equality with the row that was signed says more.

    Raises:
        LogAhead: it is larger than any checkpoint of this database.
        LogForked: this database signed another one of that size.
    """
    data = folder.read(CHECKPOINT)
    if data is None:
        return 0
    try:
        note = notes.only_signed_by(notes.decode(data), settings.current().ledger.origin)
        size = checkpoints.parse(notes.split(note)[0]).size
    except AboveboardError:
        return 0
    known = last.size if last else 0
    # Signing on from an older copy of the database would give a place to a second entry: a fork.
    if size > known:
        raise LogAhead(published=size, known=known)
    if not CheckpointRow.objects.filter(size=size, note=note).exists():
        raise LogForked(size=size)
    return size
