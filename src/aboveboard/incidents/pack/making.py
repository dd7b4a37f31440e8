"""Making a pack: its files, the proofs of its entries, and its own place in the ledger.

The procedure, numbered as in the code:

1. What waits is put into the tree, so that every entry about the incident has a proof.
2. The files of the case are written, then each entry with its proof, then the people if they were
   asked for; each is hashed on its way.
3. The manifest names them all. Its digest goes into the ledger, with who took the pack.
4. The proof of that entry is the last member: it seals the manifest.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Final

from django.db import transaction

from aboveboard.basics import clock
from aboveboard.basics.actor import Actor
from aboveboard.basics.facts import Digest
from aboveboard.engines.duck import atomic_path
from aboveboard.incidents import lifecycle
from aboveboard.incidents.case.freezing import refuse_frozen
from aboveboard.incidents.entries import (
    CasePackMade,
    DutyFulfilled,
    IncidentChanged,
    IncidentCounted,
    IncidentOpened,
    NoticesApproved,
    OutsideReported,
)
from aboveboard.incidents.exposure.folders import working_folder
from aboveboard.incidents.pack.checking import FORMAT, MANIFEST, SEAL
from aboveboard.incidents.pack.contents import case_files, people_csv
from aboveboard.incidents.people_list import PeopleQuestion, take_people_list
from aboveboard.keys.log_signing import sequence_now
from aboveboard.ledger import queries as ledger

_KINDS: Final = frozenset(
    {
        IncidentOpened.kind,
        IncidentCounted.kind,
        IncidentChanged.kind,
        OutsideReported.kind,
        DutyFulfilled.kind,
        NoticesApproved.kind,
    }
)


@dataclass(frozen=True, slots=True)
class MadePack:
    """A pack that was written: the digest of its manifest, the entry that has it, and how many
    files and entries it holds."""

    manifest: str
    entry_id: int
    files: int
    entries: int


@dataclass(slots=True)
class _PackWriter:
    """Writes members and keeps their digests."""

    archive: zipfile.ZipFile
    files: list[dict[str, str | int]] = field(default_factory=list)

    def add(self, path: str, pieces: Iterable[bytes]) -> None:
        digest, size = hashlib.sha256(), 0
        with self.archive.open(path, "w", force_zip64=True) as member:
            for piece in pieces:
                member.write(piece)
                digest.update(piece)
                size += len(piece)
        self.files.append({"path": path, "bytes": size, "sha256": digest.hexdigest()})


def make_pack(
    number: int,
    out: Path,
    *,
    people: bool = False,
    progress: Callable[[str], None] = lambda path: None,
    by: Actor,
    at: datetime,
) -> MadePack:
    """Write the pack of an incident to ``out``, whole or not at all. ``people``: with the numbers
    of those affected, for whom an entry of its own says that their list left.

    Raises:
        NotFound: there is no such incident, or nobody was counted and people are asked for.
        NoPromise: no promise says who we are.
        CommunicationsFrozen: nothing about the incident may go out.
    """
    incident = lifecycle.find(number)
    refuse_frozen(incident)
    listed = take_people_list(number, PeopleQuestion(), by=by, at=at) if people else None
    sequence_now()  # 1
    with (
        atomic_path(out) as part,
        zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        writer = _PackWriter(archive)
        for path, data in case_files(number, at=at):  # 2
            progress(path)
            writer.add(path, [data])
        index = []
        for entry_id, moment, kind in _entries(incident.reference):
            path = f"ledger/{entry_id}.tlog-proof"
            progress(path)
            writer.add(path, [ledger.proof(entry_id).encode()])
            index.append({"entry": entry_id, "at": moment, "kind": kind, "file": path})
        writer.add("ledger/index.json", [json.dumps(index, indent=1).encode()])
        if listed is not None:
            progress("people.csv")
            writer.add("people.csv", people_csv(listed))
        manifest = _manifest(incident.reference, writer, people=people, at=at)
        digest = hashlib.sha256(manifest).hexdigest()
        entry_id = _record(number, digest, people=people, by=by, at=at)  # 3
        sequence_now()
        archive.writestr(MANIFEST, manifest)
        archive.writestr(SEAL, ledger.proof(entry_id))  # 4
    return MadePack(digest, entry_id, len(writer.files), len(index))


def take_pack(number: int, *, people: bool = False, by: Actor, at: datetime) -> Iterator[bytes]:
    """Return a pack in pieces, to be sent; it is whole before the first leaves, and no file stays.

    Raises:
        NotFound, NoPromise, CommunicationsFrozen: as :func:`make_pack`.
    """
    with working_folder() as folder:
        path = folder / "pack.zip"
        make_pack(number, path, people=people, by=by, at=at)
        # Its bytes are read after its name is gone: nothing stays where nobody takes them.
        file = path.open("rb")
    return _pieces(file)


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while piece := file.read(1 << 16):
            yield piece


def _entries(reference: str) -> Iterator[tuple[int, str, str]]:
    for entry in ledger.entries_of(_KINDS):
        if entry.facts.get("incident") == reference:
            yield entry.id, clock.to_text(entry.at), entry.kind


def _manifest(reference: str, writer: _PackWriter, *, people: bool, at: datetime) -> bytes:
    key = ledger.verifier_key() or ""
    manifest = {
        "format": FORMAT,
        "incident": reference,
        "made_at": clock.to_text(at),
        "people": people,
        "log": key.partition("+")[0],
        "files": sorted(writer.files, key=lambda row: str(row["path"])),
    }
    return json.dumps(manifest, indent=1, ensure_ascii=False).encode() + b"\n"


def _record(number: int, digest: str, *, people: bool, by: Actor, at: datetime) -> int:
    with transaction.atomic():
        incident = lifecycle.find(number, lock=True)
        lifecycle.add_timeline_event(
            incident, "pack.made", "The case was taken as a pack.", by=by, at=at
        )
        entry = IncidentChanged(
            incident=lifecycle.reference_of(incident), pack=CasePackMade(Digest(digest), people)
        )
        return lifecycle.append_entry(entry, by=by, at=at)
