"""Filtering the file of a campaign: the rows of people who may be contacted go out as a parcel, and
for every other row it is said why not.

The procedure, numbered as in the code:

1. Find whose each row is, by what the row says. Nobody, or several: it is left out, and listed.
2. Decide about each person for the purpose, through the channel, for the fields of the file, as for
   a use, and open nothing. Each is an entry that they see. A batch is kept before the next begins.
3. Write the parcel, with its manifest: everybody whose row was found stands on it.
4. Write the list of rows that are left out, each with its reasons, and remove what was kept.

The values that go out are those of the file. A column that is no field of the promise stays behind.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, Final

from aboveboard.access.actions import use_many
from aboveboard.access.limits import USE_BATCH
from aboveboard.access.lookup import find_each
from aboveboard.access.use import Subject, UseRequest
from aboveboard.basics import clock, spreadsheet
from aboveboard.basics.errors import Invalid
from aboveboard.custody import manifest_rows
from aboveboard.custody.campaign_progress import (
    ALLOWED,
    CampaignProgress,
    DecidedRow,
    open_progress,
)
from aboveboard.custody.export_rows import ExportCounts, categories_in
from aboveboard.custody.exporting import ExportPlace, write_export
from aboveboard.custody.models import Export
from aboveboard.custody.queries import ExportRow
from aboveboard.law.categories import bitmap
from aboveboard.promise.queries import in_force

NO_ONE_FOUND: Final = "no_one_found"
SEVERAL_FOUND: Final = "several_found"
LISTED_BEFORE: Final = "listed_before"
NOTHING_TO_FIND_BY: Final = "nothing_to_find_by"
"""Why a row is left out before anything is decided: nobody, or several, are known by what it says;
an earlier row is of the same person; it says nothing that somebody can be known by."""

FileRow = Mapping[str, Any]
Numbered = tuple[int, FileRow]


@dataclass(frozen=True, slots=True)
class CampaignColumns:
    """Which columns say whose a row is, as pairs of kind (``customer_number``, ``email``,
    ``phone``) and column, the surest first; and which column holds which field."""

    find_by: tuple[tuple[str, str], ...]
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class CampaignReport:
    """What became of the rows of a campaign's file.

    ``left_out``: how many rows for each reason (a row may have several); ``refused_to`` the list of
    them; ``resumed``: rows that an earlier run had decided about.
    """

    export: ExportRow
    rows: int
    allowed: int
    left_out: Mapping[str, int]
    refused_to: Path
    resumed: int


def filter_campaign(
    rows_of: Callable[[], Iterator[FileRow]],
    columns: CampaignColumns,
    request: UseRequest,
    place: ExportPlace,
    *,
    file_digest: str,
    progress: Callable[[int], None] = lambda rows: None,
    at: datetime,
) -> CampaignReport:
    """Filter the rows of a file, and return what became of them.

    ``rows_of`` reads the file from its beginning, as often as it is called; ``file_digest`` tells
    one file from another. The request's fields are those of the columns, and its subject is not
    read. Sent again after it was killed, it goes on where it was.

    Raises:
        Invalid: no column says whose a row is, or the place of a list is taken.
        NoPromise, Unavailable: as a use.
        Unprotected, DeviceAway, NotInPromise, NotSharedWith, WrongAgeKey: as an export.
    """
    refused_to = place.out.with_name(f"{place.out.name}.left-out.csv")
    _check(columns, request, refused_to)
    run = {
        "file": file_digest,
        "purpose": request.purpose,
        "channel": request.channel,
        "fields": list(request.fields),
        "by": request.actor.as_json(),
        "promise": in_force().serial,
    }
    kept = open_progress(place.out.with_name(f".{place.out.name}.campaign"), run, at=at)
    resumed = len(kept.rows)
    _decide_rows(rows_of(), columns, request, kept, progress)  # 1, 2

    def rows(export: Export, counts: ExportCounts) -> Iterator[Sequence[str]]:
        return _allowed_rows(rows_of(), columns, request, kept, export, counts)

    made = write_export(
        rows, request.fields, purpose=request.purpose, place=place, by=request.actor, at=at
    )  # 3
    left_out = _write_left_out(kept, refused_to)  # 4
    kept.end()
    allowed = sum(row.allowed for row in kept.rows.values())
    return CampaignReport(made, len(kept.rows), allowed, left_out, refused_to, resumed)


def _check(columns: CampaignColumns, request: UseRequest, refused_to: Path) -> None:
    if not columns.find_by:
        raise Invalid(
            found="no column that says whose a row is",
            fix="Name one: --find customer_number=COLUMN (or email=, phone=).",
        )
    if set(columns.fields) != set(request.fields) or not request.fields:
        raise Invalid(
            found="no column that holds a field of the promise", fix="Name one: --column FIELD=NAME"
        )
    if refused_to.exists():
        raise Invalid(
            found=f"there is already a file {refused_to.name}", fix="Choose another name."
        )


def _decide_rows(
    rows: Iterator[FileRow],
    columns: CampaignColumns,
    request: UseRequest,
    kept: CampaignProgress,
    progress: Callable[[int], None],
) -> None:
    seen = {row.person_id for row in kept.rows.values() if row.codes != LISTED_BEFORE}
    remaining = ((number, row) for number, row in enumerate(rows, 2) if number not in kept.rows)
    while batch := list(islice(remaining, USE_BATCH)):
        matched = dict(_matches(batch, columns))
        # Each person once: a second row of theirs would be a second letter.
        first: dict[int, int] = {}
        for number, person_id in matched.items():
            if isinstance(person_id, int) and person_id not in seen:
                first.setdefault(person_id, number)
        seen.update(first)
        at = clock.now()
        decided = {
            first[person_id]: " ".join(sorted({each.code.value for each in result.reasons}))
            for person_id, result in use_many(request, list(first), at=at)
        }
        kept.store(
            DecidedRow(number, person_id, decided.get(number, LISTED_BEFORE), at)
            if isinstance(person_id, int)
            else DecidedRow(number, None, person_id, at)
            for number, person_id in matched.items()
        )
        progress(len(kept.rows))


def _matches(
    batch: Sequence[Numbered], columns: CampaignColumns
) -> Iterator[tuple[int, int | str]]:
    """Yield for each row the person whose it is, or why nobody is known by it: by the first of the
    columns that says anything."""
    subjects: dict[int, Subject] = {}
    for number, row in batch:
        for kind, column in columns.find_by:
            if text := _text(row.get(column)):
                subjects[number] = Subject(kind=kind, value=text)
                break
    matches = find_each(in_force().promise, list(subjects.values()))
    known = dict(zip(subjects, matches, strict=True))
    for number, _ in batch:
        people = known.get(number)
        if people is None:
            yield number, NOTHING_TO_FIND_BY
        elif len(people) == 1:
            yield number, people[0]
        else:
            yield number, SEVERAL_FOUND if people else NO_ONE_FOUND


def _allowed_rows(
    rows: Iterator[FileRow],
    columns: CampaignColumns,
    request: UseRequest,
    kept: CampaignProgress,
    export: Export,
    counts: ExportCounts,
) -> Iterator[Sequence[str]]:
    known, fields = in_force().promise.fields, request.fields
    bits = {name: bitmap([known[name].category]) for name in fields}
    numbered = enumerate(rows, 2)
    while batch := list(islice(numbered, USE_BATCH)):
        listed: list[manifest_rows.ManifestRow] = []
        out = []
        for number, row in batch:
            decided = kept.rows.get(number)
            if decided is None or decided.person_id is None or decided.codes == LISTED_BEFORE:
                continue
            if not decided.allowed:
                listed.append((decided.person_id, 0, decided.codes[:300]))
                continue
            values = [_text(row.get(columns.fields[name])) for name in fields]
            listed.append((decided.person_id, categories_in(fields, values, bits), ""))
            out.append(values)
        # Before the rows are handed on, as an export does.
        manifest_rows.store(export.pk, listed)
        counts.people += len(out)
        counts.refused += len(listed) - len(out)
        yield from out


def _write_left_out(kept: CampaignProgress, out: Path) -> dict[str, int]:
    """Write each row that is left out with its reasons, and return how many have each. No value of
    a row is in it."""
    counts: dict[str, int] = {}
    with os.fdopen(os.open(out, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
        file.writelines(_left_out_lines(kept.rows.values(), counts))
    return dict(sorted(counts.items()))


def _left_out_lines(rows: Iterable[DecidedRow], counts: dict[str, int]) -> Iterator[str]:
    yield spreadsheet.csv_line(["row", "reasons"])
    for row in sorted(rows, key=lambda each: each.number):
        if row.codes != ALLOWED:
            for code in row.codes.split():
                counts[code] = counts.get(code, 0) + 1
            yield spreadsheet.csv_line([row.number, row.codes])


def _text(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # a workbook has no other numbers
    return "" if value is None else str(value).strip()
