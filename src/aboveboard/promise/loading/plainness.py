"""Can it be understood? Sentences that customers and staff read are short, in every language."""

from __future__ import annotations

from collections.abc import Iterator

from aboveboard.basics.limits import PLAIN_SENTENCE_WORDS
from aboveboard.basics.plainness import count_words, long_sentences
from aboveboard.promise.loading.lines import Item, Scalar, Table, entries
from aboveboard.promise.loading.problems import ProblemReport


def check(root: Table, report: ProblemReport) -> None:
    """Report each sentence for customers that has more words than
    ``basics.limits.PLAIN_SENTENCE_WORDS``."""
    for text in _texts(root):
        for sentence in long_sentences(text.text):
            report.add(
                text,
                "long_sentence",
                f"A sentence for customers has {count_words(sentence)} words: “{sentence[:50]}…”",
                f"Say it in sentences of at most {PLAIN_SENTENCE_WORDS} words.",
            )


def _texts(root: Table) -> Iterator[Scalar]:
    for purpose in entries(root, "purposes").values():
        for key in ("title", "what", "why"):
            yield from _scalars(entries(purpose).get(key))
        for key in ("title", "what"):
            yield from _scalars(entries(purpose, "for_staff").get(key))
        yield from _scalars(entries(purpose, "retention").get("text"))
        yield from _scalars(entries(purpose, "choice").get("asks"))
        yield from _scalars(entries(purpose).get("interest"))
        yield from _scalars(entries(purpose, "must_provide").get("otherwise"))
    for tool in entries(root, "automated").values():
        for key in ("title", "logic", "consequences", "review"):
            yield from _scalars(entries(tool).get(key))
    for loss in entries(root, "losses").values():
        yield from _scalars(entries(loss).get("text"))


def _scalars(item: Item | None) -> Iterator[Scalar]:
    if isinstance(item, Scalar):
        yield item
    else:
        yield from (entry for entry in entries(item).values() if isinstance(entry, Scalar))
