"""An agreement to share data, with the eighteen fields of the register that the UK keeps under
Part 5 of the Digital Economy Act 2017; read from CSV and written as CSV. Pure.

The headings are those of that register (``information-sharing-agreement-0001``); its own, in words,
are read too. Every problem of a file is found at once, with line, field and fix.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from aboveboard.basics import spreadsheet
from aboveboard.basics.errors import Invalid
from aboveboard.custody.limits import AGREEMENT_TEXT, AGREEMENTS

FIELDS: Final[Mapping[str, str]] = {
    "information-sharing-agreement-0001": "Information sharing agreement 0001",
    "name": "Name",
    "purpose": "Purpose",
    "information-sharing-benefits": "Information sharing benefits",
    "legal-power-disclosure": "Legal power disclosure",
    "disclosed-information": "Disclosed information",
    "controllers": "Controllers",
    "controller-names": "Controller names",
    "information-sharing-method": "Information sharing method",
    "processors": "Processors",
    "processor-names": "Processor names",
    "retention-period": "Retention period",
    "start-date": "Start date",
    "end-date": "End date",
    "review-date": "Review date",
    "contact": "Contact",
    "areas": "Areas",
    "area-names": "Area names",
}
"""The fields by their name in the register, with the heading that people read there."""

NUMBER: Final = "information-sharing-agreement-0001"
_REQUIRED: Final = (
    NUMBER,
    "name",
    "purpose",
    "legal-power-disclosure",
    "disclosed-information",
    "start-date",
)
_DATES: Final = ("start-date", "end-date", "review-date")
_DATE: Final = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?", re.ASCII)
_WHOLE: Final = re.compile(r"[1-9][0-9]{0,6}", re.ASCII)


@dataclass(frozen=True, slots=True)
class SharingAgreement:
    """One agreement: its number in the register, and the values of :data:`FIELDS`; an empty text
    where there is none."""

    number: int
    values: Mapping[str, str]

    @property
    def parties(self) -> tuple[str, ...]:
        """The names of those who control or process what is shared."""
        both = f"{self.values['controller-names']};{self.values['processor-names']}"
        return tuple(name.strip() for name in both.split(";") if name.strip())


@dataclass(frozen=True, slots=True)
class RegisterProblem:
    """What is wrong in a file: the line, counted from 1, the field, what, and what to do."""

    line: int
    field: str
    message: str
    fix: str

    def __str__(self) -> str:
        return f"line {self.line}, {self.field}: {self.message} {self.fix}"


class RegisterRefused(Invalid):
    """The register of data sharing cannot be read: {count} to fix."""

    code = "register_refused"
    next_step = "First: {first}"

    def __init__(self, problems: Sequence[RegisterProblem]) -> None:
        self.problems = tuple(problems)
        count = "one problem" if len(problems) == 1 else f"{len(problems)} problems"
        super().__init__(count=count, first=problems[0])


def read_register(source: bytes) -> tuple[SharingAgreement, ...]:
    """Return the agreements of a CSV file (RFC 4180, UTF-8), in its order.

    Raises:
        RegisterRefused: with every problem found.
    """
    try:
        text = source.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise RegisterRefused(
            [RegisterProblem(1, "file", "It is not UTF-8 text.", "Save it as UTF-8.")]
        ) from None
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    problems: list[RegisterProblem] = []
    agreements: list[SharingAgreement] = []
    try:
        columns = _columns(next(rows, []), problems)
        lines_of: dict[int, int] = {}
        for row in rows:
            if not any(cell.strip() for cell in row):
                continue
            line = rows.line_num
            if len(agreements) == AGREEMENTS:
                problems.append(
                    RegisterProblem(
                        line, "file", f"It has more than {AGREEMENTS:,} agreements.", "Split it."
                    )
                )
                break
            agreement = _agreement(columns, row, line, problems)
            if agreement.number and agreement.number in lines_of:
                first = lines_of[agreement.number]
                problems.append(
                    RegisterProblem(
                        line,
                        NUMBER,
                        f"Agreement {agreement.number} is in line {first} too.",
                        "Keep one of the two.",
                    )
                )
            lines_of.setdefault(agreement.number, line)
            agreements.append(agreement)
    except csv.Error:
        problems.append(
            RegisterProblem(
                rows.line_num, "file", "This is not CSV.", "Check the quotes near this line."
            )
        )
    if problems:
        raise RegisterRefused(problems)
    return tuple(agreements)


def write_register(agreements: Iterable[SharingAgreement]) -> str:
    """Return the agreements as CSV, the field names of the register first."""
    lines = [spreadsheet.csv_line(FIELDS)]
    lines += [
        spreadsheet.csv_line(agreement.values[field] for field in FIELDS)
        for agreement in agreements
    ]
    return "".join(lines)


def _columns(heading: Sequence[str], problems: list[RegisterProblem]) -> list[str]:
    """Return the field of each column, "" for one that is not read."""
    known = {words.lower(): field for field, words in FIELDS.items()} | {
        field: field for field in FIELDS
    }
    columns = [known.get(cell.strip().lower(), "") for cell in heading]
    for cell, field in zip(heading, columns, strict=True):
        if not field and cell.strip():
            problems.append(
                RegisterProblem(
                    1,
                    cell.strip()[:60],
                    "The register has no such field.",
                    f"Remove the column, or call it one of: {', '.join(FIELDS)}.",
                )
            )
    for field in _REQUIRED:
        if field not in columns:
            problems.append(
                RegisterProblem(1, field, "There is no such column.", "Add it to the first line.")
            )
    return columns


def _agreement(
    columns: Sequence[str], row: Sequence[str], line: int, problems: list[RegisterProblem]
) -> SharingAgreement:
    values = dict.fromkeys(FIELDS, "")
    for field, cell in zip(columns, row, strict=False):
        if field:
            values[field] = spreadsheet.unescape_cell(cell).strip()

    def report(field: str, message: str, fix: str) -> None:
        problems.append(RegisterProblem(line, field, message, fix))

    _check(values, set(columns), report)
    number = values[NUMBER]
    return SharingAgreement(int(number) if _WHOLE.fullmatch(number) else 0, values)


def _check(
    values: Mapping[str, str], present: set[str], report: Callable[[str, str, str], None]
) -> None:
    for field in _REQUIRED:
        if field in present and not values[field]:
            report(field, "Nothing is written here.", "Write it: the register asks for it.")
    if values[NUMBER] and not _WHOLE.fullmatch(values[NUMBER]):
        report(NUMBER, "This is no number.", "Write a whole number from 1.")
    for field in _DATES:
        if values[field] and not _DATE.fullmatch(values[field]):
            report(field, "This is no date.", "Write 2026, 2026-11 or 2026-11-30.")
    for field, value in values.items():
        if len(value) > AGREEMENT_TEXT:
            report(field, f"This has {len(value):,} characters.", f"Keep {AGREEMENT_TEXT:,}.")
