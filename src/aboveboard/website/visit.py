"""What a page of the website sends when its visitor has chosen, read and checked. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from aboveboard.basics.errors import Invalid
from aboveboard.promise.model import Promise
from aboveboard.website.asked import asked_purposes, revision_of
from aboveboard.website.work import is_done, stamp

_VISITOR: Final = re.compile("[0-9a-f]{32}")
_LANGUAGE: Final = re.compile("[a-z]{2}")
HOW: Final = ("all", "none", "each", "frame")
"""By which button: everything, nothing, each purpose by itself, or that of a blocked frame."""
_KEYS: Final = frozenset({"id", "promise", "revision", "language", "how", "gpc", "answers", "work"})


class VisitorChoiceRefused(Invalid):
    """What the page sent is no choice of a visitor: {why}."""

    code = "visitor_choice_refused"
    next_step = "Load the page again, and choose again."


@dataclass(frozen=True, slots=True)
class Visit:
    """A visitor's answers as they were sent. ``proved``: with the work that was asked."""

    visitor: str
    promise: int
    revision: str
    language: str
    how: str
    gpc: bool
    answers: Mapping[str, bool]
    work: str


def read(body: bytes) -> Visit:
    """Return what a body says.

    Raises:
        VisitorChoiceRefused: it is not what the panel sends.
    """
    try:
        sent = json.loads(body)
    except (ValueError, RecursionError):
        raise VisitorChoiceRefused(why="it is not JSON") from None
    if not isinstance(sent, dict) or not sent.keys() <= _KEYS:
        raise VisitorChoiceRefused(why="it has other members than the panel sends")
    visit = Visit(
        visitor=_text(sent, "id"),
        promise=sent.get("promise", 0),
        revision=_text(sent, "revision"),
        language=_text(sent, "language"),
        how=_text(sent, "how"),
        gpc=sent.get("gpc", False),
        answers=sent.get("answers", {}),
        work=_text(sent, "work"),
    )
    if not _is_formed(visit):
        raise VisitorChoiceRefused(why="a member is not of its form")
    return visit


def _text(sent: Mapping[str, Any], key: str) -> str:
    value = sent.get(key, "")
    return value if isinstance(value, str) else ""


def _is_formed(visit: Visit) -> bool:
    return (
        _VISITOR.fullmatch(visit.visitor) is not None
        and _LANGUAGE.fullmatch(visit.language) is not None
        and visit.how in HOW
        # A number, and not True, which is one in Python; no larger than a serial can be.
        and type(visit.promise) is int
        and 0 < visit.promise < 2**31
        and type(visit.gpc) is bool
        and isinstance(visit.answers, dict)
        and all(type(answer) is bool for answer in visit.answers.values())
    )


def check(visit: Visit, promise: Promise) -> bool:
    """Return whether the work was done, given the promise of the version that the visit names.

    Raises:
        VisitorChoiceRefused: that promise asks something else.
    """
    asked = asked_purposes(promise)
    if visit.revision != revision_of(promise) or visit.answers.keys() != asked.keys():
        raise VisitorChoiceRefused(why="it answers other questions than that promise asks")
    # In the order of the promise, as the panel goes through them.
    return is_done(
        stamp(visit.visitor, visit.revision, (visit.answers[key] for key in asked)), visit.work
    )
