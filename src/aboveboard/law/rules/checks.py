"""Whether the law as data is whole: no day with two rules or none, no rule that nobody checked.

Two kinds of finding: a fault is wrong and stops a release; a gap is something that nobody has read
yet, and the answers say so ("not known for that date", "unverified").
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise

from aboveboard.law.rules import catalogue, definitions
from aboveboard.law.rules.entries import Binding, DutyRule
from aboveboard.law.rules.sources import (
    LONGEST_QUOTE,
    LawSource,
    SourceRead,
    last_checked,
    read_sources,
)

REACHES_BACK_TO = date(2018, 5, 25)
"""The day from which on the law of each place is to be known: the GDPR applies from then."""

_CHECKED_WITHIN = timedelta(days=365)


class FindingLevel(StrEnum):
    """How bad a finding is."""

    FAULT = "fault"
    GAP = "gap"


@dataclass(frozen=True, slots=True)
class LawFinding:
    """One thing that is wrong or missing: which entry, and the sentence that says it."""

    level: FindingLevel
    entry: str
    sentence: str


@dataclass(frozen=True, slots=True)
class LawFigures:
    """How much of the law is dated and was read: numbers of entries, those in force today."""

    entries: int
    in_force: int
    places: int
    reach_back: int
    with_address: int
    read: int
    quoted: int
    unverified: int


def findings(today: date, among: Sequence[DutyRule] | None = None) -> tuple[LawFinding, ...]:
    """Return what is wrong with the duties and definitions, faults first, by entry."""
    rules = catalogue.rules() if among is None else among
    by_id: dict[str, list[DutyRule]] = defaultdict(list)
    for rule in rules:
        by_id[rule.id].append(rule)
    results = [finding for versions in by_id.values() for finding in _of_versions(versions)]
    results += [finding for rule in rules for finding in _of_entry(rule, by_id, today)]
    if among is None:
        results += [
            finding for place in sorted(definitions.places()) for finding in _of_definition(place)
        ]
    return tuple(
        sorted(results, key=lambda each: (list(FindingLevel).index(each.level), each.entry))
    )


def figures(today: date) -> LawFigures:
    """Return the figures of the duties in force ``today``; ``entries`` counts all versions."""
    now = catalogue.in_force_on(today)
    first = _earliest(catalogue.rules())
    return LawFigures(
        entries=len(catalogue.rules()),
        in_force=len(now),
        places=len(catalogue.place_codes()),
        reach_back=sum(_reaches_back(first[rule.id]) for rule in now),
        with_address=sum(bool(rule.sources[0].address) for rule in now),
        read=sum(any(source.is_primary for source in rule.sources) for rule in now),
        quoted=sum(rule.confidence == "high" for rule in now),
        unverified=sum(rule.confidence == "low" for rule in now),
    )


def _earliest(rules: Iterable[DutyRule]) -> dict[str, DutyRule]:
    first: dict[str, DutyRule] = {}
    for rule in rules:
        if rule.in_force and (rule.id not in first or rule.begins < first[rule.id].begins):
            first[rule.id] = rule
    return first


def _reaches_back(first: DutyRule) -> bool:
    return first.begins <= REACHES_BACK_TO or first.predecessor == "none"


def _of_versions(versions: Sequence[DutyRule]) -> Iterator[LawFinding]:
    """Return what is wrong between the entries of one id."""
    dated = sorted((rule for rule in versions if rule.in_force), key=lambda rule: rule.begins)
    for before, after in pairwise(dated):
        if before.valid_to is None or before.valid_to >= after.begins:
            yield _fault(
                after.id,
                f"Two entries hold on {after.begins}. Give the earlier one a valid_to before that "
                "day.",
            )
        elif before.valid_to + timedelta(days=1) < after.begins:
            yield _fault(
                after.id,
                f"No entry holds between {before.valid_to} and {after.begins}. Add the one that "
                "did, or let the dates meet.",
            )
        if after.predecessor:
            yield _fault(after.id, "Only the earliest entry of an id says what was before it.")
    if dated and not _reaches_back(dated[0]):
        yield _gap(
            dated[0].id,
            f"What the law was before {dated[0].begins} is not known. Add that entry, or say that "
            "there was none (predecessor: none).",
        )


def _of_entry(
    rule: DutyRule, known: dict[str, list[DutyRule]], today: date
) -> Iterator[LawFinding]:
    """Return what is wrong within one entry."""
    if rule.in_force and (rule.valid_from is None) == (rule.known_since is None):
        yield _fault(rule.id, "An entry in force has either valid_from or known_since.")
    if rule.valid_to is not None and rule.valid_to < rule.begins:
        yield _fault(rule.id, f"It ends on {rule.valid_to}, before it begins.")
    if rule.predecessor not in ("", "none"):
        yield _fault(rule.id, f"The predecessor is {rule.predecessor!r}; the only word is none.")
    for name in rule.chained_to:
        if name not in known:
            yield _fault(rule.id, f"It follows {name}, which is not held.")
    starts = [rule.clock_start, *([rule.outer_limit.start] if rule.outer_limit else [])]
    for start in starts:
        if start != "none" and start not in catalogue.moments():
            yield _fault(rule.id, f"Its clock starts with {start!r}, which is not in moments.yaml.")
    for sector in sorted((rule.sectors | rule.except_sectors) - set(catalogue.sectors())):
        yield _fault(rule.id, f"The sector {sector!r} is not in sectors.yaml.")
    if rule.binds is Binding.SECTOR and not rule.sectors:
        yield _fault(rule.id, "It binds a sector and names none, so it would bind everybody.")
    yield from source_findings(rule.id, rule.sources)
    # A former law does not change any more, so nobody has to read it again.
    current = rule.valid_to is None and rule.sources
    if current and last_checked(rule.sources) < today - _CHECKED_WITHIN:
        yield _gap(
            rule.id, f"It was last checked on {last_checked(rule.sources)}, over a year ago."
        )


def source_findings(entry: str, sources: Sequence[LawSource]) -> Iterator[LawFinding]:
    """Return what is wrong with where an entry of the law was read, or missing."""
    if not sources:
        yield _fault(entry, "It names no source.")
        return
    if not sources[0].address:
        yield _gap(entry, "Its first source has no address that a reader can open.")
    for source in sources:
        if source.address and not source.address.startswith("https://"):
            yield _fault(entry, f"The address {source.address} does not begin with https://.")
        if len(source.quote.split()) > LONGEST_QUOTE:
            yield _fault(
                entry,
                f"A quotation has {len(source.quote.split())} words; at most {LONGEST_QUOTE}.",
            )
        if source.quote and source.read is SourceRead.MEMORY:
            yield _fault(entry, "Words are quoted from a text that nobody read.")


def _of_definition(place: str) -> Iterator[LawFinding]:
    if place not in catalogue.place_codes():
        return
    entry = f"definition of {place}"
    definition = catalogue.place_file(place)["definition"]
    begins = definition.get("valid_from") or definition.get("known_since")
    if begins is None:
        yield _fault(entry, "It has neither valid_from nor known_since.")
    elif begins > REACHES_BACK_TO and definition.get("predecessor") != "none":
        yield _gap(entry, f"What it counted before {begins} is not known.")
    yield from source_findings(entry, read_sources(definition["sources"]))


def _fault(entry: str, sentence: str) -> LawFinding:
    return LawFinding(FindingLevel.FAULT, entry, sentence)


def _gap(entry: str, sentence: str) -> LawFinding:
    return LawFinding(FindingLevel.GAP, entry, sentence)
