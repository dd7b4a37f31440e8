"""Opening an incident from a leaked file.

The procedure, numbered as in the code and in ``tests/incidents/leaks/test_opening.py``:

1. Read the file once, from its first byte to its last: its SHA-256 and size are the evidence.
2. Turn each row into blind digests and a bitmap, in a new folder, a large file on all cores; list
   the lines that cannot be read beside them.
3. Write the incident, the evidence and the ledger entry, and give the folder the incident's name,
   in one transaction.
4. Enqueue the count in the same transaction.
"""

from __future__ import annotations

import hashlib
import io
import shutil
from collections.abc import Callable, Collection, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import IO

from django.db import transaction

from aboveboard.basics.actor import Actor
from aboveboard.basics.errors import Conflict, Invalid
from aboveboard.basics.locks import locked
from aboveboard.basics.sealing import new_key, seal
from aboveboard.engines.leak import LeakWriter
from aboveboard.incidents import lifecycle
from aboveboard.incidents.case import tasks
from aboveboard.incidents.entries import EvidenceSealed, IncidentChanged
from aboveboard.incidents.exposure import counting
from aboveboard.incidents.exposure.folders import (
    claim_path,
    delete_abandoned,
    folder_of,
    working_folder,
)
from aboveboard.incidents.leaks import (
    columns,
    form,
    index_keys,
    packed,
    reading,
    sharing,
    tables,
)
from aboveboard.incidents.leaks.digesting import DigestedLeak, ReadingPlan
from aboveboard.incidents.leaks.unpacking import NotReadable
from aboveboard.incidents.models import Evidence, Incident
from aboveboard.incidents.terms import IncidentKind
from aboveboard.incidents.views import IncidentView
from aboveboard.vault import generations
from aboveboard.vault import queries as vault


@dataclass(frozen=True, slots=True)
class LeakSample:
    """What a file seems to be, to be confirmed: its form, and a guess for each column. ``packing``:
    how it is packed, such as ``gzip``, or ""."""

    form: form.LeakFileFormat
    columns: tuple[columns.ColumnGuess, ...]
    packing: str = ""

    @property
    def words(self) -> str:
        """What kind of file it is, in a sentence."""
        kind, _, outer = self.packing.partition(" in ")
        if kind in tables.READERS:
            return f"The tables of a {kind}{f', packed with {outer}' if outer else ''}."
        packing = f", packed with {self.packing}" if self.packing else ""
        return f"{form.WORDS[self.form.shape]}{_separated(self.form)}{packing}."


class FileOpenedBefore(Conflict):
    """This very file was opened already, as {references}."""

    code = "file_opened_before"
    next_step = (
        "Go on with that incident. If it is another loss all the same, open it again: aboveboard "
        "incident open-leak FILE --again"
    )


def file_digest(stream: IO[bytes]) -> str:
    """Return the SHA-256 of a file, hex, by which :func:`opened_before` knows it."""
    sha256 = hashlib.sha256()
    while block := stream.read(1 << 20):
        sha256.update(block)
    return sha256.hexdigest()


def opened_before(digest: str) -> list[IncidentView]:
    """Return the incidents that were opened from a file of just these bytes, oldest first."""
    rows = Evidence.objects.filter(digest=digest).select_related("incident").order_by("pk")
    return [IncidentView.of(row.incident) for row in rows]


def refuse_opened(digest: str) -> None:
    """Refuse a file that was opened before.

    Raises:
        FileOpenedBefore: it was.
    """
    if before := opened_before(digest):
        raise FileOpenedBefore(references=", ".join(each.reference for each in before))


_SEPARATORS = {"\t": "tabs", ";": "semicolons", ",": "commas", "|": "vertical bars", ":": "colons"}


def _separated(shape: form.LeakFileFormat) -> str:
    if shape.shape is not form.LeakShape.SEPARATED or shape.columns < 2:
        return ""
    return f", separated by {_SEPARATORS.get(shape.separator, shape.separator)}"


class _Hashed:
    """A stream that counts and hashes what is read through it, for the first time."""

    def __init__(self, stream: IO[bytes], progress: Callable[[int], None]) -> None:
        self._stream, self._progress = stream, progress
        self.sha256, self.size = hashlib.sha256(), 0

    def read(self, size: int = -1) -> bytes:
        block = self._stream.read(size)
        self.sha256.update(block)
        self.size += len(block)
        self._progress(self.size)
        return block

    def length(self) -> int:
        """Return how long the file is, in bytes; 0 where only reading it tells."""
        if not self._stream.seekable():
            return 0
        length = self._stream.seek(0, io.SEEK_END)
        self._stream.seek(0)
        return length

    def unpacked(self) -> IO[bytes]:
        """Return what is in the file. An archive is hashed first: its end is read before the rest.

        Raises:
            NotReadable: it is no text and cannot be unpacked.
        """
        if self._stream.seekable() and packed.needs_seeking(self._stream.read(8)):
            self._stream.seek(0)
            self.finish()
            self._stream.seek(0)
            return packed.open_packed(self._stream)[1]
        if self._stream.seekable():
            self._stream.seek(0)
        # Only read() is used of it.
        return packed.open_packed(self)[1]  # type: ignore[arg-type]

    def finish(self) -> None:
        """Read to the end what nobody asked for, so that the digest is of the whole file."""
        while self.read(1 << 20):
            pass


def sample(stream: IO[bytes]) -> LeakSample:
    """Return what the file's first lines look like. None of its values is in the answer.

    Raises:
        NotReadable: it is no text and cannot be unpacked, with what to do.
        TooManyColumns: nobody could check them.
    """
    packing, inner = packed.open_packed(stream)
    first = reading.sample(inner)
    if not any(line.strip() for line in first):
        raise NotReadable(what="empty", fix="Look for the file that holds the rows.")
    shape = form.detect_format(first)
    guesses = columns.guess(
        shape.header,
        reading.sample_rows(first, shape),
        regions=_regions(),
        pairs=shape.shape is form.LeakShape.PAIRS,
    )
    if shape.shape is form.LeakShape.TEXT:  # whatever it looks like, it is searched
        guesses = [replace(guess, role=columns.UNKNOWN, by="nothing") for guess in guesses]
    return LeakSample(shape, tuple(guesses), packing)


def open_from_leak(
    stream: IO[bytes],
    shape: form.LeakFileFormat,
    chosen: Sequence[str],
    *,
    file_name: str,
    title: str = "",
    discovered_at: datetime | None = None,
    reported_in_seconds: int | None = None,
    again: bool = False,
    progress: Callable[[int], None] = lambda size: None,
    by: Actor,
    at: datetime,
) -> IncidentView:
    """Open an incident from a leaked file, read from its beginning; the count follows as a job.

    ``again``: though an incident was opened from the very same file.
    ``shape`` and ``chosen`` (a role for each column) are what :func:`sample` guessed and a person
    confirmed. ``progress`` is given the bytes read so far.

    Raises:
        NothingToMatchBy: no column can be looked up. NoSuchRole: a role is not in the list.
        Invalid: there is not a role for each column, or no line of the file can be read.
        FileOpenedBefore: it was, and not ``again``.
        Conflict: the index key was replaced meanwhile.
    """
    columns.check(chosen)
    if len(chosen) != shape.columns:
        raise Invalid(
            found=f"{len(chosen)} roles for {shape.columns} columns",
            fix="Say for each column what it is, or `ignore`.",
        )
    # What an earlier attempt left behind when it was killed goes before more is written.
    delete_abandoned()
    with working_folder() as folder, ExitStack() as held:
        hashed = _Hashed(stream, progress)
        written = generations.current().written
        digested = _digest(hashed, shape, chosen, folder, written)  # 1, 2
        with transaction.atomic():  # 3
            _refuse_replaced_key(written)
            incident = lifecycle.open_incident(
                IncidentKind.LEAKED_FILE,
                title=title.strip() or "A file of leaked rows was found",
                discovered_at=discovered_at or at,
                reported_in_seconds=reported_in_seconds,
                by=by,
                at=at,
            )
            # Only now, as the numbering is locked since: of two who open it at one moment, the
            # second finds the first.
            if not again:
                refuse_opened(hashed.sha256.hexdigest())
            _seal(incident, hashed, file_name, chosen, digested, by, at)
            tasks.plan(incident, by=by, at=at)
            counting.enqueue(incident)  # 4
            # Until the row is committed nobody else can know whose digests these are: a sweep that
            # saw the folder without its incident would delete them.
            held.enter_context(locked(claim_path(incident)))
            _give_name(folder, incident)
    return IncidentView.of(incident)


def _refuse_replaced_key(written: Collection[int]) -> None:
    # Asked again inside the transaction: digests made with a key that nobody searches by any more
    # would find nobody, and everyone in the file would count as a stranger.
    if generations.written_generations()[0] not in written:
        raise Conflict(why="the index key was replaced while the file was read; open it again")


def _digest(
    hashed: _Hashed,
    shape: form.LeakFileFormat,
    chosen: Sequence[str],
    folder: Path,
    written: Collection[int],
) -> DigestedLeak:
    """Read the file once and turn it into digests in ``folder``, made with the index keys
    ``written``.

    Raises:
        Invalid: no line of it can be read.
    """
    plan = ReadingPlan(shape, tuple(chosen), tuple(_regions()), index_keys.in_hand(written))
    with LeakWriter(folder) as writer:
        processes = sharing.count_processes(hashed.length())
        digested = sharing.read(hashed.unpacked(), plan, writer, processes=processes)
    # The digest is evidence of the whole file, also of what stands behind the end of a packed
    # stream.
    hashed.finish()
    index_keys.write_keys(folder, written)
    if not digested.readable:
        raise Invalid(
            found="a file of which no line can be read",
            fix=(
                "Look whether a column holds e-mail addresses, phones or customer numbers. If not, "
                "nobody can be found by it: report the loss as another kind of incident."
            ),
        )
    return digested


def _seal(
    incident: Incident,
    hashed: _Hashed,
    file_name: str,
    chosen: Sequence[str],
    digested: DigestedLeak,
    by: Actor,
    at: datetime,
) -> None:
    # The digest of a known file can be guessed, and the entry is public: it is sealed there, and
    # its key stays in this row (decision 0028).
    key = new_key()
    evidence = Evidence.objects.create(
        incident=incident,
        file_name=Path(file_name).name[:200],
        size=hashed.size,
        digest=hashed.sha256.hexdigest(),
        digest_key=key,
        sealed_at=at,
        columns=list(chosen),
        readable=digested.readable,
        unread=digested.unread,
    )
    lifecycle.add_timeline_event(
        incident,
        "evidence.sealed",
        f"The file was read and its digest sealed: {evidence.size:,} bytes.",
        by=by,
        at=at,
    )
    entry = IncidentChanged(
        incident=lifecycle.reference_of(incident),
        evidence=EvidenceSealed(
            file=seal(evidence.digest, key),
            bytes=evidence.size,
            readable=evidence.readable,
            unread=evidence.unread,
        ),
    )
    lifecycle.append_entry(entry, by=by, at=at)


def _give_name(folder: Path, incident: Incident) -> None:
    named = folder_of(incident)
    # A folder of this name can only be left from a transaction that never committed.
    shutil.rmtree(named, ignore_errors=True)
    folder.rename(named)


def _regions() -> list[str]:
    """Return the countries where our people live, most people first: a phone
    number is tried in each."""
    return list(dict.fromkeys(jurisdiction[:2] for jurisdiction in vault.by_jurisdiction()))
