"""Sealing printed letters for the print house: one file, with its list, in custody's keeping.

The procedure, numbered as in the code:

1. A number for the parcel, so that each letter in it can be named.
2. Custody makes the file: who is in it first, then the letters and their list, sealed to the keys
   of the print house.
3. In the transaction that says that the file was made: a row for each letter. A letter that another
   parcel has already is refused by the database, and then this one is not made at all.
   Only then custody gives the file its name; what a killed process left it finishes, or puts away,
   before the next parcel.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from aboveboard.basics import clock, spreadsheet
from aboveboard.basics.actor import SYSTEM
from aboveboard.custody.exporting import ExportFormat, ExportPlace, write_sealed
from aboveboard.custody.terms import FileForm
from aboveboard.delivery.post.models import PrintLetter, PrintParcel
from aboveboard.delivery.post.print_house import PrintHouse, parcel_folder
from aboveboard.delivery.rendering import LetterSheet
from aboveboard.delivery.terms import LetterState

FORMAT: Final = "aboveboard/letters/v1"
LIST_HEAD: Final = (
    "letter",
    "file",
    "first_page",
    "pages",
    "country",
    "window",
    "paper",
    "language",
    "sha256",
)


@dataclass(frozen=True, slots=True)
class LetterInParcel:
    """A printed letter: of which dispatch, and what the list says of it."""

    dispatch_id: int
    person_id: int
    number: int
    sheet: LetterSheet = field(repr=False)
    language: str
    first_page: int
    pages: int
    digest: str


@dataclass(frozen=True, slots=True)
class PrintedFile:
    """A PDF of letters for one kind of window envelope."""

    window: str
    paper: str
    pdf: bytes = field(repr=False)
    letters: tuple[LetterInParcel, ...]


def begin(batch_id: int, at: datetime) -> int:
    """Return the number of a new parcel."""
    return PrintParcel.objects.create(batch_id=batch_id, begun_at=at).pk  # 1


def parcel_path(number: int) -> Path:
    """Return where a parcel lies while it waits for the print house."""
    return parcel_folder() / f"letters-{number}.zip.age"


def in_parcels(dispatch_ids: Collection[int]) -> set[int]:
    """Return those that are in a parcel already, and are not to be printed again."""
    rows = PrintLetter.objects.filter(dispatch_id__in=list(dispatch_ids))
    closed = (LetterState.SPOILED, LetterState.RETURNED)
    return set(rows.exclude(state__in=closed).values_list("dispatch_id", flat=True))


def seal(number: int, files: Sequence[PrintedFile], house: PrintHouse, *, at: datetime) -> None:
    """Make the parcel of printed letters.

    Where one of them is in another parcel since, the database refuses it, and nothing is made.

    Raises:
        AboveboardError: custody does not let it leave.
    """
    letters = [letter for file in files for letter in file.letters]
    fields = dict.fromkeys(name for letter in letters for name in letter.sheet.fields)

    def recorded(export_id: int) -> None:
        PrintLetter.objects.bulk_create(  # 3
            PrintLetter(
                parcel_id=number,
                dispatch_id=letter.dispatch_id,
                number=letter.number,
                pages=letter.pages,
                country=letter.sheet.country,
            )
            for letter in letters
        )
        PrintParcel.objects.filter(pk=number).update(
            made_at=at,
            export=export_id,
            letters=len(letters),
            pages=sum(letter.pages for letter in letters),
        )

    write_sealed(  # 2
        _blocks(number, files, at),
        {letter.person_id: letter.sheet.categories for letter in letters},
        tuple(fields),
        purpose=letters[0].sheet.purpose,
        place=ExportPlace(
            out=parcel_path(number),
            recipient=house.recipient,
            file_format=ExportFormat(FileForm.LETTERS, age_keys=house.keys),
        ),
        recorded=recorded,
        by=SYSTEM,
        at=at,
    )


def _blocks(number: int, files: Sequence[PrintedFile], at: datetime) -> Iterator[bytes]:
    packed = io.BytesIO()
    # Stored: a PDF is compressed already.
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for place, file in enumerate(files, start=1):
            archive.writestr(_name(place, file), file.pdf)
        archive.writestr("letters.csv", _listed(number, files))
        archive.writestr("parcel.json", _sheet(number, files, at))
    yield packed.getvalue()


def _name(place: int, file: PrintedFile) -> str:
    return f"letters-{place}-{file.window}.pdf"


def _listed(number: int, files: Sequence[PrintedFile]) -> str:
    lines = [spreadsheet.csv_line(LIST_HEAD)]
    for place, file in enumerate(files, start=1):
        for letter in file.letters:
            cells = (
                f"{number}-{letter.number}",
                _name(place, file),
                str(letter.first_page),
                str(letter.pages),
                letter.sheet.country,
                file.window,
                file.paper,
                letter.language,
                letter.digest,
            )
            lines.append(spreadsheet.csv_line(cells))
    return "".join(lines)


def _sheet(number: int, files: Sequence[PrintedFile], at: datetime) -> str:
    contents: Mapping[str, Any] = {
        "format": FORMAT,
        "parcel": number,
        "made_at": clock.to_text(at),
        "letters": sum(len(file.letters) for file in files),
        "pages": sum(letter.pages for file in files for letter in file.letters),
        "files": [
            {"name": _name(place, file), "paper": file.paper, "letters": len(file.letters)}
            for place, file in enumerate(files, start=1)
        ],
    }
    return json.dumps(contents, indent=1) + "\n"
