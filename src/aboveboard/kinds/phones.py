"""Phone numbers in E.164, by tables of each country's numbering plan.

The library takes 40 to 80 µs for a number, for each country that it is tried in: of a leaked file
that was nine tenths of the work. What is written with digits, spaces and the usual signs is decided
here by the same data and the same steps, in 2 to 10 µs; anything else is left to the library, which
is also the oracle of the test (``docs/decisions/0036``). Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import phonenumbers

NOT_POSSIBLE: Final = ""
"""What stands for the answer that no number of that country is so long, or so short."""

_USUAL: Final = re.compile(r"[ (]*+(\+?)[ (]*+[0-9][0-9 ()./-]{0,40}", re.ASCII)
"""Signs that the library passes over between digits. No letter among them: those begin extensions,
and are dialled on a keypad."""
_CODES: Final = {str(code) for code in phonenumbers.COUNTRY_CODE_TO_REGION_CODE}
_CODE_DIGITS: Final = 3
_SHORTEST: Final = 3
"""Fewest digits behind an international prefix, or a country code; the library refuses fewer with
errors of its own."""


@dataclass(frozen=True, slots=True)
class _NumberingPlan:
    """How numbers of a country are dialled: what the library's metadata say of it."""

    code: str
    abroad: str | re.Pattern[str]
    """What is dialled before a country code."""
    trunk: str | re.Pattern[str]
    """What is dialled inside the country and belongs to no number in E.164."""
    transformed: bool
    """Whether some numbers change otherwise, too."""
    general: re.Pattern[str]
    lengths: frozenset[int]
    local: frozenset[int]
    longest: int
    possible: frozenset[int]
    """The lengths of the first country that has this code: those that share it (the Channel
    Islands, North America) are held to them."""

    def is_longer(self, number: str) -> bool:
        """Whether a number has more digits than any."""
        return len(number) > self.longest and len(number) not in self.local

    def without_trunk(self, number: str) -> str | None:
        """Return a number without its trunk prefix; None where that is not all that changes."""
        if isinstance(self.trunk, str):
            if not self.trunk or not number.startswith(self.trunk):
                return number
            rest = number[len(self.trunk) :]
        elif (match := self.trunk.match(number)) is None:
            return number
        elif self.transformed and (not match.groups() or match.groups()[-1] is not None):
            return None
        else:
            rest = number[match.end() :]
        if self.general.fullmatch(number) and not self.general.fullmatch(rest):
            return number
        return rest

    def number_abroad(self, digits: str) -> str | None:
        """Return what is dialled behind an international prefix; None where there is none."""
        if isinstance(self.abroad, str):
            if not self.abroad or not digits.startswith(self.abroad):
                return None
            rest = digits[len(self.abroad) :]
        elif (match := self.abroad.match(digits)) is None:
            return None
        else:
            rest = digits[match.end() :]
        return None if rest.startswith("0") else rest  # no country code begins with 0


def e164(text: str, digits: str, regions: Iterable[str | None]) -> list[str]:
    """Return a number in E.164 for each of ``regions`` (ISO 3166, upper case) in which it is
    possible, and :data:`NOT_POSSIBLE` for the others. ``text``: as it was written; ``digits``: its
    digits as 0 to 9."""
    shape = _USUAL.fullmatch(text)
    if shape is None:
        return [by_library(text, digits, region) for region in regions]
    if shape[1] and (abroad := _international(digits)) is not None:
        return [abroad for _ in regions]  # with its country code it is the same everywhere
    answers = []
    for region in regions:
        answer = None if shape[1] else _national(digits, _plan_of(region))
        answers.append(by_library(text, digits, region) if answer is None else answer)
    return answers


def by_table(text: str, digits: str, region: str | None) -> str | None:
    """Return the same for one region where the tables are sure of it, else None."""
    shape = _USUAL.fullmatch(text)
    if shape is None:
        return None
    return _international(digits) if shape[1] else _national(digits, _plan_of(region))


def by_library(text: str, digits: str, region: str | None) -> str:
    """Return the same for one region, as the library answers."""
    try:
        parsed = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return NOT_POSSIBLE
    # Possible and not valid: lists of valid numbers lag behind, and whoever has a new one must be
    # found too.
    # A letter is no digit, though the library dials it on a keypad: an O for a zero would be a six,
    # and find somebody else.
    if phonenumbers.is_possible_number(parsed) and str(parsed.national_number) in digits:
        return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    return NOT_POSSIBLE


def _international(digits: str) -> str | None:
    """Read what stands behind a + or an international prefix."""
    # No code of a country begins another one (ITU-T E.164), and none begins with 0.
    for size in range(1, _CODE_DIGITS + 1):
        if (code := digits[:size]) in _CODES:
            return _in_plan(digits[size:], _plan_of_code(code))
    return None


def _national(digits: str, plan: _NumberingPlan | None) -> str | None:
    """Read what is dialled inside a country, or from there to another one."""
    if plan is None:
        return NOT_POSSIBLE
    if (abroad := plan.number_abroad(digits)) is not None:
        return _international(abroad) if len(abroad) >= _SHORTEST else None
    if digits.startswith(plan.code):
        # The country code without a + before it: only where the number is none with it.
        rest = plan.without_trunk(digits[len(plan.code) :])
        if rest is None:
            return None
        general = plan.general
        if plan.is_longer(digits) or (general.fullmatch(rest) and not general.fullmatch(digits)):
            return _in_plan(rest, _plan_of_code(plan.code))
    return _in_plan(digits, plan)


def _in_plan(number: str, plan: _NumberingPlan) -> str | None:
    if len(number) < _SHORTEST or (rest := plan.without_trunk(number)) is None:
        return None
    # A prefix is one only where what follows can be a number, or is too long for any.
    if rest != number and (len(rest) in plan.lengths or plan.is_longer(rest)):
        number = rest
    return f"+{plan.code}{number}" if len(number) in plan.possible else NOT_POSSIBLE


@cache
def _plan_of(region: str | None) -> _NumberingPlan | None:
    """Return the plan of a country; None for what is none."""
    if region not in phonenumbers.SUPPORTED_REGIONS:
        return None
    return _plan(phonenumbers.PhoneMetadata.metadata_for_region(region))


@cache
def _plan_of_code(code: str) -> _NumberingPlan:
    """Return the plan of the first country that has a code, or of what has it instead of one."""
    return _plan(_metadata_of_code(int(code)))


def _metadata_of_code(code: int) -> Any:
    region = phonenumbers.region_code_for_country_code(code)
    return phonenumbers.PhoneMetadata.metadata_for_region_or_calling_code(code, region)


# Any: its types allow a plan without a code or a pattern; every country and code has both.
def _plan(metadata: Any) -> _NumberingPlan:
    general, first = metadata.general_desc, _metadata_of_code(metadata.country_code).general_desc
    return _NumberingPlan(
        code=str(metadata.country_code),
        abroad=_prefix(metadata.international_prefix),
        trunk=_prefix(metadata.national_prefix_for_parsing),
        transformed=bool(metadata.national_prefix_transform_rule),
        general=re.compile(general.national_number_pattern),
        lengths=frozenset(general.possible_length),
        local=frozenset(general.possible_length_local_only),
        longest=max(general.possible_length),
        possible=frozenset((*first.possible_length, *first.possible_length_local_only)),
    )


def _prefix(pattern: str | None) -> str | re.Pattern[str]:
    """Return a prefix: its digits where they are always the same, "" where there is none."""
    return re.compile(pattern) if pattern and not pattern.isdigit() else pattern or ""
