"""Which columns and paths of a system are personal: by their names, by samples of what is in them,
and by what leads to a person. Pure; samples are looked at and let go of.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from aboveboard.basics import shipped
from aboveboard.connectors.contract import FieldSeen
from aboveboard.discovery.samples import free_text_share, share_of_form, strongest_form

LEAST: Final = 0.5
"""The confidence from which something is proposed: below it a name alone has said "perhaps"."""
_ENOUGH_SAMPLES: Final = 5
_AGREE: Final = 0.7
"""Share of samples of a form from which they agree with a name."""
_CONTRADICT: Final = 0.2
"""Share of samples of the form that a name promises below which the name is not believed."""
_WORDS: Final = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-zà-ÿ]+|[A-Z]+|\d+")
_TECHNICAL: Final = re.compile(
    r"(?:.*_)?(?:last_update|updated?(?:_at|_on)?|modified\w*|row_?guid|created?_(?:at|on))"
)


@dataclass(frozen=True, slots=True)
class ColumnProposal:
    """A column or path that is most likely personal.

    Attributes:
        collection, path: where it is.
        category: fideslang key.
        confidence: 0.5 to 1.
        evidence: each reason, as a sentence without a value.
        declared: the category that the declaration of the system gives it already, or "".
    """

    collection: str
    path: str
    category: str
    confidence: float
    evidence: tuple[str, ...]
    declared: str = ""


@dataclass(frozen=True, slots=True)
class _HeaderRule:
    name: re.Pattern[str]
    category: str
    weight: float
    people: bool
    values: str


def propose(fields: Iterable[FieldSeen]) -> list[ColumnProposal]:
    """Return what is most likely personal among the columns of one system, in their order.

    A column whose name and samples contradict each other is left out, and so is a name that means
    a person only beside people ("name", "title") in a collection that is not about them.
    """
    seen = list(fields)
    by_collection: dict[str, list[FieldSeen]] = {}
    for field in seen:
        by_collection.setdefault(field.collection, []).append(field)
    about_people = {
        name for name, columns in by_collection.items() if _is_about_people(name, columns)
    }
    return [
        proposal
        for field in seen
        if (proposal := _proposal(field, by_collection, about_people)) is not None
    ]


def words_of(name: str) -> str:
    """Return a name in small letters with ``_`` between its words: "FirstName" is first_name."""
    return "_".join(_WORDS.findall(name)).lower()


def _proposal(
    field: FieldSeen, collections: Mapping[str, Sequence[FieldSeen]], about_people: set[str]
) -> ColumnProposal | None:
    name = words_of(field.path.rpartition(".")[2])
    samples = [sample.reveal().strip() for sample in field.samples]
    samples = [sample for sample in samples if sample]
    people = field.collection in about_people
    judged: Iterator[tuple[str, float, str]] = (
        verdict
        for verdict in (
            _by_header(name, samples, people=people),
            _by_reference(name, collections),
            _by_form(samples),
            _by_behaviour(name, field.collection, collections),
            _by_text(samples),
        )
        if verdict is not None
    )
    reasons = sorted(judged, key=lambda verdict: -verdict[1])
    if field.declared:
        reasons.insert(0, (field.declared, 1.0, "its system's declaration says so"))
    if not reasons or reasons[0][1] < LEAST:
        return None
    category, confidence, _ = reasons[0]
    agreeing = [reason for reason in reasons if reason[0] == category]
    for _, weight, _ in agreeing[1:]:
        confidence += (1 - confidence) * weight / 2
    return ColumnProposal(
        field.collection,
        field.path,
        category,
        round(min(confidence, 0.99), 2),
        tuple(why for _, _, why in agreeing),
        field.declared,
    )


def _by_header(name: str, samples: Sequence[str], *, people: bool) -> tuple[str, float, str] | None:
    if _TECHNICAL.fullmatch(name):
        return None
    rule = next((rule for rule in _header_rules() if rule.name.fullmatch(name)), None)
    if rule is None or (rule.people and not people):
        return None
    weight, why = rule.weight + (0.1 if people else 0), "its name says so"
    if rule.values and len(samples) >= _ENOUGH_SAMPLES:
        share = share_of_form(rule.values, samples)
        if share < _CONTRADICT:
            return None
        if share >= _AGREE:
            weight += 0.15
            why = f"its name says so, and {share:.0%} of the samples agree"
    return rule.category, min(weight, 0.95), why


def _by_reference(
    name: str, collections: Mapping[str, Sequence[FieldSeen]]
) -> tuple[str, float, str] | None:
    """Whether it is the number of a person: ``customer_id``, ``manager_staff_id``."""
    if not name.endswith(("_id", "_key")):
        return None
    person = name.rpartition("_")[0].rpartition("_")[2]
    if person not in _words("people"):
        return None
    leads_to = next(
        (each for each in collections if words_of(each).split("_")[-1] in (person, f"{person}s")),
        "",
    )
    return (
        "user.unique_id",
        0.85 if leads_to else 0.65,
        f"it leads to {leads_to}" if leads_to else "its name is one for the number of a person",
    )


def _by_form(samples: Sequence[str]) -> tuple[str, float, str] | None:
    if len(samples) < _ENOUGH_SAMPLES:
        return None
    category, form, share = strongest_form(samples)
    if share < _AGREE:
        return None
    return category, 0.6 + share / 4, f"{share:.0%} of the samples have the form of {form}"


def _by_behaviour(
    name: str, collection: str, collections: Mapping[str, Sequence[FieldSeen]]
) -> tuple[str, float, str] | None:
    """Whether it is what a person did: an amount or a time beside the number of a person."""
    if _TECHNICAL.fullmatch(name) or not re.search(
        r"amount|total|price|date|time|url|subject|body|text|comment|message", name
    ):
        return None
    words = set(words_of(collection).split("_"))
    rows: list[dict[str, str]] = _data()["behaviour"]
    category = next((row["category"] for row in rows if words & set(row["words"].split())), "")
    leads = any(
        _by_reference(words_of(each.path.rpartition(".")[2]), collections) is not None
        for each in collections[collection]
    )
    if not category or not leads:
        return None
    return category, 0.6, "it stands beside the number of a person, in what people did"


def _by_text(samples: Sequence[str]) -> tuple[str, float, str] | None:
    category, share = free_text_share(samples)
    if not category:
        return None
    return category, 0.5 + share / 3, f"{share:.0%} of the samples are texts with personal data"


def _is_about_people(name: str, columns: Sequence[FieldSeen]) -> bool:
    if set(words_of(name).split("_")) & _words("people"):
        return True
    strong = Counter(
        rule.category
        for column in columns
        for rule in _header_rules()
        if rule.weight >= 0.75 and rule.name.fullmatch(words_of(column.path.rpartition(".")[2]))
    )
    return len(strong) > 1


@cache
def _header_rules() -> tuple[_HeaderRule, ...]:
    return tuple(
        _HeaderRule(
            re.compile(row["name"]),
            row["category"],
            row["weight"],
            row.get("people", False),
            row.get("values", ""),
        )
        for row in _data()["headers"]
    )


@cache
def _words(key: str) -> frozenset[str]:
    return frozenset(_data()[key].split())


@cache
def _data() -> dict[str, Any]:
    loaded: dict[str, Any] = shipped.load(Path(__file__).with_name("headers.yaml"))
    return loaded
