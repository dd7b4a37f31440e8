"""What the website keeps and loads, in words, and what changed of it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from aboveboard.promise.explain import join_words, period_in_words
from aboveboard.promise.model import Period, Promise
from aboveboard.promise.website import Website, WebsitePart

_KEPT: Mapping[str, Mapping[str, str]] = {
    "session": {
        "en": "until you close the browser",
        "fr": "jusqu’à la fermeture du navigateur",
        "de": "bis Sie den Browser schließen",
    },
    "until_removed": {
        "en": "until it is removed",
        "fr": "jusqu’à sa suppression",
        "de": "bis es entfernt wird",
    },
}


def kept_in_words(kept: str, language: str = "en") -> str:
    """Return how long something stays in a browser: "13 months", "until you close the browser"."""
    short = language.split("-")[0]
    if kept in _KEPT:
        return _KEPT[kept].get(short, _KEPT[kept]["en"])
    return period_in_words(Period.parse(kept), language)


def part_in_words(part: WebsitePart) -> str:
    """Return what one part of the website keeps and loads, for a terminal, "" if nothing:
    "_visits (13 months); from stats.example"."""
    items = {**part.cookies, **part.storage}
    pieces = [
        join_words([f"{name} ({kept_in_words(kept)})" for name, kept in items.items()]),
        f"from {join_words(part.hosts)}" if part.hosts else "",
    ]
    return "; ".join(piece for piece in pieces if piece)


def website_in_words(promise: Promise) -> list[str]:
    """Return a sentence for each part of the website, and what Global Privacy Control refuses."""
    website = promise.website
    if website is None:
        return []
    lines = [f"Without asking: {part_in_words(website.necessary) or 'nothing'}."]
    for key, part in website.purposes.items():
        title = promise.purposes[key].title
        lines.append(f"{title}, after a yes: {part_in_words(part) or 'nothing'}.")
    if website.refused_by_gpc:
        titles = [f"“{promise.purposes[key].title}”" for key in website.refused_by_gpc]
        lines.append(f"A browser's Global Privacy Control refuses {join_words(titles)}.")
    return lines


def website_changes(old: Promise, new: Promise) -> Iterator[tuple[bool, str, str]]:
    """Yield each change of the website: whether more is done, the key of the purpose, and a
    sentence."""
    before, after = old.website or Website(), new.website or Website()
    parts = dict.fromkeys(["necessary", *before.purposes, *after.purposes])
    for key in parts:
        had, has = _list_items(before, key), _list_items(after, key)
        what = "without asking" if key == "necessary" else f"for “{_title(old, new, key)}”"
        for thing in [thing for thing in has if thing not in had]:
            yield True, key, f"Our website now also has {thing} {what}."
        for thing in [thing for thing in had if thing not in has]:
            yield False, key, f"Our website no longer has {thing} {what}."
    for key in after.refused_by_gpc:
        if key not in before.refused_by_gpc:
            title = new.purposes[key].title
            yield False, key, f"Global Privacy Control now refuses “{title}”."
    for key in before.refused_by_gpc:
        if key not in after.refused_by_gpc:
            title = old.purposes[key].title
            yield True, key, f"Global Privacy Control no longer refuses “{title}”."


def _title(old: Promise, new: Promise, key: str) -> str:
    return (new.purposes.get(key) or old.purposes[key]).title


def _list_items(website: Website, key: str) -> list[str]:
    """Everything that one part keeps, loads or signals. A longer stay is another thing: it shows
    as one that came and one that went."""
    part = website.necessary if key == "necessary" else website.purposes.get(key, WebsitePart())
    return [
        *(f"the cookie {name} ({kept_in_words(kept)})" for name, kept in part.cookies.items()),
        *(f"{name} in storage ({kept_in_words(kept)})" for name, kept in part.storage.items()),
        *(f"the host {host}" for host in part.hosts),
        *(f"the signal {signal}" for signal in part.signals),
    ]
