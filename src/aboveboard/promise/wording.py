"""The words of a purpose, as they are compared when a promise changes. Pure."""

from __future__ import annotations

from aboveboard.promise.model import Purpose, TranslatedText


def differs(before: TranslatedText, after: TranslatedText) -> bool:
    """Return whether two texts differ in any language."""
    return dict(before.translations) != dict(after.translations)


def legal_notes(purpose: Purpose) -> tuple[object, ...]:
    """Return what a lawyer reads of it."""
    return (purpose.basis_note, purpose.law, purpose.balancing, purpose.article9)


def staff_words(purpose: Purpose) -> list[dict[str, str]]:
    """Return its own words for staff, each by language; none where they read the customer's."""
    words = purpose.own_staff_words
    return [dict(text.translations) for text in (words.title, words.what)] if words else []


def said_of_giving(purpose: Purpose) -> list[object]:
    """Return, each by language, the interest it rests on, and whether its data must be given."""
    given = purpose.provision
    return [
        dict(purpose.interest.translations) if purpose.interest else None,
        (given.ground, dict(given.otherwise.translations)) if given else None,
    ]


def asks(purpose: Purpose) -> dict[str, str]:
    """Return the question of its consent by language; none where it asks nothing."""
    return dict(purpose.question.asks.translations) if purpose.question else {}
