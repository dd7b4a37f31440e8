"""A look at connected systems: what each has that is most likely personal, beside what was decided.

What somebody decided stands in the declaration of the system, which is a row with a MAC and an
entry of the log: a field with a category was confirmed; one that is listed with neither category
nor identifier was looked at and is not personal. So a look stores nothing, and a second one shows
what moved since.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from aboveboard.basics.errors import AboveboardError
from aboveboard.connectors import registry
from aboveboard.connectors.contract import Connector
from aboveboard.connectors.declaration import SystemDeclaration
from aboveboard.discovery.columns import ColumnProposal, propose

SAMPLES: Final = 20
"""Values of each column that are looked at, and let go of. Ours: enough to tell a column whose
every second value is empty."""


class ColumnState(StrEnum):
    """What is to do about a column."""

    NEW = "new"
    """Found, and nobody has said anything of it."""
    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    """Somebody looked, and said that it is not personal."""
    CHANGED = "changed"
    """It was said to be another category than what is in it now says, and nobody said since that
    it stays as declared."""
    GONE = "gone"
    """It was declared, and the system no longer has it."""


_DECIDED: Final = frozenset({ColumnState.CONFIRMED, ColumnState.REJECTED})


@dataclass(frozen=True, slots=True)
class ColumnFinding:
    """A column of a system, what is proposed for it and what is to do.

    ``decided``: the category of its declaration, or "".
    """

    collection: str
    path: str
    state: ColumnState
    category: str
    confidence: float
    evidence: tuple[str, ...]
    decided: str


@dataclass(frozen=True, slots=True)
class SystemScan:
    """What one system has, without any value of it. ``seen``: collection and path of every column.
    ``problem``: why it could not be looked at, or ""."""

    system: str
    seen: frozenset[tuple[str, str]]
    proposals: tuple[ColumnProposal, ...]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class SystemSurvey:
    """What a look at one system showed.

    ``owner``: the team that is to decide. ``proposals``: what was found, less what was rejected.
    ``problem``: why it could not be looked at, or "": a system that is down is a row with its
    reason, and delays no other.
    """

    system: str
    owner: str
    findings: tuple[ColumnFinding, ...]
    proposals: tuple[ColumnProposal, ...]
    problem: str = ""

    @property
    def undecided(self) -> tuple[ColumnFinding, ...]:
        """What waits for the owner."""
        return tuple(each for each in self.findings if each.state not in _DECIDED)


def survey_systems(keys: Sequence[str] = (), *, samples: int = SAMPLES) -> list[SystemSurvey]:
    """Return a look at each connected system, or at those named.

    Raises:
        NotFound: a system that is named is not connected.
        SystemRowDamaged: a row of a system is not as this program wrote it.
    """
    connectors = [registry.connector(key) for key in keys] if keys else registry.active()
    return [
        survey_system(connector, registry.declaration(connector.key), samples=samples)
        for connector in connectors
    ]


def survey_system(
    connector: Connector, declaration: SystemDeclaration, *, samples: int = SAMPLES
) -> SystemSurvey:
    """Return what one system has, beside its declaration."""
    return compare_with_declaration(scan_system(connector, samples=samples), declaration)


def scan_system(connector: Connector, *, samples: int = SAMPLES) -> SystemScan:
    """Return what one system has, whatever was decided of it."""
    try:
        fields = list(connector.describe(samples=samples))
    except AboveboardError as error:
        return SystemScan(connector.key, frozenset(), (), str(error))
    # What was decided must not be what is proposed: a column may have changed since.
    proposals = propose(replace(field, declared="") for field in fields)
    seen = frozenset((field.collection, field.path) for field in fields)
    return SystemScan(connector.key, seen, tuple(proposals))


def compare_with_declaration(scan: SystemScan, declaration: SystemDeclaration) -> SystemSurvey:
    """Return what was seen, beside what was decided."""
    if scan.problem:
        return SystemSurvey(scan.system, declaration.owner, (), (), scan.problem)
    proposals, seen = scan.proposals, scan.seen
    compared = tuple(_compare_proposals(proposals, declaration))
    rejected = {
        (each.collection, each.path) for each in compared if each.state is ColumnState.REJECTED
    }
    return SystemSurvey(
        scan.system,
        declaration.owner,
        (*compared, *_find_missing(seen, proposals, declaration)),
        tuple(each for each in proposals if (each.collection, each.path) not in rejected),
    )


def declaration_of(survey: SystemSurvey) -> dict[str, dict[str, dict[str, dict[str, str]]]]:
    """Return what the declaration of a system must say for all that is new: to be read by its
    owner, changed, and put into the file."""
    collections: dict[str, dict[str, dict[str, dict[str, str]]]] = {}
    for finding in survey.findings:
        if finding.state is ColumnState.NEW:
            fields = collections.setdefault(finding.collection, {"fields": {}})["fields"]
            fields[finding.path] = {"category": finding.category}
    return collections


def _compare_proposals(
    proposals: Iterable[ColumnProposal], declaration: SystemDeclaration
) -> Iterator[ColumnFinding]:
    for each in proposals:
        collection = declaration.collections.get(each.collection)
        declared = collection.fields.get(each.path) if collection else None
        decided = declared.category if declared else ""
        if declared is None:
            state = ColumnState.NEW
        elif not decided and not declared.identifier:
            state = ColumnState.REJECTED
        elif not decided or each.category == declared.despite or _is_same(decided, each.category):
            state = ColumnState.CONFIRMED
        else:
            state = ColumnState.CHANGED
        stays = declared is not None and each.category == declared.despite
        yield ColumnFinding(
            each.collection,
            each.path,
            state,
            decided if stays else each.category,
            each.confidence,
            each.evidence,
            decided,
        )


def _find_missing(
    seen: frozenset[tuple[str, str]],
    proposals: Sequence[ColumnProposal],
    declaration: SystemDeclaration,
) -> Iterator[ColumnFinding]:
    proposed = {(each.collection, each.path) for each in proposals}
    for collection in declaration.collections.values():
        for field in collection.fields.values():
            place = (collection.name, field.name)
            if place in proposed or not field.category:
                continue
            state = ColumnState.CONFIRMED if place in seen else ColumnState.GONE
            yield ColumnFinding(*place, state, field.category, 1.0, (), field.category)


def _is_same(decided: str, proposed: str) -> bool:
    """Whether two categories are one, or one is above the other."""
    return (
        decided == proposed
        or decided.startswith(f"{proposed}.")
        or proposed.startswith(f"{decided}.")
    )
