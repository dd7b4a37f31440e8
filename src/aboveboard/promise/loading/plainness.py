"""Can it be understood? Sentences that customers read are short, in every language."""

from __future__ import annotations

import re
from collections.abc import Iterator

from aboveboard.basics.limits import PLAIN_SENTENCE_WORDS
from aboveboard.promise.loading.lines import Item, Scalar, Table, entries
from aboveboard.promise.loading.problems import Report

_END = re.compile(r"[.!?:;]+(?=\s|$)|\n\n")
_WORD = re.compile(r"\w[\w'’@.-]*")


def check(root: Table, report: Report) -> None:
    """Report each text for customers that has a sentence of more than
    ``limits.PLAIN_SENTENCE_WORDS`` words."""
    for text in _texts(root):
        for sentence in _END.split(text.text):
            count = len(_WORD.findall(sentence))
            if count > PLAIN_SENTENCE_WORDS:
                message = f"A sentence for customers has {count} words: “{sentence.strip()[:50]}…”"
                report.add(
                    text,
                    "long_sentence",
                    message,
                    f"Say it in sentences of at most {PLAIN_SENTENCE_WORDS} words.",
                )


def _texts(root: Table) -> Iterator[Scalar]:
    for purpose in entries(root, "purposes").values():
        for key in ("title", "what", "why"):
            yield from _scalars(entries(purpose).get(key))
        yield from _scalars(entries(purpose, "retention").get("text"))
        yield from _scalars(entries(purpose, "choice").get("asks"))
    for loss in entries(root, "losses").values():
        yield from _scalars(entries(loss).get("text"))


def _scalars(item: Item | None) -> Iterator[Scalar]:
    if isinstance(item, Scalar):
        yield item
    else:
        yield from (entry for entry in entries(item).values() if isinstance(entry, Scalar))
