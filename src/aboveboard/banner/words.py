"""The words of the panel in one language: a few of its own, the rest the promise's."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from aboveboard.basics import shipped
from aboveboard.promise import explain
from aboveboard.promise.model import Promise, WebsitePart
from aboveboard.promise.website_words import kept_in_words
from aboveboard.website.asked import AskedPurpose, asked_purposes

LANGUAGES: Final = ("en", "fr", "de")
"""Those that the panel is written in; a page in another one gets English."""


def words(promise: Promise, language: str, *, origin: str) -> Mapping[str, Any]:
    """Return everything that the panel says. ``origin``: where our own pages are."""
    own = _panel_words()[language]
    spoken = promise.in_language(language)
    asked = asked_purposes(spoken)
    titles = [each.purpose.title for each in asked.values()]
    gpc = [
        spoken.purposes[key].title
        for key in (promise.website.refused_by_gpc if promise.website else ())
        if key in asked
    ]
    who = promise.organisation.name
    necessary = promise.website.necessary if promise.website else WebsitePart()
    return {
        **{key: text.format(organisation=who) for key, text in own["texts"].items()},
        "language": language,
        "titles": titles,
        "gpc": own["gpc"].format(purposes=", ".join(own["quoted"].format(title) for title in gpc)),
        "frame": own["frame"],
        "more": [own["more"].format(organisation=who), f"{origin}/trust/promise/"],
        "necessary": _browser_facts(necessary, own, language),
        "purposes": [_purpose(spoken, each, own, language) for each in asked.values()],
    }


def _purpose(
    spoken: Promise, asked: AskedPurpose, own: Mapping[str, Any], language: str
) -> Mapping[str, Any]:
    in_words = explain.purpose_in_words(spoken, asked.purpose, language)
    return {
        "key": in_words.key,
        "title": in_words.title,
        "text": f"{in_words.what} {in_words.why}",
        "facts": [
            *_browser_facts(asked.part, own, language),
            [own["facts"]["held"], in_words.held],
            [own["facts"]["shared"], in_words.shared],
            [own["facts"]["kept"], in_words.kept],
        ],
    }


def _browser_facts(part: WebsitePart, own: Mapping[str, Any], language: str) -> list[list[str]]:
    # Name and duration of each, and who else gets to it (CJEU C-673/17 Planet49, 75 to 81).
    items = {**part.cookies, **part.storage}
    kept = [f"{name} ({kept_in_words(period, language)})" for name, period in items.items()]
    rows = [[own["facts"]["browser"], ", ".join(kept)]] if kept else []
    if part.hosts:
        rows.append([own["facts"]["hosts"], ", ".join(part.hosts)])
    return rows


@cache
def _panel_words() -> Mapping[str, Any]:
    own: Mapping[str, Any] = shipped.load(Path(__file__).parent / "files" / "words.yaml")
    return own
