"""Towns, regions and countries: by the lists, and in an address by where they stand."""

from __future__ import annotations

import re
from typing import Final

from aboveboard.kinds.text.lexicon import WordUse, longer_places
from aboveboard.kinds.text.tokens import Passage

_MOST_WORDS: Final = 5
_ALIAS: Final = re.compile(r" ?\([^()\n]{2,40}\)")


def listed_place_end(passage: Passage, at: int) -> tuple[int, bool]:
    """Return the token behind the longest place or country of the lists that begins at a token
    (the token itself: none does), and whether it is a country."""
    tokens = passage.tokens
    for words, country in longer_places().get(tokens[at].low, ()):
        end = at + len(words)
        if end <= len(tokens) and all(
            token.low == word for token, word in zip(tokens[at:end], words, strict=True)
        ):
            return end, country
    token = tokens[at]
    if token.may_be(WordUse.COUNTRY):
        return at + 1, True
    return at + token.may_be(WordUse.PLACE), False


def place_end(passage: Passage, at: int, *, in_address: bool) -> int:
    """Return the token behind the place that begins at a token; the token itself: none does.

    In an address any name is one, if it ends at a line, a comma or a number.
    """
    tokens, text = passage.tokens, passage.text
    first = tokens[at]
    if first.kind != "word":
        return at
    listed, _ = listed_place_end(passage, at)
    if listed > at and (first.capital or passage.small):
        return listed
    if not in_address or first.use & (WordUse.NEVER | WordUse.TITLE):
        return at
    end = at
    whole_line = passage.small and _is_whole_line(passage, at)
    while end < len(tokens) and end - at < _MOST_WORDS and tokens[end].line == first.line:
        token = tokens[end]
        if token.kind != "word" or (
            end > at and text[tokens[end - 1].end : token.start].strip(" .'’")
        ):
            break
        if token.may_be(WordUse.NEVER) and not token.may_be(WordUse.PARTICLE):
            break
        if end > at and listed_place_end(passage, end)[1]:
            break  # the country is a part of its own
        if not (token.capital or whole_line or (end > at and token.may_be(WordUse.PARTICLE))):
            break
        end += 1
    while end > at and tokens[end - 1].may_be(WordUse.PARTICLE) and not tokens[end - 1].capital:
        end -= 1
    if end == at:
        return at
    if first.may_be(WordUse.COMMON) and not whole_line and tokens[at - 1].text == ".":
        return at  # the next sentence
    if (
        end < len(tokens)
        and tokens[end].kind == "number"
        and len(tokens[end].text) < 3
        and tokens[end].line == first.line
    ):
        end += 1  # a district: Praha 7
    if alias := _ALIAS.match(text, tokens[end - 1].end):
        while end < len(tokens) and tokens[end].start < alias.end():
            end += 1
    return end


def _is_whole_line(passage: Passage, at: int) -> bool:
    tokens = passage.tokens
    return at > 0 and tokens[at - 1].line < tokens[at].line
