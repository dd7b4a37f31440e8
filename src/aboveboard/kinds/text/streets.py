"""A street with its number, at a token: "12 High Street", "9 rue de la Paix", "Ziegelgasse 26".

What says that it is one: a word for streets, a number before it, a number following it. How much is
enough, and what an address before or following adds, is for ``addresses``.
"""

from __future__ import annotations

from typing import Final

from aboveboard.kinds.text.lexicon import WordUse, street_ends, street_starts
from aboveboard.kinds.text.tokens import Passage, TextToken

_MOST_WORDS: Final = 6
_MOST_DIGITS: Final = 5
_SHORTEST: Final = 7
"""Letters of a word that is a street by its end: Ringweg, and not Berg."""


def street_end(passage: Passage, start: int) -> tuple[int, float]:
    """Return the token following the street that begins here (the same token: none does), and how
    much it looks like one: 2.6 for a word of streets, 1 for each number, less without any."""
    tokens = passage.tokens
    first = _numbers_end(passage, start)
    end = _names_end(passage, start, first)
    if end == first:
        return start, 0
    worded = any(is_street(token, among_others=first > start) for token in tokens[first:end])
    worded = worded or any(is_street(token, among_others=True) for token in tokens[first + 1 : end])
    names = end
    if is_number(tokens, end) and _adjoins(passage, end) and len(tokens[end].text) <= _MOST_DIGITS:
        end += 1
    numbers, numbered = first > start, end > names
    if not numbers and not (_may_begin(tokens[start], worded) or _begins_small(tokens, start, end)):
        return start, 0
    if not numbers and not numbered:
        alone = names - first == 1
        if not worded or (alone and not tokens[first].low.endswith(street_ends())):
            return start, 0
        if alone and end < len(tokens) and tokens[end].capital and _adjoins(passage, end):
            return start, 0  # "Northgate Insurance"
        # A name may end as a street does, without being one: Guus Overdijk.
        return end, 1.7 if any(token.may_be(WordUse.STREET) for token in tokens[first:end]) else 1.0
    return end, 2.6 * worded + numbers + numbered


def is_street(token: TextToken, *, among_others: bool) -> bool:
    """Whether a word is one for streets; some are only beside others: "Drive", "via"."""
    if token.may_be(WordUse.STREET):
        return among_others
    return (
        len(token.low) >= _SHORTEST
        and not token.may_be(WordUse.COMMON)
        and token.low.endswith(street_ends())
    )


def is_number(tokens: tuple[TextToken, ...], at: int) -> bool:
    """Whether there is a token and it is a number."""
    return at < len(tokens) and tokens[at].kind == "number"


def _numbers_end(passage: Passage, start: int) -> int:
    at = start
    while at - start < 2 and is_number(passage.tokens, at):
        if len(passage.tokens[at].text) > _MOST_DIGITS + 1 or (
            at > start and not _adjoins(passage, at)
        ):
            break
        at += 1
    return at


def _names_end(passage: Passage, start: int, first: int) -> int:
    """Return the token following the words of the street, which begin at ``first``."""
    tokens = passage.tokens
    at, seen = first, False
    while at < len(tokens) and at - first < _MOST_WORDS:
        token = tokens[at]
        if token.kind != "word" or (at > start and not _adjoins(passage, at)):
            break
        street = is_street(token, among_others=at > start)
        unit = token.may_be(WordUse.UNIT) and at > first and not street
        if unit and is_number(tokens, at + 1):
            break
        # "12 High Street London": the town begins where the street ended, unless the word for it
        # came first: "rue de la Paix".
        following = seen and first > start and not street and not is_number(tokens, at + 1)
        if following and not _came_first(tokens, first, at):
            break
        if not (street or _may_be_in_one(token, passage)):
            break
        seen = seen or street
        at += 1
    while (
        at > first
        and not tokens[at - 1].capital
        and not is_street(tokens[at - 1], among_others=True)
    ):
        at -= 1
    return at


def _may_be_in_one(token: TextToken, passage: Passage) -> bool:
    if token.may_be(WordUse.PARTICLE):
        return True
    if token.may_be(WordUse.NEVER):
        return False
    # A word of another language, written small: velký průhon.
    return token.capital or (not token.may_be(WordUse.COMMON) and not passage.strict)


def _begins_small(tokens: tuple[TextToken, ...], start: int, end: int) -> bool:
    return end > start + 1 and tokens[start].low in street_starts() and tokens[start + 1].capital


def _may_begin(token: TextToken, worded: bool) -> bool:
    """Whether a name can begin a street that has no number before it."""
    if token.may_be(WordUse.NEVER) or (token.opens and token.may_be(WordUse.COMMON) and not worded):
        return False
    return token.capital and not token.may_be(WordUse.UNIT | WordUse.TITLE)


def _came_first(tokens: tuple[TextToken, ...], first: int, at: int) -> bool:
    if tokens[at - 1].may_be(WordUse.PARTICLE):
        return True
    return all(
        is_street(token, among_others=True) or not token.capital for token in tokens[first:at]
    )


def _adjoins(passage: Passage, at: int) -> bool:
    """Whether only a space, an apostrophe or a full stop is between a token and the one before."""
    tokens = passage.tokens
    gap = passage.text[tokens[at - 1].end : tokens[at].start]
    return "\n" not in gap and not gap.strip(" '’.")
