"""What an unlabelled value looks like: an e-mail address, a card number, a stored password.

For files that nobody described, such as a leaked one. The patterns are data (``recognise.yaml``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import phonenumbers

from aboveboard.basics import shipped
from aboveboard.kinds import cards, national_ids

PLAIN_PASSWORD = "plain"  # noqa: S105 - the name of a form


@dataclass(frozen=True, slots=True)
class PasswordForm:
    """A form in which passwords are stored: ``bcrypt``, ``hex`` ...

    ``strong``: salted, and slow on purpose, so that a good password stays unreadable.
    """

    name: str
    strong: bool


_AS_TYPED = PasswordForm(PLAIN_PASSWORD, strong=False)


def known_names() -> frozenset[str]:
    """Return the names that :func:`matches` takes."""
    return frozenset(_tests())


def matches(what: str, value: str) -> bool:
    """Return whether a value without spaces around it looks like ``what``.

    Raises:
        KeyError: ``what`` is none of :func:`known_names`.
    """
    return _tests()[what](value)


def password_form(value: str) -> PasswordForm:
    """Return the form of a stored password; ``plain`` is the password itself.

    The first pattern that matches the whole value decides.
    """
    # Tried in one go: of a leaked file each line has a password, which mostly is none of them.
    match = _any_password_form().fullmatch(value.strip())
    return _AS_TYPED if match is None else _password_forms()[int((match.lastgroup or "")[1:])]


def is_phone_of(value: str, region: str) -> bool:
    """Return whether a number written without its country code is one that a country gives out."""
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(value, region))
    except phonenumbers.NumberParseException:
        return False


def are_national_numbers(values: Sequence[str], share: float) -> bool:
    """Return whether at least this share of values are national numbers of one form, by its check
    digits. One digit in ten fits by chance, so a few values say little."""
    least = share * len(values)
    return any(
        sum(1 for value in values if national_ids.normal_form(value, form) is not None) >= least
        for form in national_ids.checked_forms()
    )


@cache
def _tests() -> Mapping[str, Callable[[str], bool]]:
    # ASCII: \d and \w of Unicode would take digits that no system prints.
    patterns = {name: re.compile(text, re.ASCII) for name, text in _data()["values"].items()}
    return {
        **{name: _matcher(pattern) for name, pattern in patterns.items()},
        "card_number": cards.is_number,
        "password_hash": lambda value: password_form(value) is not _AS_TYPED,
    }


def _matcher(pattern: re.Pattern[str]) -> Callable[[str], bool]:
    return lambda value: pattern.fullmatch(value) is not None


@cache
def _password_forms() -> tuple[PasswordForm, ...]:
    return tuple(PasswordForm(row["name"], row["strong"]) for row in _data()["passwords"])


@cache
def _any_password_form() -> re.Pattern[str]:
    """Return what matches any of the forms; the group that closes last says which."""
    patterns = (row["pattern"] for row in _data()["passwords"])
    either = "|".join(f"(?P<f{number}>{pattern})" for number, pattern in enumerate(patterns))
    return re.compile(either, re.ASCII | re.DOTALL)


@cache
def _data() -> Mapping[str, Any]:
    loaded: Mapping[str, Any] = shipped.load(Path(__file__).with_name("recognise.yaml"))
    return loaded
