"""All finders over one text, the surest first."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Final

from aboveboard.kinds.limits import TEXT_CHARS
from aboveboard.kinds.text import addresses, dates, names, numbers, structured, telephones
from aboveboard.kinds.text.span import Claims, TextSpan
from aboveboard.kinds.text.tokens import Passage, languages_of

_STRUCTURED: Final[tuple[Callable[[str], Iterable[TextSpan]], ...]] = (
    structured.spans,
    numbers.spans,
    dates.spans,
    telephones.spans,
)


def find(text: str, *, languages: Collection[str] = ()) -> list[TextSpan]:
    """Return the personal data in a text, in its order; no two overlap.

    ``languages``: two-letter codes of what it may be written in; where none is given, its small
    words tell. Of a text longer than ``TEXT_CHARS`` each piece of that length is read by itself.
    """
    if len(text) <= TEXT_CHARS:
        return _find(text, languages)
    spans: list[TextSpan] = []
    start = 0
    while start < len(text):
        end = _break(text, start)
        spans += (
            TextSpan(
                each.start + start,
                each.end + start,
                each.kind,
                each.category,
                each.confidence,
                each.evidence,
            )
            for each in _find(text[start:end], languages)
        )
        start = end
    return spans


def mask(text: str, spans: Iterable[TextSpan]) -> str:
    """Return the text with each span replaced by its kind: ``Dear [person]``.

    Spans may stand in any order; of two that overlap, the first counts.
    """
    parts: list[str] = []
    at = 0
    for each in sorted(spans):
        if each.start >= at:
            parts += (text[at : each.start], f"[{each.kind.value}]")
            at = each.end
    return "".join((*parts, text[at:]))


def _find(text: str, languages: Collection[str]) -> list[TextSpan]:
    claims = Claims(len(text))
    for finder in _STRUCTURED:
        claims.claim(finder(text))
    passage = Passage.of(text, languages or languages_of(text))
    claims.claim(addresses.spans(passage, claims.is_free))
    claims.claim(names.spans(passage, claims.is_free))
    return sorted(claims.spans)


def _break(text: str, start: int) -> int:
    """Return where to end a piece: behind a line or a word, so that no value is cut."""
    end = start + TEXT_CHARS
    if end >= len(text):
        return len(text)
    for mark in ("\n", " "):
        if (at := text.rfind(mark, start + TEXT_CHARS // 2, end)) > 0:
            return at + 1
    return end
