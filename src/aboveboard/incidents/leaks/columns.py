"""What each column of a leaked file holds: guessed by its name, else by its content,
and confirmed by a person.

The roles a column may have are data (``columns.yaml``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from aboveboard.basics import shipped
from aboveboard.basics.errors import Invalid
from aboveboard.kinds.compared import email_digest
from aboveboard.kinds.recognise import are_national_numbers, is_phone_of, matches
from aboveboard.law.categories import bitmap

_FILE = Path(__file__).with_name("columns.yaml")
_MOST = 0.5
"""The share of a column's non-empty values that must look alike for a guess by content."""

_FULL = 0.5
"""The share of a sample's rows in which a column has a value, for it to be a full one."""

_FEW = 10
"""Values of a column, more of which are worth calling alike."""
_FIRST_ROW = 100_000
"""A column that counts rows begins below this; a longer number may be a person's."""

IGNORE = "ignore"
UNKNOWN = "unknown"
_ALSO_NAMES = frozenset(
    {"nick", "first", "last", "ville", "ort", "land", "title", "handy", "tel", "pan", "portable",
     "rue", "exp", "job", "sex", "user", "mail", "stadt", "city", "street", "order",
     "state", "county", "pass", "handle", "address", "to", "from", "sender", "fn", "cn", "sn"}
)  # fmt: skip
"""Names of columns that are names or words of people too: alone they do not make a header."""


class NothingToMatchBy(Invalid):
    """No column of the file is an e-mail address, a phone number or a customer number."""

    code = "nothing_to_match_by"
    next_step = "Say which column is one of them; else nobody can be found."


class NoSuchRole(Invalid):
    """No column can be taken for {role}."""

    code = "no_such_role"
    next_step = "Use one of: {roles}"


@dataclass(frozen=True, slots=True)
class ColumnRole:
    """What a column may hold. ``bits``: what it exposes; ``index``: the look-up it can
    be matched by, or ""."""

    name: str
    label: str
    bits: int
    index: str
    headers: frozenset[str]
    content: str


@dataclass(frozen=True, slots=True)
class ColumnGuess:
    """What a column was taken for. ``by``: ``header``, ``content`` or ``nothing``.

    ``seen`` of ``filled`` sample values look like it. The values themselves are not shown:
    they are strangers' too.
    """

    position: int
    header: str
    role: str
    by: str
    seen: int
    filled: int


@cache
def roles() -> Mapping[str, ColumnRole]:
    """Return every role by name, in the order in which content is tried."""
    rows: list[dict[str, Any]] = shipped.load(_FILE)["roles"]
    return {
        row["role"]: ColumnRole(
            name=row["role"],
            label=row["label"],
            bits=bitmap([row["category"]]) if row["category"] else 0,
            index=row["index"],
            headers=frozenset(row["headers"]),
            content=row["content"],
        )
        for row in rows
    }


def is_known_name(name: str) -> bool:
    """Whether a name is one that columns are known by, and nobody's own."""
    return _by_header(name) is not None and name.strip().lower() not in _ALSO_NAMES


def is_secret_name(name: str) -> bool:
    """Whether a name is one of a column of passwords: some people's password is that word."""
    role = _by_header(name)
    return role is not None and role.name == "password"


def leads_to_people(name: str) -> bool:
    """Whether a name is one of a column by which people are found, or of their password."""
    role = _by_header(name)
    return role is not None and (bool(role.index) or role.name in ("password", "username"))


def guess(
    header: Sequence[str],
    sample: Sequence[Sequence[str]],
    *,
    regions: Sequence[str] = (),
    pairs: bool = False,
) -> list[ColumnGuess]:
    """Return what each column seems to hold, from its name and some rows.

    A name that says nothing is outweighed by content; a name that says one thing is believed. A
    full column that neither tells is not recognised: it takes the worse reading until somebody
    says what it is. ``regions``: where a number without a country code may be a phone.
    ``pairs``: the second of two columns is a secret, whatever it looks like.
    """
    width = len(header) or max((len(row) for row in sample), default=0)
    known = [name for name in header if is_known_name(name)]
    columns = [
        [row[place].strip() for row in sample if place < len(row) and row[place].strip()]
        for place in range(width)
    ]
    # Twice: whether a column of numbers is phones depends on whether another one holds dates of
    # birth, which only the first round tells.
    contents = [_by_content(filled, regions, dated=False) for filled in columns]
    dated = roles()["birth_date"] in contents
    guesses = []
    for position, filled in enumerate(columns):
        name = header[position] if header else ""
        role, by = _by_header(name), "header"
        if role is not None and role.name == "card_number" and any("@" in each for each in filled):
            role = roles()["email"]  # "Cc" of a message
        if role is None:
            role, by = _by_content(filled, regions, dated=dated), "content"
        # A password may look like anything, also like a row number or a word that nobody needs.
        if pairs and position == 1 and (role is None or not role.bits):
            role, by = roles()["password"], "content"
        if role is None:
            # What nobody recognises counts as a secret until somebody says otherwise (design,
            # invariant 12); a column of row numbers is none, or every file would be one of
            # passwords.
            full = len(filled) >= _FULL * len(sample) and filled and not _counts_rows(filled)
            role, by = roles()[UNKNOWN if full else IGNORE], "nothing"
        seen = sum(1 for value in filled if matches(role.content, value)) if role.content else 0
        # Whatever nobody knows as a column's name may be somebody's own, and is not shown; nor is
        # what an object that it stands in is called.
        name = name.rpartition(".")[2]
        shown = name if 2 * len(known) > len(header) or is_known_name(name) else ""
        guesses.append(ColumnGuess(position, shown, role.name, by, seen, len(filled)))
    return _with_digests(guesses, columns)


def _with_digests(
    guesses: list[ColumnGuess], columns: Sequence[Sequence[str]]
) -> list[ColumnGuess]:
    """Return guesses in which digests are of addresses where nothing else says who a row is of: of
    passwords alone no file is made."""
    if any(roles()[guess.role].index for guess in guesses):
        return guesses
    for guess in guesses:
        values = columns[guess.position]
        like = sum(1 for value in values if email_digest(value) is not None)
        if guess.by != "header" and values and like >= _MOST * len(values):
            place = guess.position
            guesses[place] = replace(guess, role="email_digest", by="content", seen=like)
            break
    return guesses


_PART = r"[^\s\x00-\x1f@:;,|\"'<>]+"
_ADDRESS = re.compile(rf"{_PART}@(?:[\w-]+\.)+[\w-]+")


def is_content_like(content: str, value: str) -> bool:
    """Whether a value looks like what a column holds; several addresses are a column of them."""
    if matches(content, value):
        return True
    if content != "email" or "@" not in value:
        return False
    return not any(sign.isalnum() for sign in _ADDRESS.sub("", value.removeprefix("mailto:")))


def check(chosen: Sequence[str]) -> tuple[str, ...]:
    """Return the confirmed roles, one for each column.

    Raises:
        NoSuchRole: a role is not in the list.
        NothingToMatchBy: none of them can be looked up.
    """
    for role in chosen:
        if role not in roles():
            raise NoSuchRole(role=role, roles=", ".join(roles()))
    # An unknown column may be looked up too: its cells are searched.
    matched = any(roles()[role].index or role == UNKNOWN for role in chosen)
    if not matched and not name_people(chosen):
        raise NothingToMatchBy
    return tuple(chosen)


def name_people(chosen: Sequence[str]) -> bool:
    """Whether columns hold a name and a date of birth, by which somebody may be found."""
    named = "name" in chosen or {"first_name", "last_name"} <= set(chosen)
    return named and "birth_date" in chosen


def _by_header(name: str) -> ColumnRole | None:
    plain = re.sub(r"[\W_]+", "", name.lower())
    last = re.sub(r"[\W_]+", "", name.lower().rpartition(".")[2])
    return next(
        (role for wanted in (plain, last) for role in roles().values() if wanted in role.headers),
        None,
    )


def _by_content(values: Sequence[str], regions: Sequence[str], *, dated: bool) -> ColumnRole | None:
    if not values:
        return None
    for role in roles().values():
        if role.content and sum(
            1 for value in values if is_content_like(role.content, value)
        ) >= _MOST * len(values):
            if role.name == "phone" and not _phones(values, regions, dated=dated):
                # Digits that are no phone are no kind further down the list either; what is left
                # for them is a number of a person.
                break
            return role
    if _numbered(values) or are_national_numbers(values, _MOST):
        return roles()["national_id"]
    return None


def _phones(values: Sequence[str], regions: Sequence[str], *, dated: bool) -> bool:
    """Whether numbers are phones: they say so by a sign, or they are numbers of a country where our
    people live, and no date of birth beside them says that they number people."""
    if sum(1 for value in values if matches("national_id", value)) >= _MOST * len(values):
        return False
    signs = sum(1 for value in values if value[0] in "+0(" or re.search(r"[ ()./-]", value))
    if signs >= _MOST * len(values):
        return True
    if dated or are_national_numbers(values, _MOST):
        return False
    valid = sum(1 for value in values if any(is_phone_of(value, region) for region in regions))
    return valid >= _MOST * len(values)


def _numbered(values: Sequence[str]) -> bool:
    """Whether values are numbers of one length, as those are by which a country knows people."""
    if sum(1 for value in values if matches("national_id", value)) >= _MOST * len(values):
        return True
    lengths = {len(value) for value in values}
    return len(lengths) == 1 and lengths <= set(range(8, 16)) and all(map(str.isdigit, values))


def _counts_rows(values: Sequence[str]) -> bool:
    """Whether a column numbers the rows, or says yes or no: nothing that is anybody's secret."""
    if len(values) > _FEW and len(set(values)) <= 2:
        return True
    if not all(value.isdecimal() and len(value) <= 9 for value in values):
        return False
    numbers = [int(value) for value in values]
    return numbers[0] < _FIRST_ROW and all(a < b for a, b in pairwise(numbers))
