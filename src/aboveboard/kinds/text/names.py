"""People, organisations, places and nationalities: runs of words that look like names, judged by
the lists, by their own words and by what stands beside them.

Each run gets points for what it could be; the most points win, if they are enough. The points are
ours, from letters and tickets of several countries, and are no probabilities.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

from aboveboard.kinds.text.lexicon import WordUse, cues
from aboveboard.kinds.text.places import listed_place_end
from aboveboard.kinds.text.span import TextKind, TextSpan, span
from aboveboard.kinds.text.tokens import Passage, TextToken

_INSIDE: Final = re.compile(r"(?<!Mc)(?<!Mac)(?<!De)(?<!Van)(?<!Fitz)(?<=[a-z])[A-Z]")
_QUOTES: Final = {'"': '"', "“": "”", "«": "»", "„": "“"}
_ENOUGH: Final = 1.0
_ENOUGH_OPENING: Final = 1.7
"""A word that opens a sentence has its capital from there."""
_ENOUGH_STRICT: Final = 2.0
_KINDS: Final = {
    "person": TextKind.PERSON,
    "organisation": TextKind.ORGANISATION,
    "place": TextKind.PLACE,
}


@dataclass(slots=True)
class _NameRun:
    """Tokens ``start`` to ``end`` that look like a name, and the points for what it could be."""

    start: int
    end: int
    points: dict[str, float] = field(
        default_factory=lambda: {"person": 0.0, "organisation": 0.0, "place": 0.0}
    )
    why: dict[str, str] = field(default_factory=dict)

    def add(self, makes: str, points: float, why: str) -> None:
        self.points[makes] += points
        if points > 0 and why:
            self.why.setdefault(makes, why)


def spans(passage: Passage, is_free: Callable[[int, int], bool]) -> Iterator[TextSpan]:
    """Yield them, with the titles before names."""
    tokens = passage.tokens
    at = 0
    while at < len(tokens):
        token = tokens[at]
        if token.kind != "word" or not is_free(token.start, token.end):
            at += 1
            continue
        if token.may_be(WordUse.NEVER) and not token.use & (WordUse.TITLE | WordUse.PLACE_PART):
            at += 1
            continue
        if _is_title(passage, at):
            end = _run_end(passage, at + 1, is_free)
            yield span(token.start, token.end, TextKind.TITLE, 0.9, "a title before a name")
            if end > at + 1:
                yield _person(tokens, at + 1, end, 0.95, "behind a title")
            at = max(end, at + 1)
            continue
        if token.may_be(WordUse.NATIONALITY) and (token.capital or passage.small):
            yield span(
                token.start, token.end, TextKind.NATIONALITY, 0.85, "a word for a nationality"
            )
            at += 1
            continue
        listed, country = listed_place_end(passage, at)
        if (
            country
            and (token.capital or passage.small)
            and not _is_name_too(passage, at, listed)
            and not _is_called_so(passage, at)
        ):
            yield span(
                token.start,
                tokens[listed - 1].end,
                TextKind.PLACE,
                0.95,
                "a country",
                "user.contact.address.country",
            )
            at = listed
            continue
        end = max(_run_end(passage, at, is_free), listed if token.capital else at)
        if end > at:
            at_start = _without_opening(passage, at, end)
            if at_start < end:
                yield from _judge(passage, at_start, end)
        at = max(end, at + 1)


def _is_title(passage: Passage, at: int) -> bool:
    tokens, token = passage.tokens, passage.tokens[at]
    if not token.may_be(WordUse.TITLE) or at + 1 >= len(tokens):
        return False
    following = tokens[at + 1]
    named = following.kind == "word" and following.capital and following.line == token.line
    if not named or passage.text[token.end : following.start] != " ":
        return False
    short = token.text.endswith(".") or token.low in {
        "mr",
        "mrs",
        "ms",
        "dr",
        "herr",
        "frau",
        "mme",
    }
    return short or (token.capital and not following.may_be(WordUse.COMMON))


def _is_called_so(passage: Passage, at: int) -> bool:
    """Whether a country stands where only people do: my kid Mali."""
    token = passage.tokens[at]
    before = passage.text_before(token.start)
    return any(
        cue.makes == "person" and cue.weight > 2 and cue.pattern.search(before)
        for cue in cues("before")
    )


def _is_name_too(passage: Passage, at: int, end: int) -> bool:
    """Whether a country is part of a name: Jordan Smith, China Mobile."""
    tokens = passage.tokens
    if end != at + 1 or not tokens[at].use & (WordUse.NAME | WordUse.COMMON) or end >= len(tokens):
        return False
    following = tokens[end]
    return (
        following.kind == "word"
        and following.capital
        and following.line == tokens[at].line
        and passage.text[tokens[at].end : following.start] == " "
    )


def _run_end(passage: Passage, at: int, is_free: Callable[[int, int], bool]) -> int:
    """Return the token behind the run of words that look like a name and begin here."""
    tokens, text = passage.tokens, passage.text
    start, end = at, at
    while at < len(tokens):
        token = tokens[at]
        if token.kind != "word" or not is_free(token.start, token.end):
            if token.text == "&" and at > start and at + 1 < len(tokens) and tokens[at + 1].capital:
                at += 1
                continue
            break
        if at > start and (
            token.line != tokens[at - 1].line
            or text[tokens[at - 1].end : token.start] not in (" ", " & ", "  ", "")
        ):
            break
        if token.capital and not (
            at > start and token.may_be(WordUse.NEVER) and len(token.low) < 5
        ):
            end = at + 1
        elif at == start or not token.may_be(
            WordUse.PARTICLE if passage.small else WordUse.PARTICLE | WordUse.AFTER_NAME
        ):
            break
        at += 1
    return end


def _without_opening(passage: Passage, start: int, end: int) -> int:
    """Return where a run begins without the words that have their capital from the sentence."""
    tokens = passage.tokens
    while start < end:
        token = tokens[start]
        if token.may_be(WordUse.NEVER):
            start += 1
        elif token.opens and token.may_be(WordUse.COMMON) and not passage.small:
            alone = start + 1 == end
            name = token.may_be(WordUse.FIRST_NAME) and (
                alone
                or tokens[start + 1].use & WordUse.NAME
                or not tokens[start + 1].may_be(WordUse.COMMON)
            )
            organisation = not alone and any(
                each.use & (WordUse.ORGANISATION | WordUse.ORGANISATION_END)
                for each in tokens[start + 1 : end]
            )
            if name or organisation:
                break
            start += 1
        else:
            break
    while start < end and not tokens[start].capital:
        start += 1
    return start


def _judge(passage: Passage, start: int, end: int) -> Iterator[TextSpan]:
    tokens = passage.tokens
    if _is_quoted(passage, start, end) or _is_acronym(tokens[start:end]):
        return
    run = _NameRun(start, end)
    _own_words(run, tokens[start:end], passage)
    _neighbours(run, passage)
    _layout(run, passage)
    makes = max(run.points, key=lambda name: run.points[name])
    points = run.points[makes]
    enough = _ENOUGH_STRICT if passage.strict else _ENOUGH
    if (tokens[start].opens or passage.small) and end == start + 1:
        enough = max(enough, _ENOUGH_OPENING)
    if points < enough:
        return
    confidence = min(0.95, 0.3 + points / 8)
    yield span(
        tokens[start].start,
        tokens[end - 1].end,
        _KINDS[makes],
        round(confidence, 2),
        run.why.get(makes, "a capital letter where none is due"),
    )


def _own_words(run: _NameRun, words: tuple[TextToken, ...], passage: Passage) -> None:
    names = [word for word in words if not word.may_be(WordUse.PARTICLE)]
    if not names:
        return
    first, last = names[0], names[-1]
    if first.may_be(WordUse.FIRST_NAME):
        run.add("person", 0.9 if first.may_be(WordUse.COMMON) else 2.0, "a first name of the list")
    if any(word.may_be(WordUse.SURNAME) for word in names[-2:]):
        run.add("person", 0.6 if last.may_be(WordUse.COMMON) else 1.2, "a surname of the list")
    listed, _ = listed_place_end(passage, run.start)
    if listed >= run.end:
        run.add(
            "place",
            1.2 if first.use & WordUse.NAME and len(names) == 1 else 2.2,
            "a place of the list",
        )
    if len(names) > 1 and first.may_be(WordUse.PLACE_PART):
        run.add("place", 0.8, "a word that names of places begin with")
    if last.may_be(WordUse.ORGANISATION_END) and len(names) > 1:
        run.add("organisation", 4.5, "the form of a company")
    elif any(word.may_be(WordUse.ORGANISATION) for word in names[1:] or names):
        run.add("organisation", 2.6, "a word of organisations")
        run.add("person", -1.2, "")
    if (
        any(word.low == "&" for word in words)
        or "&" in passage.text[words[0].start : words[-1].end]
    ):
        run.add("organisation", 2.2, "an ampersand")
    strange = [
        word for word in names if not word.use & (WordUse.COMMON | WordUse.NAME | WordUse.PLACE)
    ]
    if strange and len(strange) == len(names):
        run.add("person", 1.0 if len(names) < 4 else 0.2, "")
        run.add("place", 0.5, "")
        run.add("organisation", 0.4, "")
    common = [word for word in names if word.may_be(WordUse.COMMON)]
    if len(common) == len(names) and not passage.small:
        known = any(word.use & WordUse.NAME for word in names)
        run.add("person", -0.6 if known else -2.4, "")
        run.add("place", -1.2, "")
        run.add("organisation", -1.0, "")
    if passage.small and strange and len(names) == 1:
        run.add("organisation", -1.0, "")
    if any(_INSIDE.search(word.text) and not word.use & WordUse.NAME for word in names):
        run.add("organisation", 2.2, "capitals inside a word")


def _neighbours(run: _NameRun, passage: Passage) -> None:
    tokens = passage.tokens
    start, end = tokens[run.start].start, tokens[run.end - 1].end
    before, after = passage.text_before(start), passage.text_after(end)
    matched: set[str] = set()  # the strongest of each counts
    for cue in cues("before"):
        if cue.makes not in matched and cue.pattern.search(before):
            matched.add(cue.makes)
            run.add(cue.makes, cue.weight, f"behind words that precede a {cue.makes}")
    matched.clear()
    for cue in cues("after"):
        if cue.makes not in matched and cue.pattern.match(after):
            matched.add(cue.makes)
            run.add(cue.makes, cue.weight, f"before words that follow a {cue.makes}")


def _layout(run: _NameRun, passage: Passage) -> None:
    """A name that fills its line: the first of a block is a person's, the next where they work."""
    tokens = passage.tokens
    if tokens[-1].line == 0:
        return
    line = tokens[run.start].line
    before = tokens[run.start - 1] if run.start else None
    if (
        before is not None
        and before.line == line
        and before.text not in (">", "?", "-", "•", ":", "*")
    ):
        return
    if run.end < len(tokens) and tokens[run.end].line == line:
        return
    if run.end - run.start > 5:
        return
    earlier = any(token.capital for token in tokens[: run.start])
    following = tokens[run.end] if run.end < len(tokens) else None
    in_block = following is not None and (
        following.kind == "number" or following.text in ">?" or following.low in {"p.o", "po"}
    )
    named = any(token.use & WordUse.NAME for token in tokens[run.start : run.end])
    if earlier or (in_block and not named and run.end - run.start == 1):
        run.add("organisation", 2.6 if in_block else 1.2, "alone on its line")
    else:
        run.add("person", 1.2 if run.end - run.start == 1 else 1.8, "alone on its line")


def _is_quoted(passage: Passage, start: int, end: int) -> bool:
    """Whether it is all that stands in quotation marks: the name of a song, a book."""
    text, tokens = passage.text, passage.tokens
    left, right = tokens[start].start, tokens[end - 1].end
    opening = text[left - 1 : left] if left else ""
    return end - start > 1 and opening in _QUOTES and text[right : right + 1] == _QUOTES[opening]


def _is_acronym(words: tuple[TextToken, ...]) -> bool:
    word = words[0]
    return (
        len(words) == 1
        and word.text.isupper()
        and len(word.text.rstrip(".")) < 5
        and not word.use & (WordUse.NAME | WordUse.PLACE | WordUse.COUNTRY)
    )


def _person(
    tokens: tuple[TextToken, ...], start: int, end: int, confidence: float, why: str
) -> TextSpan:
    return span(tokens[start].start, tokens[end - 1].end, TextKind.PERSON, confidence, why)
