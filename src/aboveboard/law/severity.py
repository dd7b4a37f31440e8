"""How bad a loss is for one person: ENISA's SE = DPC x EI + CB.

Source: ENISA, "Recommendations for a methodology of the assessment of severity of personal data
breaches", Working Document v1.0, December 2013. Tables are data (``severity.yaml``):

- **DPC**, data processing context, 1 to 4: score each kind of data exposed, adjusted in whole
  steps; take the highest.
- **EI**, ease of identification, 0.25 to 1: the highest of the identifiers exposed.
- **CB**, circumstances of the breach, 0 to 2: the points of every element present, added.

SE runs from 0.25 to 6. It is a measure of harm to a person, not a duty: whether somebody must be
told is for :mod:`~aboveboard.law.risk`, because the two part ways in several EDPB cases.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from aboveboard.basics import shipped
from aboveboard.law import categories

_NOT = "not "
_DATA = Path(__file__).with_name("severity.yaml")


class DataKind(StrEnum):
    """ENISA's four kinds of data, from the mildest."""

    SIMPLE = "simple"
    BEHAVIOURAL = "behavioural"
    FINANCIAL = "financial"
    SENSITIVE = "sensitive"


class SeverityBand(IntEnum):
    """How bad, as the exposure set writes it: 1 low (SE < 2), 2 medium (< 3), 3
    high (< 4), 4 very high."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3
    VERY_HIGH = 4


class ConfidentialityLoss(StrEnum):
    """Who got to see it."""

    NOT_CONCERNED = "not_concerned"
    AT_RISK = "at_risk"
    """It may have been seen; nothing shows that it was."""
    KNOWN = "known_recipients"
    UNKNOWN = "unknown_recipients"


class IntegrityLoss(StrEnum):
    """What became of data that was changed."""

    NOT_CONCERNED = "not_concerned"
    RESTORED = "restored"
    RECOVERABLE = "recoverable"
    NOT_RECOVERABLE = "not_recoverable"


class AvailabilityLoss(StrEnum):
    """What became of data that could not be used."""

    NOT_CONCERNED = "not_concerned"
    RECOVERED = "recovered"
    TEMPORARY = "temporary"
    NOT_RECOVERABLE = "not_recoverable"


@dataclass(frozen=True, slots=True)
class SeverityCircumstances:
    """What happened to the data. ``malicious``: on purpose, to harm or to gain."""

    confidentiality: ConfidentialityLoss = ConfidentialityLoss.NOT_CONCERNED
    integrity: IntegrityLoss = IntegrityLoss.NOT_CONCERNED
    availability: AvailabilityLoss = AvailabilityLoss.NOT_CONCERNED
    malicious: bool = False


@dataclass(frozen=True, slots=True)
class SeverityContext:
    """What is known beyond the categories.

    ``steps``: ENISA's adjustment for a kind, such as ``{Kind.SIMPLE: 2}`` for the customer list of
    a pharmacy; it may lower a kind, but not undo what the combination shows. ``credentials_open``:
    the kind of data that exposed passwords open. ``ei``: a known ease of identification, 0.25 to 1.
    ``picture``: everyday details are many, as in a job application.
    """

    steps: Mapping[DataKind, int] = field(default_factory=dict)
    credentials_open: DataKind | None = None
    ei: float | None = None
    picture: bool = False

    def __hash__(self) -> int:
        """Of the steps in any order, as they are compared."""
        steps = frozenset(self.steps.items())
        return hash((steps, self.credentials_open, self.ei, self.picture))


@dataclass(frozen=True, slots=True)
class ScoredComponent:
    """One component's value and the sentences that explain it."""

    value: float
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SeverityScore:
    """The severity for one person. ``se`` 0 to 6; ``band`` 1 to 4; ``meaning`` in
    words for that person."""

    dpc: float
    ei: float
    cb: float
    se: float
    band: SeverityBand
    meaning: str
    reasons: tuple[str, ...]


def score(
    readable: frozenset[str],
    circumstances: SeverityCircumstances,
    context: SeverityContext | None = None,
) -> SeverityScore:
    """Return the severity for a person of whom ``readable`` was exposed.

    ``readable``: data category keys exposed in a form that can be read; what was unintelligible is
    left out by the caller. With none, only lost availability or integrity can count.
    """
    context = context or SeverityContext()
    if readable:
        context_part, identity_part, breach_part = (
            dpc(readable, context),
            ei(readable, context),
            cb(circumstances),
        )
    else:
        nothing = ScoredComponent(0, ("Nothing that can be read was exposed.",))
        # Who saw data that cannot be read adds nothing; that it was changed or lost still does.
        hidden = SeverityCircumstances(
            integrity=circumstances.integrity, availability=circumstances.availability
        )
        context_part, identity_part, breach_part = nothing, ScoredComponent(0, ()), cb(hidden)
    value = se(context_part.value, identity_part.value, breach_part.value)
    return SeverityScore(
        dpc=context_part.value,
        ei=identity_part.value,
        cb=breach_part.value,
        se=value,
        band=band(value),
        meaning=meaning(band(value)),
        reasons=(*context_part.reasons, *identity_part.reasons, *breach_part.reasons),
    )


# Each answer to a question scores the same combinations again, most of them alike.
@lru_cache(maxsize=4_096)
def dpc(exposed: frozenset[str], context: SeverityContext | None = None) -> ScoredComponent:
    """Return the data processing context of the categories exposed: 1 to 4.

    Raises:
        ValueError: nothing was exposed.
    """
    if not exposed:
        raise ValueError("no data, no data processing context")
    context = context or SeverityContext()
    by_kind: dict[tuple[bool, DataKind], set[str]] = {}
    for category in exposed:
        key = (_is_credential(category), _kind(category, context))
        by_kind.setdefault(key, set()).add(category)
    # In an order of their own, and not that of a set: of two that score alike the first explains.
    parts = [
        _dpc_of_kind(kind, exposed, frozenset(own), context)
        for (_, kind), own in sorted(by_kind.items(), key=lambda item: item[0])
    ]
    # Kinds are not added up: ENISA takes the highest score of those that apply.
    return max(parts, key=lambda part: part.value)


def dpc_of(kind: DataKind, step: int = 0) -> int:
    """Return the base score of ``kind``, moved by ``step``, kept within 1 to 4."""
    low, high = _tables()["dpc_range"]
    return int(min(high, max(low, _tables()["kinds"][kind]["base"] + step)))


@lru_cache(maxsize=4_096)
def ei(exposed: frozenset[str], context: SeverityContext | None = None) -> ScoredComponent:
    """Return the ease of identification of the categories exposed: 0.25 to 1."""
    context = context or SeverityContext()
    if context.ei is not None:
        return ScoredComponent(
            context.ei, (f"How easy the person is to identify was set to {context.ei:g}.",)
        )
    tables = _tables()
    levels = tables["ei_levels"]
    best = ScoredComponent(
        max(
            (levels[_nearest(category, tables["identifiers"])] for category in exposed),
            default=levels["negligible"],
        ),
        ("How easy the person is to identify follows from the clearest identifier exposed.",),
    )
    for rule in tables["identifier_combinations"]:
        if levels[rule["level"]] > best.value and _matches_all(rule["all"], exposed):
            best = ScoredComponent(levels[rule["level"]], (rule["reason"],))
    return best


def ei_level(name: str) -> float:
    """Return the value of an ease of identification: "negligible", "limited",
    "significant" or "maximum"."""
    return float(_tables()["ei_levels"][name])


def cb(circumstances: SeverityCircumstances) -> ScoredComponent:
    """Return the circumstances of the breach: 0 to 2, the points of every element added."""
    points = _tables()["cb"]
    elements: list[tuple[float, str]] = [
        (
            points["confidentiality"][circumstances.confidentiality],
            _CB_WORDS[circumstances.confidentiality],
        ),
        (points["integrity"][circumstances.integrity], _CB_WORDS[circumstances.integrity]),
        (points["availability"][circumstances.availability], _CB_WORDS[circumstances.availability]),
        (points["malicious"] if circumstances.malicious else 0, "Somebody did it on purpose."),
    ]
    return ScoredComponent(
        float(sum(value for value, _ in elements)),
        tuple(words for value, words in elements if value),
    )


_CB_WORDS: Mapping[str, str] = {
    ConfidentialityLoss.AT_RISK: "It may have been seen; nothing shows that it was.",
    ConfidentialityLoss.KNOWN: "It reached people we know.",
    ConfidentialityLoss.UNKNOWN: "It reached people we do not know.",
    IntegrityLoss.RESTORED: "It was changed and put right before use.",
    IntegrityLoss.RECOVERABLE: (
        "It was changed and may have been used wrongly; this can be put right."
    ),
    IntegrityLoss.NOT_RECOVERABLE: (
        "It was changed and may have been used wrongly; this cannot be put right."
    ),
    AvailabilityLoss.RECOVERED: "It was gone and is back.",
    AvailabilityLoss.TEMPORARY: "It could not be used for a time.",
    AvailabilityLoss.NOT_RECOVERABLE: "It is lost for good.",
    "not_concerned": "",
}


def se(dpc_value: float, ei_value: float, cb_value: float) -> float:
    """Return SE = DPC x EI + CB."""
    return dpc_value * ei_value + cb_value


def band(value: float) -> SeverityBand:
    """Return the band of an SE: below 2 low, below 3 medium, below 4 high, else very high."""
    reached = [
        position for position, row in enumerate(_tables()["bands"], 1) if value >= row["from"]
    ]
    # The last that was reached: the bands stand in the order of their lower ends.
    return SeverityBand(reached[-1])


def band_name(which: SeverityBand) -> str:
    """Return the band's name: "low", "medium", "high" or "very high"."""
    return str(_tables()["bands"][which - 1]["band"])


def meaning(which: SeverityBand) -> str:
    """Return what the band means, said to the person."""
    return str(_tables()["bands"][which - 1]["meaning"])


def covers(key: str, category: str) -> bool:
    """Say whether ``key`` is ``category`` or stands above it in the taxonomy."""
    return category == key or category.startswith(key + ".")


def any_of(keys: Sequence[str], exposed: frozenset[str]) -> bool:
    """Say whether one of ``keys`` is among the exposed categories, or above one that is.

    A key written "not user.x" takes out what it covers.
    """
    return _any_of(tuple(keys), exposed)


@lru_cache(maxsize=16_384)
def _any_of(keys: tuple[str, ...], exposed: frozenset[str]) -> bool:
    wanted = [key for key in keys if not key.startswith(_NOT)]
    taken_out = [key.removeprefix(_NOT) for key in keys if key.startswith(_NOT)]
    left = [category for category in exposed if not any(covers(key, category) for key in taken_out)]
    return any(covers(key, category) for key in wanted for category in left)


def _matches_all(lines: Iterable[Sequence[str]], exposed: frozenset[str]) -> bool:
    return all(any_of(keys, exposed) for keys in lines)


def _kind(category: str, context: SeverityContext) -> DataKind:
    key, known = category, categories.all_categories()
    # An organisation may name a category finer than ours; it counts as the nearest one above it.
    while key not in known and "." in key:
        key = key.rpartition(".")[0]
    if key not in known:
        return DataKind.SIMPLE
    if known[key].credential and known[key].enisa == DataKind.SIMPLE:
        return context.credentials_open or DataKind(_tables()["credentials"]["opens_unless_said"])
    return DataKind(known[key].enisa)


def _is_credential(category: str) -> bool:
    """Whether the harm lies in what it opens."""
    known = categories.all_categories()
    return category in known and known[category].credential


def _dpc_of_kind(
    kind: DataKind, exposed: frozenset[str], own: frozenset[str], context: SeverityContext
) -> ScoredComponent:
    label = _tables()["kinds"][kind]["label"]
    reasons = [
        _tables()["credentials"]["reason"]
        if all(map(_is_credential, own))
        else f"The data exposed is about {label}."
    ]
    step = context.steps.get(kind)
    # What a password opens is not told any milder by what is said of other data of that kind.
    if step is not None and all(map(_is_credential, own)):
        step = max(step, 0) or None
    met = [
        rule
        for rule in _tables()["combinations"]
        if rule["kind"] == kind and _applies(rule, exposed, own, context)
    ]
    shown = max(met, key=lambda item: int(item["step"])) if met else None
    # What somebody set holds where they know the list better; what the combination itself shows to
    # be worse it cannot take away.
    if shown and (step is None or int(shown["step"]) > max(step, 0)):
        step = int(shown["step"])
        reasons.append(shown["reason"])
    elif step is not None:
        reasons.append(_tables()["steps"][kind].get(step, "Nothing raises or lowers that."))
    return ScoredComponent(dpc_of(kind, step or 0), tuple(reasons))


def answer_step(question: str, answer: str, kind: DataKind) -> int:
    """Return ENISA's step for an answer about the data: ``reveals``, ``habits``, ``money`` or
    ``sensitive``.

    Raises:
        KeyError: there is no such question or answer.
    """
    row = _tables()["answers"][question][answer]
    return int(row.get(kind, 0) if isinstance(row, Mapping) else row)


def _applies(
    rule: Mapping[str, Any],
    exposed: frozenset[str],
    own: frozenset[str],
    context: SeverityContext,
) -> bool:
    if rule.get("if") == "picture" and not context.picture:
        return False
    if "alone" in rule:
        return all(any(covers(key, category) for key in rule["alone"]) for category in own)
    return _matches_all(rule["all"], exposed)


def _nearest(category: str, table: Mapping[str, str]) -> str:
    key = category
    while key not in table and "." in key:
        key = key.rpartition(".")[0]
    # What no row knows is about a person at least, so it scores as that and not as nothing.
    return table.get(key, table["user"])


@cache
def _tables() -> Mapping[str, Any]:
    loaded: Mapping[str, Any] = shipped.load(_DATA)
    return loaded
