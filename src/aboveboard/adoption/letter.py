"""The letter that says what a changed promise means for its reader. Pure.

What is said of a purpose is said by the promise; the sentences around it are in ``texts.yaml``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from babel.dates import format_date

from aboveboard.adoption.concerned import ChangeMeans, ConcerningChange
from aboveboard.basics import settings, shipped
from aboveboard.delivery.letters import LetterSection, Notice
from aboveboard.promise.explain import purpose_in_words
from aboveboard.promise.model import Promise


def change_letter(
    promised: Promise, changes: Sequence[ConcerningChange], language: str, adopted_at: datetime
) -> Notice:
    """Return the letter about some changes to a promise. ``language``: one of
    ``delivery.templates.LANGUAGES``."""
    words, places = _words(language), _places(promised, language, adopted_at)
    notified = [each for each in changes if each.means is ChangeMeans.TELL]
    sections = [LetterSection("intro", words["headings"]["intro"], _filled(words["intro"], places))]
    for key, some in (
        ("new", [each for each in notified if each.is_new]),
        ("changed", [each for each in notified if not each.is_new]),
        ("ask", [each for each in changes if each.means is ChangeMeans.ASK_AGAIN]),
    ):
        if some:
            items = tuple(_item(promised, each, language) for each in some)
            sentences = _filled(words[key], places)
            sections.append(LetterSection(key, words["headings"][key], sentences, items))
    sections.append(LetterSection("end", words["headings"]["end"], _filled(words["end"], places)))
    return Notice(
        subject=words["subject"].format(**places),
        title=words["title"],
        language=language,
        greeting=words["greeting"],
        greeting_nameless=words["greeting_nameless"],
        sections=tuple(sections),
        sender=promised.organisation.name,
    )


def _item(promised: Promise, change: ConcerningChange, language: str) -> str:
    purpose = promised.purposes[change.purpose]
    spoken = purpose_in_words(promised, purpose, language)
    if change.means is ChangeMeans.ASK_AGAIN:
        question = purpose.question
        asked = question.asks.say(language) if question else spoken.what
        return f"{spoken.title}: {asked} {spoken.line}"
    return f"{spoken.title}: {spoken.what} {spoken.why} {spoken.line} {spoken.choice}".rstrip()


def _places(promised: Promise, language: str, adopted_at: datetime) -> dict[str, str]:
    origin = settings.current().server.origin.rstrip("/")
    origin = origin if "://" in origin else f"https://{origin}"
    day = adopted_at.astimezone(promised.organisation.zone)
    locale = "en_GB" if language == "en" else language
    return {
        "organisation": promised.organisation.name,
        "contact": promised.organisation.contact,
        "day": format_date(day, "long", locale=locale),
        "choices": f"{origin}/you/choices/",
        "notice": f"{origin}/trust/notice/",
    }


def _filled(sentences: Sequence[str], places: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(sentence.format(**places) for sentence in sentences)


@cache
def _words(language: str) -> Mapping[str, Any]:
    words: Mapping[str, Any] = shipped.load(Path(__file__).with_name("texts.yaml"))[language]
    return words
