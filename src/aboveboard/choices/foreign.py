"""Choices that other systems recorded, read from what they export. Pure: text in, rows out.

Each format becomes rows of one form (:class:`ForeignChoice`); a row that cannot be read is a
:class:`BadChoiceRow` with its line, the field, what stands there and what is expected, and stops
none of the others. What each format has, with where it is described:

* ``csv``: ours: a header, and ``email``, ``phone`` or ``customer_number``, ``purpose``, ``answer``
  (yes or no), ``at`` (RFC 3339), and if wanted ``contact``, ``evidence`` and ``confirmed_at``: when
  the address in ``email`` was confirmed (double opt-in).
* ``fides``: the CSV of Ethyca Fides' consent report (``ConsentReportingSchema``): ``email`` or
  ``phone_number``, ``notice_name``, ``preference`` (opt_in, opt_out), ``request_timestamp`` and
  ``id``.
* ``c15t``: a JSON list of its ``consent`` table: ``subjectId`` (or the ``externalId`` of a
  ``subject``), ``purposeIds``, ``status`` (active, withdrawn, expired), ``givenAt``, ``id``.
* ``onetrust``: a JSON list of OneTrust consent receipts: ``identifier``, ``interactionDate``,
  ``purposes`` with ``Id`` and ``TransactionType`` (CONFIRMED; WITHDRAWN, OPT_OUT, NOTGIVEN).
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from aboveboard.choices.state import ChoiceAnswer
from aboveboard.choices.topic import WHOLE

_YES, _NO = ChoiceAnswer.YES, ChoiceAnswer.NO
_ANSWERS: Final[Mapping[str, Mapping[str, ChoiceAnswer]]] = {
    "csv": {"yes": _YES, "no": _NO},
    "fides": {"opt_in": _YES, "opt_out": _NO},
    "c15t": {"active": _YES, "withdrawn": _NO, "expired": _NO},
    "onetrust": {"confirmed": _YES, "withdrawn": _NO, "opt_out": _NO, "notgiven": _NO},
}
FORMATS: Final = tuple(_ANSWERS)


@dataclass(frozen=True, slots=True, repr=False)
class ForeignChoice:
    """One choice as another system has it: ``line`` of the file (of a list, its place from 1).
    ``kind`` and ``who`` say whose it is: personal data, so it is never printed. ``purpose`` is
    still called as there."""

    line: int
    kind: str
    who: str
    purpose: str
    answer: ChoiceAnswer
    at: datetime
    contact: str = WHOLE
    evidence: str = ""
    confirmed_at: datetime | None = None
    """When they confirmed that the e-mail address ``who`` is theirs (double opt-in), where the
    other system has that."""


@dataclass(frozen=True, slots=True)
class BadChoiceRow:
    """A row that was not taken: where, what stands there (nothing of whose it is), and what is
    expected."""

    line: int
    field: str
    expected: str


Row = ForeignChoice | BadChoiceRow


class _Bad(ValueError):
    """A field that cannot be read."""

    def __init__(self, field: str, expected: str) -> None:
        super().__init__(field)
        self.field, self.expected = field, expected


def read_choices(text: str, form: str) -> Iterator[Row]:
    """Yield the rows of a file in the order in which they stand.

    Raises:
        ValueError: it is no file of that form at all.
    """
    places = _lines(text) if form in ("csv", "fides") else _places(text)
    for line, raw in places:
        try:
            yield from _READERS[form](line, raw)
        except _Bad as bad:
            yield BadChoiceRow(line, bad.field, bad.expected)


def _lines(text: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), strict=True)
    try:
        for row in reader:
            yield reader.line_num, {name: value or "" for name, value in row.items() if name}
    except csv.Error as error:
        raise ValueError(f"line {reader.line_num}: {error}") from None


def _places(text: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    listed = json.loads(text)
    if not isinstance(listed, list):
        raise ValueError("it is not a list")
    for place, row in enumerate(listed, 1):
        yield place, row if isinstance(row, dict) else {}


def _csv(line: int, row: Mapping[str, Any]) -> Iterator[Row]:
    kind = next((each for each in ("customer_number", "email", "phone") if row.get(each)), "")
    if not kind:
        raise _Bad("email", "an e-mail address, a phone number or a customer number")
    yield ForeignChoice(
        line,
        kind,
        str(row[kind]).strip(),
        _word(row, "purpose"),
        _answer(row, "answer", "csv"),
        _moment(row, "at"),
        str(row.get("contact", "")).strip(),
        str(row.get("evidence", "")).strip(),
        _moment(row, "confirmed_at") if row.get("confirmed_at") else None,
    )


def _fides(line: int, row: Mapping[str, Any]) -> Iterator[Row]:
    kind, name = ("email", "email") if row.get("email") else ("phone", "phone_number")
    yield ForeignChoice(
        line,
        kind,
        _word(row, name),
        _word(row, "notice_name"),
        _answer(row, "preference", "fides"),
        _moment(row, "request_timestamp"),
        evidence=str(row.get("id", "")),
    )


def _c15t(line: int, row: Mapping[str, Any]) -> Iterator[Row]:
    subject = row.get("subject")
    who = subject.get("externalId") if isinstance(subject, Mapping) else row.get("subjectId")
    if not isinstance(who, str) or not who:
        raise _Bad("subjectId", "whose it is, or a subject with its externalId")
    purposes = row.get("purposeIds")
    if not isinstance(purposes, list) or not all(isinstance(each, str) for each in purposes):
        raise _Bad("purposeIds", "a list of purposes")
    for purpose in purposes:
        yield ForeignChoice(
            line,
            "email" if "@" in who else "customer_number",
            who,
            purpose,
            _answer(row, "status", "c15t"),
            _moment(row, "givenAt"),
            evidence=str(row.get("id", "")),
        )


def _onetrust(line: int, row: Mapping[str, Any]) -> Iterator[Row]:
    who, purposes = _word(row, "identifier"), row.get("purposes")
    if not isinstance(purposes, list) or not all(isinstance(each, dict) for each in purposes):
        raise _Bad("purposes", "a list of purposes, each with Id and TransactionType")
    for purpose in purposes:
        yield ForeignChoice(
            line,
            "email" if "@" in who else "customer_number",
            who,
            _word(purpose, "Id"),
            _answer(purpose, "TransactionType", "onetrust"),
            _moment(row, "interactionDate"),
        )


_READERS: Final[Mapping[str, Callable[[int, Mapping[str, Any]], Iterator[Row]]]] = {
    "csv": _csv,
    "fides": _fides,
    "c15t": _c15t,
    "onetrust": _onetrust,
}


def _word(row: Mapping[str, Any], field: str) -> str:
    value = row.get(field)
    if not isinstance(value, str) or not value.strip():
        raise _Bad(field, "a word")
    return value.strip()


def _answer(row: Mapping[str, Any], field: str, form: str) -> ChoiceAnswer:
    answers = _ANSWERS[form]
    answer = answers.get(str(row.get(field, "")).strip().lower())
    if answer is None:
        raise _Bad(field, f"one of: {', '.join(answers)}")
    return answer


def _moment(row: Mapping[str, Any], field: str) -> datetime:
    text = str(row.get(field, "")).strip()
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise _Bad(field, "a moment with its zone, such as 2026-11-22T09:41:00Z")
    return moment
