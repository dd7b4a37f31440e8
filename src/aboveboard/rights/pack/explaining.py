"""What a pack says about each system, and about all of it: the points of GDPR Art. 15(1)(a) to (h)
and 15(2), in the words of the promise. Pure; every format prints the same points."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from aboveboard.connectors.own import KEY as OWN
from aboveboard.promise.explain import fields_in_words, purpose_in_words
from aboveboard.rights.pack.contents import PackFacts, PackSystem, SystemAnswer
from aboveboard.rights.pack.portable import LeftOutWhy
from aboveboard.rights.pack.words import PackWords

POINTS: Final[Mapping[str, str]] = {
    "what": "",
    "why": "15(1)(a)",
    "categories": "15(1)(b)",
    "recipients": "15(1)(c), 15(2)",
    "until": "15(1)(d)",
    "rights": "15(1)(e)",
    "complain": "15(1)(f)",
    "origin": "15(1)(g)",
    "automated": "15(1)(h)",
    "others": "15(4)",
    "portable": "20(1)",
}
"""The points by key, each with the part of the GDPR that asks for it: of Art. 15, but the last,
which stands in a copy to take elsewhere alone."""


@dataclass(frozen=True, slots=True)
class ExplainedPoint:
    """One point: its key in :data:`POINTS`, its heading, and sentences."""

    key: str
    heading: str
    sentences: tuple[str, ...]


def system_points(facts: PackFacts, system: PackSystem, words: PackWords) -> list[ExplainedPoint]:
    """Return what is said about one system: what it is, what for, which data, with whom, until
    when, from where."""
    promise = facts.promise
    purposes = [promise.purposes[key] for key in system.purposes if key in promise.purposes]
    explained = [purpose_in_words(promise, each, facts.language) for each in purposes]
    fields = system.fields or tuple(
        dict.fromkeys(field for each in purposes for field in each.fields)
    )
    why = [system.why] if system.why else []
    why += [
        f"{each.title}. {each.what} {each.why} {words.say('basis', basis=each.basis)} "
        f"{each.special} {each.choice}".strip()
        for each in explained
    ]
    # Of what holds something the person has a right to each of these: nothing is left out silently.
    silent = [words.say("not_said")] if system.why and not purposes else []
    points = [
        _point("what", words, [system.what]),
        _point("why", words, why or [words.say("why_none")]),
        _point(
            "categories",
            words,
            [fields_in_words(promise, fields, facts.language)] if fields else [],
        ),
        _point("recipients", words, [each.shared for each in explained] or silent),
        _point(
            "until",
            words,
            [words.say("of", what=each.title, text=each.kept) for each in explained] or silent,
        ),
        _point("origin", words, [system.origin or words.say("origin_you")]),
    ]
    return [point for point in points if point.sentences]


def general_points(facts: PackFacts, words: PackWords, withheld: int = 0) -> list[ExplainedPoint]:
    """Return what is said once: decisions by machines, rights, the authority, other people.

    ``withheld``: files that were left out for the sake of others.
    """
    automated = [
        " ".join(
            filter(
                None,
                (
                    f"{each.title}.",
                    words.say("automated_alone" if each.alone else "automated_helps"),
                    words.say("logic", text=each.logic),
                    words.say("consequences", text=each.consequences),
                    each.review,
                ),
            )
        )
        for each in facts.automated
    ]
    complain = (
        words.say("complain_to", authority=facts.authority)
        if facts.authority
        else words.say("complain_any")
    )
    contact = words.say("contact", contact=facts.promise.organisation.contact)
    left_out = [words.say("withheld", files=words.number(withheld))] if withheld else []
    return [
        *([_point("portable", words, _left_out(facts, words))] if facts.portable else []),
        _point("automated", words, automated or [words.say("automated_none")]),
        _point("rights", words, [*words.sentences("rights_list"), contact]),
        _point("complain", words, [complain]),
        _point("others", words, [words.say("others_text"), *left_out]),
    ]


def _left_out(facts: PackFacts, words: PackWords) -> list[str]:
    """Return what of a copy to take elsewhere is not in it, and why."""
    named = {system.key: system.name for system in facts.systems}
    labels = {key: str(field.label) for key, field in facts.promise.fields.items()}
    listed: dict[tuple[str, LeftOutWhy], list[str]] = {}
    for each in facts.left_out:
        what = labels.get(each.field, each.field) if each.system == OWN else each.field
        part = " › ".join(filter(None, (each.collection, what)))
        listed.setdefault((named.get(each.system, each.system), each.why), []).append(part)
    sentences = [
        words.say(
            "left_out",
            what=" · ".join(filter(None, (name, ", ".join(filter(None, parts))))),
            why=words.say(f"left_out_{why}"),
        )
        for (name, why), parts in listed.items()
    ]
    return [words.say("portable_text"), *sentences, words.say("portable_all")]


def system_answer(system: PackSystem, words: PackWords, *, records: int = 0, files: int = 0) -> str:
    """Return what came of asking a system, in a sentence or two."""
    counts = words.say("held", records=words.number(records), files=words.number(files))
    sentences = {
        SystemAnswer.HELD: counts,
        SystemAnswer.NOTHING: words.say("nothing"),
        SystemAnswer.BY_HAND: f"{counts} {words.say('by_hand')}",
        SystemAnswer.MISSING: words.say("missing"),
    }
    asked = words.say("asked", at=words.day(system.asked_at)) if system.asked_at else ""
    return " ".join(filter(None, (sentences[system.answer], asked, system.note)))


def _point(key: str, words: PackWords, sentences: Iterable[str]) -> ExplainedPoint:
    heading = words.say(key)
    # Two purposes often share one sentence: it is said once.
    return ExplainedPoint(key, heading, tuple(dict.fromkeys(filter(None, sentences))))
