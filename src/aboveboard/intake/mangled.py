"""Values that a spreadsheet changed before it wrote them: digits rounded off, a zero in front
gone, a number taken for a date. Pure.

A row with one is refused, never guessed at: what is lost cannot be read back, and a customer filed
under ``4.47E+11`` would be found by everybody else whose number was rounded to the same.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import phonenumbers

from aboveboard.basics import shipped
from aboveboard.kinds.kind import FieldKind

_AS_TEXT = "In the spreadsheet, format the column as text, enter the value again and export it."
_SCIENTIFIC = re.compile(r"[+-]?\d(?:[.,]\d+)?E[+-]\d{2,3}", re.IGNORECASE)
_WHOLE = re.compile(r"[+-]?\d+[.,]0+")
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?")
_ERROR = re.compile(r"#(?:[A-Z][A-Z/0_]+[!?]?|N/A|#+)|Err:\d+")
NUMBERS = frozenset(
    {
        FieldKind.PHONE.value,
        FieldKind.CUSTOMER_NUMBER.value,
        FieldKind.NATIONAL_ID.value,
        FieldKind.CARD_NUMBER.value,
        FieldKind.POSTCODE.value,
        FieldKind.DATE.value,
    }
)
"""Kinds that a spreadsheet takes for numbers, and that are none: nobody adds them up."""

_MARKS = ("e+", "E+", "#", "Err:", '="', "\ufeff")
_NEAR_DATE = re.compile(
    r'[,\n] *"? *(?:\d{1,2}[-. ]{1,2}[^\W\d]{3,5}\.?(?:[- ]\d{2,4})?|[^\W\d]{3,5}\.?-\d{2,4})'
    r' *"? *[,\r\n]'
)
"""A whole cell of the form of a shortened date, in any language."""
_LONGEST = 16
"""Characters of the longest number or date that a spreadsheet makes of something else."""


def is_suspicious(block: str) -> bool:
    """Whether :func:`find_damage` may find anything in a block of rows.

    Asked once of thousands of rows: asking each cell of each row would cost an import a tenth of
    its speed, and almost no file has any.
    """
    return any(mark in block for mark in _MARKS) or _NEAR_DATE.search(block) is not None


def find_damage(kind: str, text: str) -> str | None:
    """Return what happened to a value and what to do, to follow the name of its field; None for one
    that nothing happened to.

    ``kind``: with its format. ``text``: trimmed, not empty.
    """
    if len(text) <= _LONGEST and (text[0].isdigit() or text[-1].isdigit()):
        if _SCIENTIFIC.fullmatch(text):
            return f"is a number rounded by a spreadsheet (scientific notation). {_AS_TEXT}"
        if kind not in (FieldKind.DATE, FieldKind.EMAIL) and _dates().fullmatch(text):
            return f"is a date that a spreadsheet made of something else. {_AS_TEXT}"
    if text[0] in "#E=" or "\ufeff" in text:
        if _ERROR.fullmatch(text):
            return "is an error of a spreadsheet's formula. Mend the formula, or empty the cell."
        if text.startswith('="'):
            return f"is a spreadsheet's formula around a value. {_AS_TEXT}"
        if "\ufeff" in text:
            return (
                "holds a byte order mark, as where two files were put together. Import them one by "
                "one."
            )
    return None


def find_lost_zero(kind: str, text: str, country: str) -> str | None:
    """Return the same for a number of digits alone whose zero in front is gone.

    ``country``: where the person lives, ISO 3166, upper case; nothing is known without it.
    """
    if kind == FieldKind.POSTCODE:
        digits = _tables()["postcode_digits"].get(country)
        if digits is not None and len(text) < digits:
            return (
                f"has {len(text)} digits, where postal codes of {country} have {digits}: a zero in "
                f"front may be lost. {_AS_TEXT}"
            )
    if kind == FieldKind.PHONE and text[0] != "0" and _has_trunk_zero(country):
        code = str(phonenumbers.country_code_for_region(country))
        if not text.startswith(code) or len(text) < _min_digits_with_code(country, code):
            return (
                "has neither its 0 in front nor + and the country code: a spreadsheet may have "
                f"taken it. {_AS_TEXT}"
            )
    return None


def find_number_damage(kind: str, text: str) -> str | None:
    """Return the same for what only a field of :data:`NUMBERS` can suffer: asked of every row."""
    if kind == FieldKind.DATE and len(text.partition(".")[0]) == 5 and _SERIAL.fullmatch(text):
        return "is a day as a spreadsheet counts days. Format the column as a date, and export it."
    if text[0] == "'":
        return "begins with an apostrophe, which a spreadsheet hides. Take it away."
    if text[-1] == "0" and _WHOLE.fullmatch(text):
        return f"ends with .0, which a spreadsheet adds to a number. {_AS_TEXT}"
    if kind == FieldKind.CUSTOMER_NUMBER and text.lower() in _placeholders():
        return "is what a program writes where there is no value. Give the number, or no row."
    return None


@cache
def _has_trunk_zero(country: str) -> bool:
    """Whether numbers of a country are dialled with a 0 in front inside it, which belongs to no
    number in E.164 (ITU-T E.123)."""
    metadata = phonenumbers.PhoneMetadata.metadata_for_region(country, None)
    return metadata is not None and metadata.national_prefix == "0"


@cache
def _min_digits_with_code(country: str, code: str) -> int:
    """Return the fewest digits of a number that begins with its country code."""
    metadata = phonenumbers.PhoneMetadata.metadata_for_region(country, None)
    described = metadata.general_desc if metadata is not None else None
    lengths = described.possible_length if described is not None else ()
    return len(code) + max(min((each for each in lengths if each > 0), default=0), 7)


@cache
def _months() -> str:
    months = _tables()["months"]
    return "|".join(sorted(map(re.escape, months), key=len, reverse=True))


@cache
def _dates() -> re.Pattern[str]:
    return re.compile(
        rf"\d{{1,2}}[-. ]{{1,2}}(?:{_months()})\.?(?:[- ]\d{{2,4}})?|(?:{_months()})\.?-\d{{2,4}}",
        re.IGNORECASE,
    )


@cache
def _placeholders() -> frozenset[str]:
    return frozenset(_tables()["placeholders"])


@cache
def _tables() -> dict[str, Any]:
    tables: dict[str, Any] = shipped.load(Path(__file__).with_name("spreadsheets.yaml"))
    return tables
