"""The password policy for the organisation's other systems: what it is, which leaked passwords have
a SHA-1 that begins with five digits, and a check. No password comes here, nor a digest that could
be guessed: five digits are shared by a million passwords.

What a system does with a new password: it counts its characters, lets zxcvbn estimate the guesses,
and makes the SHA-1; it sends the length, the estimate and the first five digits; it looks itself
whether its last 35 digits are among those that come back.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from msgspec import Meta, Struct

from aboveboard.accounts.gate import client_of
from aboveboard.api import rate_limit
from aboveboard.api.description import KEY, NUMBER
from aboveboard.api.endpoint import LOOK_UPS, as_json, get, post
from aboveboard.api.shapes import WORD
from aboveboard.credentials import limits, queries
from aboveboard.credentials.policy import PasswordProblem, is_easy, length_problem
from aboveboard.credentials.words import problem_sentence

_DIGITS = "^[0-9A-Fa-f]{5}$"
PREFIX: dict[str, Any] = {**NUMBER, "name": "prefix", "schema": {"type": "string"}}
PREFIX["schema"]["pattern"] = _DIGITS
"""The first five digits of a SHA-1, in an address."""


class PasswordPolicyOut(Struct):
    """What may be a password. ``words``: those that it must not be made of, beside the person's
    own. ``least_guesses_log10``: fewest guesses, by zxcvbn, as a decimal logarithm. Nothing is
    asked about kinds of characters, and no password runs out."""

    length: int
    length_with_second_factor: int
    longest: int
    least_guesses_log10: float
    words: list[str]
    normal_form: str = "NFC"
    composition_rules: bool = False
    expires: bool = False


class PasswordRangeOut(Struct):
    """The last 35 digits of each SHA-1 that begins with the prefix, with how many leaked accounts
    had it, about. A row with 0 is made up, so that the size of the answer tells nothing: pass
    over it."""

    prefix: str
    suffixes: dict[str, int]


class PasswordCheckIn(Struct, forbid_unknown_fields=True, frozen=True):
    """What may be told of a password: its ``length`` in code points of its normal form (NFC), the
    first five hexadecimal digits of the SHA-1 of that form's UTF-8 (``prefix``), and zxcvbn's
    estimate of the guesses. ``second_factor``: one is asked for besides. ``language``: of the
    sentences."""

    length: Annotated[int, Meta(ge=0, le=2**31 - 1)]
    # In Python $ lets a line break through, so the length is bounded too.
    prefix: Annotated[str, Meta(pattern=_DIGITS, max_length=5)]
    guesses_log10: Annotated[float, Meta(ge=0, le=1_000_000)] | None = None
    second_factor: bool = False
    language: Annotated[Literal["en", "fr", "de"], WORD] = "en"


class PasswordProblemOut(Struct):
    """Why it may not be a password: a code, and a sentence to show to the person."""

    code: str
    sentence: str


class PasswordCheckOut(Struct):
    """Whether anything that was told is wrong. ``allowed`` is said of that alone: where the last 35
    digits are in ``suffixes`` with a number above 0, it may not be a password, and ``breached`` is
    the sentence to show. ``suffixes`` is null where no list of leaked passwords is there."""

    allowed: bool
    problems: list[PasswordProblemOut]
    suffixes: dict[str, int] | None
    breached: str


@get("The password policy", PasswordPolicyOut)
def get_password_policy(request: HttpRequest) -> HttpResponse:
    """Return what may be a password, at every door of the organisation."""
    rule = queries.policy()
    return as_json(
        PasswordPolicyOut(
            rule.length,
            rule.length_with_second_factor,
            limits.LONGEST_PASSWORD,
            limits.LEAST_GUESSES_LOG10,
            list(rule.words),
        )
    )


@get("Leaked passwords by prefix", PasswordRangeOut, statuses=LOOK_UPS, parameters=[PREFIX])
def get_password_range(request: HttpRequest, prefix: str) -> HttpResponse:
    """Return the leaked passwords whose SHA-1 begins with five hexadecimal digits, padded. 404
    (`no_breached_list`): there is no list here."""
    rate_limit.take_tokens(client_of(request).id)
    digits = prefix.upper()
    return as_json(PasswordRangeOut(digits, queries.padded_suffixes(digits)))


@post("Check a password without sending it", PasswordCheckIn, PasswordCheckOut, parameters=[KEY])
def post_password_check(request: HttpRequest, asked: PasswordCheckIn) -> HttpResponse:
    """Say what is wrong with a password by what may be told of it, in words for the person, and
    give the leaked ones that it must be held against."""
    rate_limit.take_tokens(client_of(request).id)
    least = queries.policy().least(second_factor=asked.second_factor)
    problems = []
    if problem := length_problem(asked.length, least):
        problems.append(problem)
    elif asked.guesses_log10 is not None and is_easy(asked.guesses_log10):
        problems.append(PasswordProblem.EASY)
    try:
        suffixes = queries.padded_suffixes(asked.prefix.upper())
    except queries.NoBreachedList:
        suffixes = None
    with translation.override(asked.language):
        shown = [PasswordProblemOut(each.value, problem_sentence(each, least)) for each in problems]
        breached = problem_sentence(PasswordProblem.BREACHED, least)
    return as_json(PasswordCheckOut(not problems, shown, suffixes, breached))
