"""Taking in what the print house says of letters: a CSV with a row for each.

Rows that are understood are kept, whatever stands beside them; each that is not is listed with its
line and why (``FORMAT.md``). The same list taken in again changes nothing.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from typing import Final

from django.db import transaction

from aboveboard.basics.actor import Actor
from aboveboard.basics.errors import Invalid
from aboveboard.delivery import limits
from aboveboard.delivery.post import states
from aboveboard.delivery.post.models import PrintLetter
from aboveboard.delivery.terms import LetterState
from aboveboard.promise.queries import in_force

_HEAD: Final = ("letter", "state", "date")
_LETTER: Final = re.compile(r"([0-9]{1,9})-([0-9]{1,9})")
_CHUNK: Final = 500
_REASON: Final = re.compile(r"[a-z0-9]+")
_REPORTED: Final = tuple(state.value for state in states.FROM)


class ListRefused(Invalid):
    """This is not a print house's list of letters: {found}."""

    code = "letters_list_refused"
    next_step = "It is a CSV with the columns letter, state and date: 12-7,posted,2026-12-03"


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that was left out: its line, from 1, and why."""

    line: int
    why: str


@dataclass(slots=True)
class TakenReport:
    """What a list said: letters by the state that they went to, rows that said nothing new, and
    those that were left out, of which ``bad`` has the first."""

    moved: Counter[LetterState] = field(default_factory=Counter)
    same: int = 0
    bad: list[BadRow] = field(default_factory=list)
    bad_rows: int = 0

    def add_bad(self, line: int, why: str) -> None:
        """Leave a row out."""
        self.bad_rows += 1
        if len(self.bad) < limits.LETTERS_BAD_ROWS:
            self.bad.append(BadRow(line, why))


@dataclass(frozen=True, slots=True)
class _ReportedRow:
    line: int
    place: tuple[int, int]
    state: LetterState
    day: date
    reason: str


def take_report(source: bytes, *, by: Actor, at: datetime) -> TakenReport:
    """Take a print house's list in.

    Raises:
        ListRefused: it is too long, no text, or lacks a column.
    """
    report = TakenReport()
    rows = _rows(source, report, at)
    while chunk := list(islice(rows, _CHUNK)):
        _take(chunk, report, by, at)
    report.bad.sort(key=lambda row: row.line)
    return report


def _rows(source: bytes, report: TakenReport, at: datetime) -> Iterator[_ReportedRow]:
    if len(source) > limits.LETTERS_REPORT_BYTES:
        raise ListRefused(found=f"it has more than {limits.LETTERS_REPORT_BYTES:,} bytes")
    try:
        text = source.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ListRefused(found="it is not text in UTF-8") from None
    first = text.partition("\n")[0]
    table = csv.reader(io.StringIO(text, newline=""), delimiter=";" if ";" in first else ",")
    try:
        head = [name.strip().lower() for name in next(table, [])]
        missing = [name for name in _HEAD if name not in head]
        if missing:
            raise ListRefused(found=f"the column {missing[0]} is missing")
        today = at.astimezone(in_force().promise.organisation.zone).date()
        for cells in table:
            if any(cell.strip() for cell in cells):
                row = dict(zip(head, (cell.strip() for cell in cells), strict=False))
                reported = _read_row(row, table.line_num, today)
                if isinstance(reported, str):
                    report.add_bad(table.line_num, reported)
                else:
                    yield reported
    except csv.Error:
        raise ListRefused(found=f"line {table.line_num} is no CSV") from None


def _read_row(row: Mapping[str, str], line: int, today: date) -> _ReportedRow | str:
    place = _LETTER.fullmatch(row.get("letter", ""))
    if place is None:
        return "the letter is not written as 12-7"
    state = row.get("state", "").lower()
    if state not in _REPORTED:
        return f"the state is none of {', '.join(_REPORTED)}"
    try:
        day = date.fromisoformat(row.get("date", ""))
    except ValueError:
        return "the date is not written as 2026-12-03"
    if day > today:
        return "the date is in the future"
    reason = "-".join(_REASON.findall(row.get("reason", "").lower()))[:64]
    return _ReportedRow(line, (int(place[1]), int(place[2])), LetterState(state), day, reason)


def _take(rows: Sequence[_ReportedRow], report: TakenReport, by: Actor, at: datetime) -> None:
    parcels = {row.place[0] for row in rows}
    numbers = {row.place[1] for row in rows}
    with transaction.atomic():
        held = PrintLetter.objects.select_for_update(of=("self",)).select_related("parcel")
        letters = {
            (letter.parcel_id, letter.number): letter
            for letter in held.filter(parcel_id__in=parcels, number__in=numbers)
        }
        waiting = list(rows)
        # A list may say of one letter that it was printed and then posted: one after the other.
        while waiting:
            moves: dict[tuple[int, int], states.LetterMove] = {}
            later = []
            for row in waiting:
                if row.place in moves:
                    later.append(row)
                elif why := _judge(row, letters.get(row.place)):
                    report.add_bad(row.line, why)
                elif letters[row.place].state == row.state:
                    report.same += 1
                else:
                    moves[row.place] = states.LetterMove(
                        letters[row.place], row.state, row.day, row.reason
                    )
                    report.moved[row.state] += 1
            if moves:
                states.move(list(moves.values()), by=by, at=at)
            waiting = later


def _judge(row: _ReportedRow, letter: PrintLetter | None) -> str:
    """Return why a row cannot be taken, or "" where it can."""
    if letter is None:
        return "no such letter"
    if letter.parcel.made_at is not None and row.day < letter.parcel.made_at.date():
        return "the date is before the letter was sealed"
    now = LetterState(letter.state)
    if now != row.state and now not in states.FROM[row.state]:
        return f"the letter was {now.value} already"
    return ""
