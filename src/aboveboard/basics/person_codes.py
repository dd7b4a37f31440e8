"""The number of a person as people read, say and type it: ``4X7K9-M2Q3R-TD8HW``.

The number itself has 63 bits (``vault.numbers``), 19 digits that nobody copies without a slip. Its
code is the same number in the 32 characters of Crockford's base 32, which leaves out I, L, O and U,
and two more that check it (docs/decisions/0048):

1. The number is written with 13 characters, the highest first.
2. The characters are elements of the field of 32, made with x^5 + x^2 + 1. Two are added so that
   the sum of all 15 is 0, and so is the sum of each times 2^14, 2^13 … 2^0: a Reed–Solomon code of
   distance 3. Any slip in one or two characters, and any two that changed places, are noticed.
3. The two sums of what was typed say what was meant: where one character is wrong, which and what
   it should be; where two neighbours changed places, which.
4. It is read without regard to case, blanks and hyphens; O is 0, I and L are 1, U is V.

The old form, digits alone, is read as before: what is noted in files and letters stays good.
"""

from __future__ import annotations

from typing import Final

from aboveboard.basics.errors import Invalid
from aboveboard.basics.ids import parse_id

_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUES: Final = {
    **{mark: value for value, mark in enumerate(_ALPHABET)},
    "O": 0,
    "I": 1,
    "L": 1,
    "U": _ALPHABET.index("V"),
}
_DATA: Final = 13
_LENGTH: Final = 15
_GROUP: Final = 5
_ORDER: Final = 31
"""How many powers of 2 the field has: 2 is one of its generators."""
_BLANKS: Final = " -\u00a0\u2010\u2011"


class PersonCodeMistyped(Invalid):
    """This is not the number of a person.{meant}"""

    code = "person_code_mistyped"
    next_step = "Compare it with the page or file that you took it from."


def person_code(number: int) -> str:
    """Return the code of a number of a person (0 to 2^63 - 1), in capitals and with hyphens."""
    values = [number >> 5 * place & 31 for place in range(_DATA - 1, -1, -1)]
    total, weighted = _sums([*values, 0, 0])
    # Of the two equations p + q = total and 2 p + q = weighted.
    higher = _divided(total ^ weighted, 3)
    marks = "".join(_ALPHABET[value] for value in (*values, higher, total ^ higher))
    return "-".join(marks[start : start + _GROUP] for start in range(0, _LENGTH, _GROUP))


def parse_person(text: str) -> int | None:
    """Return the number that somebody typed as its code, or as the digits of the old form; None
    where it is neither, or a character is wrong."""
    if (number := parse_id(text.strip())) is not None:
        return number
    values = _read(text)
    return _number(values) if values is not None and _sums(values) == (0, 0) else None


def read_person(text: str) -> int:
    """Return the number that somebody typed, as :func:`parse_person`.

    Raises:
        PersonCodeMistyped: it is none. The error says what was meant, where one character is wrong
            or two neighbours changed places.
    """
    number = parse_person(text)
    if number is None:
        meant = " or ".join(map(person_code, numbers_meant(text)))
        raise PersonCodeMistyped(meant=f" Did you mean to type {meant}?" if meant else "")
    return number


def numbers_meant(text: str) -> tuple[int, ...]:
    """Return the numbers that were meant where one character is wrong, or two neighbours changed
    places: one, seldom two of the latter; none where more is wrong."""
    values = _read(text)
    if values is None:
        return ()
    total, weighted = _sums(values)
    tries: list[list[int]] = []
    if total and weighted:
        place = _LENGTH - 1 - _POWERS.index(_divided(weighted, total))
        if place >= 0:
            tries = [[*values[:place], values[place] ^ total, *values[place + 1 :]]]
    elif weighted:
        # Two that changed places leave their sum as it was.
        swapped = (
            [*values[:place], values[place + 1], values[place], *values[place + 2 :]]
            for place in range(_LENGTH - 1)
        )
        tries = [each for each in swapped if _sums(each) == (0, 0)]
    return tuple(number for each in tries if (number := _number(each)) is not None)


def _read(text: str) -> list[int] | None:
    # The length is asked first: nobody types hundreds of characters.
    if len(text) > 4 * _LENGTH:
        return None
    marks = [mark for mark in text.upper() if mark not in _BLANKS]
    if len(marks) != _LENGTH or any(mark not in _VALUES for mark in marks):
        return None
    return [_VALUES[mark] for mark in marks]


def _number(values: list[int]) -> int | None:
    number = 0
    for value in values[:_DATA]:
        number = number << 5 | value
    return number if number < 2**63 else None  # 13 characters have room for 65 bits


def _powers() -> list[int]:
    powers = [1]
    while len(powers) < _ORDER:
        value = powers[-1] << 1
        powers.append(value ^ 0b100101 if value & 32 else value)  # x^5 = x^2 + 1
    return powers


_POWERS: Final = _powers()
"""2^0, 2^1 … 2^30, in the field."""


def _sums(values: list[int]) -> tuple[int, int]:
    """Return the sum of the characters, and that of each times 2 to the power of its place."""
    total = weighted = 0
    for power, value in enumerate(reversed(values)):
        total ^= value
        if value:
            weighted ^= _POWERS[(_POWERS.index(value) + power) % _ORDER]
    return total, weighted


def _divided(value: int, by: int) -> int:
    return _POWERS[(_POWERS.index(value) - _POWERS.index(by)) % _ORDER] if value else 0
