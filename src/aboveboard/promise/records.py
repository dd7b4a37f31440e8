"""The record of each algorithmic tool, in the order of the Algorithmic Transparency Recording
Standard: what the promise says elsewhere is taken from there. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from aboveboard.promise.algorithms import AlgorithmicTool, algorithm_fields
from aboveboard.promise.explain import fields_in_words, join_words
from aboveboard.promise.model import Promise


@dataclass(frozen=True, slots=True)
class RecordedField:
    """One field of a record: its number and key in the standard, its name and its value."""

    number: str
    key: str
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class AlgorithmRecord:
    """The record of one tool; ``fields`` are those that are filled in."""

    key: str
    title: str
    fields: tuple[RecordedField, ...]


_NAMES: Final[Mapping[str, Mapping[str, str]]] = {
    "name": {"en": "Name", "fr": "Nom", "de": "Name"},
    "description": {"en": "Description", "fr": "Description", "de": "Beschreibung"},
    "contact_email": {"en": "Contact", "fr": "Contact", "de": "Kontakt"},
    "organisation": {"en": "Organisation", "fr": "Organisme", "de": "Organisation"},
    "purposes": {"en": "What it is for", "fr": "À quoi il sert", "de": "Wozu es dient"},
    "operational_data": {"en": "Data it uses", "fr": "Données utilisées", "de": "Genutzte Daten"},
    "decides_alone": {
        "en": "Whether it decides alone",
        "fr": "Décide-t-il seul ?",
        "de": "Ob es allein entscheidet",
    },
    "appeals_and_review": {
        "en": "How to have a person look",
        "fr": "Comment demander un examen humain",
        "de": "Wie ein Mensch es prüft",
    },
}
_ALONE: Final = {
    True: {"en": "Yes", "fr": "Oui", "de": "Ja"},
    False: {
        "en": "No, it helps people decide",
        "fr": "Non, il aide des personnes à décider",
        "de": "Nein, es hilft Menschen beim Entscheiden",
    },
}


def algorithm_records(promise: Promise, language: str = "en") -> Sequence[AlgorithmRecord]:
    """Return the record of each tool of a promise, in its order."""
    return [
        AlgorithmRecord(
            key,
            tool.title.say(language),
            tuple(
                sorted(
                    _fields(promise, tool, language.split("-")[0]),
                    key=lambda item: [int(part) for part in item.number.split(".")],
                )
            ),
        )
        for key, tool in promise.automated.items()
    ]


def _fields(promise: Promise, tool: AlgorithmicTool, language: str) -> Iterator[RecordedField]:
    who = promise.organisation
    purposes = [promise.purposes[key] for key in tool.purposes]
    used = dict.fromkeys(field for purpose in purposes for field in purpose.fields)
    titles = [purpose.title.say(language) for purpose in purposes]
    from_promise = (
        ("1.1", "name", tool.title.say(language)),
        ("1.2", "description", f"{tool.logic.say(language)} {tool.consequences.say(language)}"),
        ("1.4", "contact_email", who.contact),
        ("2.1.1", "organisation", who.legal_name or who.name),
        ("2.2.1.1", "purposes", join_words(titles, language)),
        ("2.3.4.1", "decides_alone", _say(_ALONE[tool.decides_alone], language)),
        ("2.3.6", "appeals_and_review", tool.review.say(language) if tool.review else ""),
        ("2.4.4.2", "operational_data", fields_in_words(promise, used, language)),
    )
    for number, key, value in from_promise:
        if value:
            yield RecordedField(number, key, _say(_NAMES[key], language), value)
    for item in algorithm_fields():
        if value := tool.record.get(item.key, ""):
            yield RecordedField(item.number, item.key, item.say(language), value)


def _say(words: Mapping[str, str], language: str) -> str:
    return words.get(language, words["en"])
