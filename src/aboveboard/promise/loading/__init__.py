"""Reading a promise file: everything wrong with it at once, each with its line and how to mend it.

Numbered as in :func:`load`:

1. Is it text, and YAML that is safe to read? (``lines``; stops here if not)
2. Is it shaped like a promise? (``shape``, along ``schema``)
3. Does everything named exist, and everything declared serve a purpose? (``references``, ``codes``)
   Does it say of itself, and of its website, what fits together? (``organisation``, ``website``)
4. Would it be lawful? (``lawfulness``)
5. Can it be understood? (``plainness``)
6. Only then is it a promise (``build``).
"""

from __future__ import annotations

from pathlib import Path

from aboveboard.promise.loading import (
    build,
    codes,
    lawfulness,
    lines,
    organisation,
    plainness,
    references,
    shape,
    website,
)
from aboveboard.promise.loading.problems import ProblemReport, PromiseProblem, PromiseRefused
from aboveboard.promise.loading.schema import json_schema
from aboveboard.promise.model import Promise

__all__ = ["SAMPLE", "PromiseProblem", "PromiseRefused", "json_schema", "load", "reread"]

SAMPLE = Path(__file__).parents[1] / "samples" / "retailer.yaml"
"""A whole promise, of a made-up retailer, to start from."""


def load(source: str | bytes, *, name: str) -> Promise:
    """Return the promise that ``source`` (YAML, UTF-8) says; ``name`` is
    what problems call the file.

    Raises:
        PromiseRefused: with every problem found, in the order of the file.
            Nothing else is ever raised.
    """
    report = ProblemReport(name)
    text = lines.decode(source, report)  # 1
    root = lines.read(text, report) if text is not None else None
    # Every step after the first runs whatever the others found: one who writes a promise mends
    # all of it at once, not one line a try.
    if root is not None:
        shape.check(root, report)  # 2
        references.check(root, report)  # 3
        codes.check(root, report)
        organisation.check(root, report)
        website.check(root, report)
        lawfulness.check(root, report)  # 4
        plainness.check(root, report)  # 5
    problems = report.problems()
    if root is None or problems:
        raise PromiseRefused(problems)
    return build.build(root)  # 6


def reread(source: str, *, name: str) -> Promise:
    """Return a promise that was adopted earlier, without judging it again.

    What was sound when it was adopted stays readable when the lists of law move on: a country that
    loses its adequacy must not stop every use of data. ``queries.problems_today`` asks again.

    Raises:
        PromiseRefused: the source is no longer even shaped like a promise.
    """
    report = ProblemReport(name)
    root = lines.read(source, report)
    if root is not None:
        # The shape alone: nothing could be built without it, and the rest was judged when it was
        # adopted.
        shape.check(root, report)
    if root is None or report.collected:
        raise PromiseRefused(report.problems())
    return build.build(root)
