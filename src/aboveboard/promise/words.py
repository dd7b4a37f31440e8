"""Words of the promise: what a purpose, field, channel, role or recipient may be called.

Entries of the public log hold them as they are, so that what is not a word of the promise in force
is refused before anything is written: it may be anything about anyone."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from difflib import get_close_matches
from typing import Final

from aboveboard.basics.errors import Invalid
from aboveboard.basics.facts import Word
from aboveboard.promise.model import Promise, Purpose

OWN_PAGES: Final = Word("portal")
"""The channel of what a person does on their own pages, also where the promise names no such one:
they must always be able to say no, and to put their data right."""


UNKNOWN: Final = Word("unknown")
"""Stands in an entry for a word from outside that the promise does not have."""


class NotInPromise(Invalid):
    """The promise in force has no {found}."""

    code = "not_in_promise"
    next_step = "{fix}"


def check_words(
    promised: Promise,
    *,
    fields: Collection[str] = (),
    purposes: Collection[str] = (),
    choices: Collection[str] = (),
    channels: Collection[str] = (),
    roles: Collection[str] = (),
    recipients: Collection[str] = (),
) -> None:
    """Refuse what the promise does not have, with what was probably meant. ``choices`` are purposes
    that leave the person one.

    Raises:
        NotInPromise: it lacks one of these.
    """
    asked: tuple[tuple[str, Collection[str], Mapping[str, object]], ...] = (
        ("role", roles, promised.roles),
        ("recipient", recipients, promised.recipients),
        ("purpose", purposes, promised.purposes),
        ("choice", choices, _purposes_with_choice(promised)),
        ("field", fields, promised.fields),
        ("channel", channels, promised.channels),
    )
    missing, fixes = [], []
    for what, given, known in asked:
        unknown = [word for word in dict.fromkeys(given) if word not in known]
        for word in unknown:
            missing.append(f"{what} `{word[:80]}`")
            fixes += [
                f"Did you mean `{close}`?"
                for close in get_close_matches(word[:80], known, n=1, cutoff=0.6)
            ]
        if unknown:
            fixes.append(f"Its {what}s: {', '.join(known)}.")
    if missing:
        raise NotInPromise(found=" and no ".join(missing), fix=" ".join(fixes))


def _purposes_with_choice(promised: Promise) -> dict[str, Purpose]:
    return {
        key: purpose
        for key, purpose in promised.purposes.items()
        if purpose.needs_consent or purpose.objectable
    }


def known_word(name: str, known: Collection[str]) -> Word:
    """Return a name from outside if the promise has it, else :data:`UNKNOWN`: for an entry that
    must be written all the same. Empty stays empty: nobody said."""
    return Word(name) if name in known or not name else UNKNOWN


def check_origin(promised: Promise, *, field: str, channel: str, purpose: str) -> None:
    """Refuse to say of a value that it came through a channel, or for a purpose, that the promise
    does not have. Either may be empty: nobody said.

    Raises:
        NotInPromise: it lacks one of these.
    """
    check_words(
        promised,
        fields=[field],
        channels=[channel] if channel and channel != OWN_PAGES else [],
        purposes=[purpose] if purpose else [],
    )
