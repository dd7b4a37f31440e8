"""A whole system, or one of its collections, as it was at a moment: everybody who was held then.

Other systems are not asked: who stood in them is not known here, so everybody of our own records
counts, and staff say how certain that is. Whoever was erased since is a number alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from aboveboard.basics import clock
from aboveboard.basics.actor import Actor
from aboveboard.basics.errors import Invalid, NotFound
from aboveboard.basics.facts import Code
from aboveboard.connectors import queries as connectors
from aboveboard.connectors import registry
from aboveboard.connectors.declaration import DeclaredCollection
from aboveboard.engines.sources import ExposedAlike, list_people
from aboveboard.incidents import lifecycle
from aboveboard.incidents.entries import AffectedStated
from aboveboard.incidents.exposure.folders import working_folder
from aboveboard.incidents.models import AffectedList
from aboveboard.incidents.sources.recording import (
    ExposedData,
    FoundSource,
    check_takes_sources,
    in_people,
    record_source,
)
from aboveboard.incidents.terms import Certainty, SourceWay
from aboveboard.ledger import queries as ledger
from aboveboard.promise.queries import in_force
from aboveboard.vault import facets

OWN: Final = "own"
"""The key of our own records among the systems."""
_ERASURE: Final = "erasure.done"


@dataclass(frozen=True, slots=True)
class LostDataset:
    """A system or one of its collections, of which all may be lost. ``key``: ``own``, the key of a
    system, or that with ``/`` and the collection; ``categories``: what is declared of it, () where
    nobody declared what it holds."""

    key: str
    name: str
    categories: tuple[str, ...]


def datasets() -> list[LostDataset]:
    """Return our own records, and every connected system with its collections.

    Raises:
        SystemRowDamaged: the row of one is not as this program wrote it.
    """
    promise = in_force().promise
    held = promise.categories_of(promise.fields)
    listed = [LostDataset(OWN, "Our own customer records", tuple(held))]
    for row in connectors.systems():
        collections = registry.declaration(row.key).collections
        listed.append(LostDataset(row.key, row.name, _categories(list(collections.values()))))
        listed += [
            LostDataset(f"{row.key}/{name}", f"{row.name}: {name}", _categories([each]))
            for name, each in sorted(collections.items())
        ]
    return listed


def add_system(
    number: int,
    key: str,
    as_of: datetime,
    *,
    categories: Sequence[str] = (),
    protected: Sequence[str] = (),
    certainty: Certainty = Certainty.CERTAIN,
    by: Actor,
    at: datetime,
) -> AffectedList:
    """Add everybody who was held at a moment, because a whole system was lost as it was then.

    ``categories``: what was exposed; without it, what is declared of the system, or all that we
    hold where nothing is.

    Raises:
        NotFound: there is no such incident or system.
        Conflict: the incident is counted from a device or a file.
        Invalid: the moment has not come, or what was protected was not in it.
    """
    check_takes_sources(lifecycle.find(number))
    if as_of > at:
        raise Invalid(found="a moment that has not come", fix="Give a moment in the past.")
    lost = {each.key: each for each in datasets()}
    if key not in lost:
        raise NotFound(what="system")
    exposed = ExposedData(
        tuple(categories) or lost[key].categories or lost[OWN].categories,
        tuple(protected),
        certainty,
    )
    alike = ExposedAlike(exposed.bits, exposed.hidden, int(certainty))
    with working_folder() as scratch:
        # Before the incident is held: of a hundred million people it takes minutes.
        file = scratch / "people.parquet"
        people = list_people(lambda out: facets.write_held(out, as_of), alike, file)
        erased = ledger.count_between(_ERASURE, as_of, at)
        source = FoundSource(
            SourceWay.SYSTEM,
            people,
            alike.categories,
            alike.protected,
            certainty,
            {"people": file},
            {
                "system": lost[key].name,
                "key": key,
                "as_of": clock.to_text(as_of),
                # Who they were nobody can say, nor whether they were held yet: at most.
                "erased_since": erased,
            },
            f"Affected: {in_people(people)} in a whole system, as it was at a moment.",
            fact=AffectedStated(
                listed=people, way=Code(SourceWay.SYSTEM.value), certainty=int(certainty)
            ),
        )
        return record_source(number, source, by=by, at=at)


def _categories(collections: Sequence[DeclaredCollection]) -> tuple[str, ...]:
    declared = [
        field.category
        for collection in collections
        for field in collection.fields.values()
        if field.category
    ]
    return tuple(dict.fromkeys(declared))
