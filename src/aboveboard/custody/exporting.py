"""Making a file of people's data. It never leaves without its manifest (design, section 6, parcel).

The procedure, numbered as in the code and in ``tests/custody/test_exporting.py``:

1. Begin the export: where it goes, for what, which fields, how it is protected.
2. Ask ``access`` for each person. Write the manifest line of each, those refused with the reasons,
   before their values go into a part file that only this user can read.
3. Finish: the counts, the file's SHA-256 and the ledger entry, in one transaction.
4. Only then rename the part file to its place. A crash before leaves no file, and an export that
   says it never left.
"""

from __future__ import annotations

import csv
import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import IO

from django.db import transaction

from aboveboard.access.actions import Ask, Opened, Refused, use_many
from aboveboard.basics import limits
from aboveboard.basics.actor import Actor
from aboveboard.basics.canonical import Json
from aboveboard.basics.errors import AboveboardError, BadInput, NotFound
from aboveboard.basics.personal import Personal
from aboveboard.custody.models import Device, Encrypted, Export, ExportPerson, Protection
from aboveboard.ledger.actions import append
from aboveboard.promise.categories import bitmap
from aboveboard.promise.queries import in_force


class Unprotected(AboveboardError):
    """The file would be readable by whoever finds {where}."""

    code = "unprotected_export"
    next_step = "Use an encrypted device, or say that it must leave unprotected; that will stand in the ledger."


def make_export(
    person_ids: Iterable[int],
    fields: tuple[str, ...],
    *,
    purpose: str,
    out: Path,
    device: Device | None = None,
    recipient: str = "",
    channel: str = "export",
    unprotected: bool = False,
    by: Actor,
    at: datetime,
) -> Export:
    """Write a CSV file of these people's ``fields`` to ``out`` and return its manifest.

    Each person is decided; a refused one is a line of the manifest with the reasons and not in the
    file. ``unprotected`` must be said where no encrypted disk keeps the file from a finder.

    Raises:
        Unprotected: the device is not known to be encrypted and ``unprotected`` was not said.
        BadInput: neither a device nor a recipient is named, or both, or ``out`` is taken.
        NotFound: the promise in force has no such recipient.
        NoPromise: no promise is in force.
    """
    begun = _begin(fields, purpose, out, device, recipient, unprotected, by, at)  # 1
    part = out.with_name(f".{out.name}.{begun.pk}.part")
    try:
        with _private(part) as file:
            people, refused = _fill(begun, file, use_many(Ask(by, purpose, fields, channel), dict.fromkeys(person_ids), at=at))  # 2
            file.flush()
            os.fsync(file.fileno())
        with part.open("rb") as written:
            digest = hashlib.file_digest(written, "sha256").hexdigest()
        _finish(begun, people, refused, digest, by, at)  # 3
        part.replace(out)  # 4
    finally:
        part.unlink(missing_ok=True)
    return begun


def _begin(
    fields: tuple[str, ...], purpose: str, out: Path, device: Device | None, recipient: str, unprotected: bool, by: Actor, at: datetime
) -> Export:
    if (device is None) == (not recipient):
        raise BadInput(found="an export that goes to nobody, or to two places", fix="Name a device or a recipient.")
    if recipient and recipient not in in_force().promise.recipients:
        raise NotFound(what="recipient in the promise")
    if out.exists():
        raise BadInput(found=f"there is already a file {out.name}", fix="Choose another name.")
    protection = Protection.DISK if device is not None and device.encrypted == Encrypted.YES else Protection.NONE
    if protection is Protection.NONE and not unprotected:
        raise Unprotected(where=device.tag if device else "it on the way")
    return Export.objects.create(
        device=device,
        recipient=recipient,
        purpose=purpose,
        fields=list(fields),
        protection=protection,
        begun_at=at,
        by=by.as_json(),
        file_name=out.name[:200],
    )


def _fill(export: Export, file: IO[str], outcomes: Iterator[tuple[int, Opened | Refused]]) -> tuple[int, int]:
    known = in_force().promise.fields
    bits = {name: bitmap([known[name].category]) for name in export.fields if name in known}
    writer = csv.writer(file)
    writer.writerow(export.fields)
    people = refused = 0
    while batch := list(islice(outcomes, limits.USE_BATCH)):
        ExportPerson.objects.bulk_create([_line(export, person_id, outcome, bits) for person_id, outcome in batch])
        for _, outcome in batch:
            if isinstance(outcome, Refused):
                refused += 1
                continue
            people += 1
            writer.writerow([_plain(outcome.values.get(name)) for name in export.fields])
    return people, refused


def _line(export: Export, person_id: int, outcome: Opened | Refused, bits: Mapping[str, int]) -> ExportPerson:
    if isinstance(outcome, Refused):
        codes = " ".join(sorted({reason.code.value for reason in outcome.reasons}))
        return ExportPerson(export=export, person_id=person_id, categories=0, reasons=codes[:300])
    categories = 0
    for name, value in outcome.values.items():
        if _plain(value):
            categories |= bits[name]
    return ExportPerson(export=export, person_id=person_id, categories=categories)


def _finish(export: Export, people: int, refused: int, digest: str, by: Actor, at: datetime) -> None:
    export.people, export.refused, export.file_digest, export.made_at = people, refused, digest, at
    with transaction.atomic():
        export.save(update_fields=["people", "refused", "file_digest", "made_at"])
        facts: dict[str, Json] = {
            "export": export.pk,
            "device": export.device_id,
            "recipient": export.recipient,
            "purpose": export.purpose,
            "fields": list(export.fields),
            "protection": export.protection,
            "people": people,
            "refused": refused,
            "file": digest,
        }
        append("export.made", by=by, handle=None, facts=facts, at=at)


def _plain(value: Personal[str] | None) -> str:
    return "" if value is None else value.reveal()


def _private(part: Path) -> IO[str]:
    """Open a new file that nobody else on the machine can read."""
    return os.fdopen(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8", newline="")
