"""Files that are evidence of a case: sealed as they come, with their SHA-256, who had them, from
when until when and why, and every look at them.

A file is sealed in blocks under a key of its own, as an upload that waits is (``leaks.staging``).
Its digest is in the ledger, sealed: that of a known file could be guessed.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from django.db import transaction

from aboveboard.accounts import queries as accounts
from aboveboard.basics.actor import Actor
from aboveboard.basics.errors import NotFound
from aboveboard.basics.facts import Code
from aboveboard.basics.sealing import new_key, seal
from aboveboard.engines.duck import atomic_path
from aboveboard.incidents import lifecycle
from aboveboard.incidents.case import sealing
from aboveboard.incidents.entries import CustodyMoved, IncidentChanged
from aboveboard.incidents.exposure.folders import folder_of
from aboveboard.incidents.leaks import staging
from aboveboard.incidents.models import CustodyStep, EvidenceFile, Incident
from aboveboard.incidents.terms import CustodyAct
from aboveboard.keys.sealed_files import UploadDamaged

_NAME: Final = "evidence.name"
_REASON: Final = "evidence.reason"
_BLOCK: Final = 1 << 16
_NAME_LENGTH: Final = 200


@dataclass(frozen=True, slots=True)
class CustodyView:
    """One step of a chain of custody: what was done, by whom (the actor as JSON), to whom it went
    (an account), and why; the reason is None where it cannot be read."""

    at: datetime
    act: CustodyAct
    by: dict[str, str]
    to: int | None
    to_name: str
    reason: str | None
    entry_id: int


@dataclass(frozen=True, slots=True)
class EvidenceFileView:
    """A file that is evidence. ``name``: None where it cannot be read; ``digest``: SHA-256, hex;
    ``custody``: every step, oldest first."""

    id: int
    at: datetime
    name: str | None
    size: int
    digest: str
    custody: tuple[CustodyView, ...]


def add_evidence(
    number: int, blocks: Iterable[bytes], *, name: str, reason: str, by: Actor, at: datetime
) -> EvidenceFileView:
    """Seal a file as evidence, read once. ``reason``: where it is from, and why it is kept.

    Raises:
        NotFound: there is no such incident. CaseWordsRefused: there is no reason.
        UploadTooLarge: it is too large.
    """
    words, called = sealing.checked(reason), Path(name).name[:_NAME_LENGTH] or "file"
    incident = lifecycle.find(number)
    folder, token = folder_of(incident), secrets.token_hex(16)
    folder.mkdir(mode=0o700, exist_ok=True)
    digest, size = hashlib.sha256(), 0

    def counted() -> Iterator[bytes]:
        nonlocal size
        for block in blocks:
            digest.update(block)
            size += len(block)
            yield block

    # Its file is in place before its row is: a row never names what is not there.
    with atomic_path(_path(incident, token)) as part:
        staging.write_sealed(part, counted(), token)
    key = new_key()
    with transaction.atomic():
        incident = lifecycle.find(number, lock=True)
        entry_id = _write_down(
            incident,
            CustodyMoved(
                Code(CustodyAct.SEALED.value), file=seal(digest.hexdigest(), key), bytes=size
            ),
            "A file was sealed as evidence.",
            by,
            at,
        )
        row = EvidenceFile.objects.create(
            incident=incident,
            token=token,
            name=sealing.seal_words(_NAME, entry_id, called),
            size=size,
            digest=digest.hexdigest(),
            digest_key=key,
            at=at,
            by=by.as_json(),
            entry_id=entry_id,
        )
        _add_step(row, CustodyAct.SEALED, words, entry_id, by, at)
    return _view(row)


def hand_over_evidence(
    number: int, evidence_id: int, *, to: int, reason: str, by: Actor, at: datetime
) -> EvidenceFileView:
    """Write down that a member of staff takes a file over: ``to`` is their account.

    Raises:
        NotFound: there is no such evidence of this incident, or no such member of staff.
        CaseWordsRefused: there is no reason.
    """
    accounts.staff_member_by_id(to)
    return _step(number, evidence_id, CustodyAct.HANDED_OVER, reason, by, at, to=to)


def open_evidence(
    number: int, evidence_id: int, *, reason: str, by: Actor, at: datetime
) -> tuple[str, Iterator[bytes]]:
    """Return a file's name and its bytes; that it was opened is durable before the first leaves.

    Raises:
        NotFound: there is no such evidence. CaseWordsRefused: there is no reason.
    """
    view = _step(number, evidence_id, CustodyAct.OPENED, reason, by, at)
    return view.name or "evidence", _read(_row(number, evidence_id))


def verify_evidence(
    number: int, *, by: Actor, at: datetime
) -> Sequence[tuple[EvidenceFileView, bool]]:
    """Read every file of evidence of an incident, and say of each whether it is as it was sealed;
    that it was checked is a step of its custody.

    Raises:
        NotFound: there is no such incident.
    """
    rows = EvidenceFile.objects.filter(incident=lifecycle.find(number)).order_by("id")
    checked = []
    for row in rows.select_related("incident"):
        whole = _is_whole(row)
        act = CustodyAct.VERIFIED if whole else CustodyAct.DAMAGED
        view = _step(number, row.pk, act, "It was read and compared.", by, at)
        checked.append((view, whole))
    return checked


def evidence_files(number: int) -> Sequence[EvidenceFileView]:
    """Return the files that are evidence of an incident, oldest first.

    Raises:
        NotFound: there is no such incident.
    """
    rows = EvidenceFile.objects.filter(incident=lifecycle.find(number)).order_by("id")
    return [_view(row) for row in rows]


def evidence_file(number: int, evidence_id: int) -> EvidenceFileView:
    """Return one file.

    Raises:
        NotFound: there is no such evidence of this incident.
    """
    return _view(_row(number, evidence_id))


def _step(
    number: int,
    evidence_id: int,
    act: CustodyAct,
    reason: str,
    by: Actor,
    at: datetime,
    *,
    to: int | None = None,
) -> EvidenceFileView:
    words = sealing.checked(reason)
    with transaction.atomic():
        incident = lifecycle.find(number, lock=True)
        row = _row(number, evidence_id)
        moved = CustodyMoved(Code(act.value), of=row.entry_id, to=to)
        sentence = f"Evidence {row.pk}: {act.label.lower()}."
        entry_id = _write_down(incident, moved, sentence, by, at)
        _add_step(row, act, words, entry_id, by, at, to=to)
    return _view(row)


def _write_down(
    incident: Incident, moved: CustodyMoved, sentence: str, by: Actor, at: datetime
) -> int:
    lifecycle.add_timeline_event(incident, "evidence.custody", sentence, by=by, at=at)
    entry = IncidentChanged(incident=lifecycle.reference_of(incident), custody=moved)
    return lifecycle.append_entry(entry, by=by, at=at)


def _add_step(
    row: EvidenceFile,
    act: CustodyAct,
    words: str,
    entry_id: int,
    by: Actor,
    at: datetime,
    *,
    to: int | None = None,
) -> None:
    CustodyStep.objects.create(
        evidence=row,
        at=at,
        by=by.as_json(),
        act=act,
        to_id=to,
        reason=sealing.seal_words(_REASON, entry_id, words),
        entry_id=entry_id,
    )


def _row(number: int, evidence_id: int) -> EvidenceFile:
    rows = EvidenceFile.objects.filter(incident__number=number, pk=evidence_id)
    row = rows.select_related("incident").first()
    if row is None:
        raise NotFound(what="evidence of this incident")
    return row


def _path(incident: Incident, token: str) -> Path:
    return folder_of(incident) / f"evidence-{token}.sealed"


def _read(row: EvidenceFile) -> Iterator[bytes]:
    with staging.read_sealed(_path(row.incident, row.token), row.token) as stream:
        while block := stream.read(_BLOCK):
            yield block


def _is_whole(row: EvidenceFile) -> bool:
    digest = hashlib.sha256()
    try:
        for block in _read(row):
            digest.update(block)
    except (OSError, UploadDamaged):
        return False
    return digest.hexdigest() == row.digest


def _view(row: EvidenceFile) -> EvidenceFileView:
    steps = list(row.custody.order_by("id"))
    names = accounts.names([step.to_id for step in steps if step.to_id is not None])
    return EvidenceFileView(
        id=row.pk,
        at=row.at,
        name=sealing.read_words(_NAME, row.entry_id, row.name),
        size=row.size,
        digest=row.digest,
        custody=tuple(
            CustodyView(
                at=step.at,
                act=CustodyAct(step.act),
                by=step.by,
                to=step.to_id,
                to_name=names.get(step.to_id, "") if step.to_id is not None else "",
                reason=sealing.read_words(_REASON, step.entry_id, step.reason),
                entry_id=step.entry_id,
            )
            for step in steps
        ),
    )
