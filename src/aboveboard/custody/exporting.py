"""Making a file of people's data. It never leaves without its manifest (design, section 6, parcel).

The procedure, numbered as in the code and in ``tests/custody/test_exporting.py``:

1. Put away what an export that was killed left in this place. Begin: where it goes, for what, which
   fields, how it is protected.
2. Ask ``access`` for each person. Write the manifest line of each, those refused with the
   reasons, before their values go into a part file, sealed to the recipient's keys, that
   only this user can read.
3. Finish: the counts, the file's SHA-256 and the ledger entry, in one transaction.
4. Only then write the sheet beside it and rename the part file to its place. A crash before
   leaves no file, and an export that says it never left; a crash after 3 is finished by the
   next export to this place.
"""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from django.db import transaction

from aboveboard.access.actions import use_many
from aboveboard.access.use import UseRequest
from aboveboard.accounts.clients.scope import ClientScope
from aboveboard.basics.actor import Actor
from aboveboard.basics.errors import Conflict, Invalid
from aboveboard.basics.facts import Code, Word
from aboveboard.basics.sealing import new_key, seal
from aboveboard.custody import manifest, manifest_rows, parcel, queries
from aboveboard.custody.entries import ExportMade
from aboveboard.custody.export_rows import ExportCounts, export_rows, unique
from aboveboard.custody.models import Device, Export
from aboveboard.custody.queries import DeviceRow, ExportRow
from aboveboard.custody.terms import HELD, EncryptionState, ExportProtection, FileForm
from aboveboard.ledger.actions import append
from aboveboard.promise.queries import in_force
from aboveboard.promise.words import check_words


class Unprotected(Conflict):
    """Anyone who finds {where} could read the file."""

    code = "unprotected_export"
    next_step = (
        "Encrypt it with the recipient's age key, use an encrypted device, or choose to send it "
        "unprotected."
    )


class DeviceAway(Conflict):
    """{device} is {state}, so no file can go onto it."""

    code = "device_away"
    next_step = "Choose a device that somebody has. One that is back is reported found first."


class NotSharedWith(Conflict):
    """The promise does not share data with {recipient} for {purpose}."""

    code = "not_shared_with"
    next_step = (
        "Choose another recipient or purpose, or change the promise first, so that customers know."
    )


@dataclass(frozen=True, slots=True)
class ExportFormat:
    """How the rows are written: the form, whether a pseudonym begins each row, and the age
    keys they are sealed to.

    A pseudonym is keyed with a key of this export alone, which is forgotten: it tells the rows of
    one file apart, and nobody can link two files, or a file and a person, by it.
    """

    form: FileForm = FileForm.CSV
    pseudonyms: bool = False
    age_keys: tuple[str, ...] = ()


PLAIN_CSV = ExportFormat()

_PART: Final = re.compile(r"^\.(.+)\.[0-9]+\.part$")


def make_export(
    person_ids: Iterable[int],
    fields: tuple[str, ...],
    *,
    purpose: str,
    out: Path,
    device_id: int | None = None,
    recipient: str = "",
    channel: str = "export",
    unprotected: bool = False,
    file_format: ExportFormat = PLAIN_CSV,
    scope: ClientScope | None = None,
    progress: Callable[[int], None] = lambda people: None,
    by: Actor,
    at: datetime,
) -> ExportRow:
    """Write a file of these people's ``fields`` to ``out`` and return its manifest.

    Each person is decided; a refused one is a line of the manifest with the reasons and not in the
    file. ``unprotected`` must be said where neither a key nor an encrypted disk keeps the file from
    a finder. ``person_ids`` is read as it is needed, and must name nobody twice when it is longer
    than ``limits.EXPORT_LISTED``.

    Raises:
        Unprotected: the device is not known to be encrypted, there are no keys, and
            ``unprotected`` was not said.
        Invalid: neither a device nor a recipient is named, or both, or ``out`` is taken.
        NotFound: there is no such device.
        DeviceAway: it is missing or retired, or became so while the file was written.
        NotInPromise: the promise in force has no such purpose, field or recipient.
        NotSharedWith: it has, and does not share with them for this purpose.
        WrongAgeKey: a key is none.
        NoPromise: no promise is in force.
    """
    asked = UseRequest(by, purpose, fields, channel, scope=scope)

    def rows(begun: Export, counts: ExportCounts) -> Iterator[Sequence[str]]:
        return export_rows(begun, use_many(asked, unique(person_ids), at=at), counts, progress)  # 2

    place = ExportPlace(out, device_id, recipient, unprotected, file_format)
    return write_export(rows, fields, purpose=purpose, place=place, by=by, at=at)


@dataclass(frozen=True, slots=True)
class ExportPlace:
    """Where a file goes, and how it is protected: as :func:`make_export` takes it."""

    out: Path
    device_id: int | None = None
    recipient: str = ""
    unprotected: bool = False
    file_format: ExportFormat = PLAIN_CSV


def write_export(
    rows_of: Callable[[Export, ExportCounts], Iterator[Sequence[str]]],
    fields: tuple[str, ...],
    *,
    purpose: str,
    place: ExportPlace,
    by: Actor,
    at: datetime,
) -> ExportRow:
    """Write the rows that ``rows_of`` yields for an export that was begun: it stores the manifest
    line of each person before their row, and counts them. Errors: :func:`make_export`."""
    file_format = place.file_format

    def write(part: Path, begun: Export, counts: ExportCounts) -> str:
        header = [parcel.KEY, *fields] if file_format.pseudonyms else list(fields)
        return parcel.write(
            part,
            header,
            rows_of(begun, counts),
            ndjson=file_format.form is FileForm.NDJSON,
            keys=file_format.age_keys,
        )

    return _write_file(write, fields, purpose=purpose, place=place, by=by, at=at)


def _write_file(
    write: Callable[[Path, Export, ExportCounts], str],
    fields: tuple[str, ...],
    *,
    purpose: str,
    place: ExportPlace,
    recorded: Callable[[int], None] = lambda export_id: None,
    by: Actor,
    at: datetime,
) -> ExportRow:
    """Make an export of whatever ``write`` puts into a part file: it returns the SHA-256 of it,
    stores the manifest line of each person first, and counts them. ``recorded`` is called in the
    transaction that says that the file was made. Errors: :func:`make_export`."""
    out = place.out
    parcel.recipients(place.file_format.age_keys)  # a wrong key is refused before all else
    recover_exports(out)  # 1
    begun = _begin(fields, purpose, place, by, at)
    part = _part_path(out, begun.pk)
    try:
        with _lock_part(part):
            counts = ExportCounts()
            digest = write(part, begun, counts)
            _finish(begun, counts, digest, recorded, by, at)  # 3
            made = queries.export(begun.pk)
            # The sheet before the file has its name: whoever finds the file finds what it is.
            manifest.write(made, out)  # 4
            part.replace(out)
    finally:
        part.unlink(missing_ok=True)
    return made


def write_sealed(
    blocks: Iterator[bytes],
    people: Mapping[int, int],
    fields: tuple[str, ...],
    *,
    purpose: str,
    place: ExportPlace,
    recorded: Callable[[int], None],
    by: Actor,
    at: datetime,
) -> ExportRow:
    """Seal a file that was made of what these people's uses opened before, such as their letters.

    ``people``: the bitmap of the categories that are in it, by person. ``recorded`` is called with
    the number of the export in the transaction that says that it was made. Errors:
    :func:`make_export`.
    """

    def write(part: Path, begun: Export, counts: ExportCounts) -> str:
        manifest_rows.store(begun.pk, [(number, bits, "") for number, bits in people.items()])
        counts.people += len(people)
        return parcel.seal_stream(part, blocks, keys=place.file_format.age_keys)

    return _write_file(write, fields, purpose=purpose, place=place, recorded=recorded, by=by, at=at)


def recover_folder(folder: Path) -> None:
    """Finish or put away what every export into a folder left that was killed."""
    names = {_PART.sub(r"\1", part.name) for part in folder.glob(".*.part")}
    for name in sorted(names):
        recover_exports(folder / name)


def recover_exports(out: Path) -> None:
    """Finish or put away what exports to this place left when they were killed. One that is being
    written is left alone."""
    for part in out.parent.glob(f".{out.name}.*.part"):
        number = part.name.removeprefix(f".{out.name}.").removesuffix(".part")
        # A lock goes with its process, so a part file without one was left by a dead process.
        if not number.isdecimal() or _is_locked(part):
            continue
        made = Export.objects.filter(pk=int(number), made_at__isnull=False).exists()
        if made and not out.exists():
            # It is recorded as made, and only its last step is missing. To delete it would leave
            # an entry in the log for a file that never was.
            manifest.write(queries.export(int(number)), out)
            part.replace(out)
        else:
            part.unlink(missing_ok=True)
        _lock_of(part).unlink(missing_ok=True)


def _begin(
    fields: tuple[str, ...], purpose: str, place: ExportPlace, by: Actor, at: datetime
) -> Export:
    out, device_id, recipient = place.out, place.device_id, place.recipient
    file_format = place.file_format
    if (device_id is None) == (not recipient):
        raise Invalid(
            found="an export that goes to nobody, or to two places",
            fix="Name a device or a recipient.",
        )
    check_words(
        in_force().promise,
        fields=fields,
        purposes=[purpose],
        recipients=[recipient] if recipient else [],
    )
    device = None if device_id is None else queries.device(device_id)
    _check_here(device)
    # Before a file is begun: whom data goes to must be in the promise that customers read (GDPR
    # Art. 13(1)(e)).
    if recipient:
        _check_shared(recipient, purpose)
    if out.exists():
        raise Invalid(found=f"there is already a file {out.name}", fix="Choose another name.")
    protection = _protection(device, file_format)
    # The choice must be said and not left out: it is what a loss would be judged by (GDPR Art.
    # 34(3)(a)).
    if protection is ExportProtection.NONE and not place.unprotected:
        raise Unprotected(where=device.tag if device else "it on the way")
    return Export.objects.create(
        device_id=device_id,
        recipient=recipient,
        purpose=purpose,
        fields=list(fields),
        protection=protection,
        begun_at=at,
        by=by.as_json(),
        file_name=out.name[:200],
        form=file_format.form,
        pseudonyms=file_format.pseudonyms,
        age_keys=list(file_format.age_keys),
    )


def _check_here(device: DeviceRow | None) -> None:
    if device is not None and device.state not in HELD:
        raise DeviceAway(device=device.tag, state=device.state.label.lower())


def _check_shared(recipient: str, purpose: str) -> None:
    known = in_force().promise.purposes[purpose]
    if recipient not in known.recipients:
        raise NotSharedWith(recipient=recipient, purpose=purpose)


def _protection(device: DeviceRow | None, file_format: ExportFormat) -> ExportProtection:
    if file_format.age_keys:
        return ExportProtection.PARCEL
    if device is not None and device.encrypted is EncryptionState.YES:
        return ExportProtection.DISK
    return ExportProtection.NONE


def _finish(
    export: Export,
    counts: ExportCounts,
    digest: str,
    recorded: Callable[[int], None],
    by: Actor,
    at: datetime,
) -> None:
    export.people, export.refused = counts.people, counts.refused
    export.file_digest, export.made_at = digest, at
    # A file of few people can be guessed, and then its plain digest would say whether that was it.
    key = export.file_key = new_key()
    with transaction.atomic():
        # Asked again, at the end: writing may take long, and a device that was lost meanwhile has
        # another manifest.
        if export.device_id is not None:
            # Locked, so that nobody reports it missing between this look and the entry.
            Device.objects.select_for_update().get(pk=export.device_id)
            _check_here(queries.device(export.device_id))
        entry = ExportMade(
            export=export.pk,
            device=export.device_id,
            recipient=Word(export.recipient),
            purpose=Word(export.purpose),
            fields=tuple(map(Word, export.fields)),
            protection=Code(export.protection),
            people=counts.people,
            refused=counts.refused,
            file=seal(digest, key),
        )
        export.entry_id = append(entry, by=by, handle=None, at=at)
        export.save(
            update_fields=["people", "refused", "file_digest", "file_key", "made_at", "entry_id"]
        )
        recorded(export.pk)


def _part_path(out: Path, number: int) -> Path:
    return out.with_name(f".{out.name}.{number}.part")


def _lock_of(part: Path) -> Path:
    return part.with_name(f"{part.name}.lock")


@contextmanager
def _lock_part(part: Path) -> Iterator[None]:
    """Say that this part file is being written, for as long as this process lives: the lock goes
    with it, however it ends."""
    place = _lock_of(part)
    with os.fdopen(os.open(place, os.O_CREAT | os.O_RDWR, 0o600), "wb") as file:
        # The kernel's lock and not a row or a file that says "busy": those outlive a kill.
        fcntl.flock(file, fcntl.LOCK_EX)
        try:
            yield
        finally:
            place.unlink(missing_ok=True)


def _is_locked(part: Path) -> bool:
    try:
        with _lock_of(part).open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False
