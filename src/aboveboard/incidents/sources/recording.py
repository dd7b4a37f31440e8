"""Keeping a source of whom a loss affects: its row, its files, and the entry that says so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from django.db import transaction

from aboveboard.basics.actor import Actor
from aboveboard.basics.canonical import Json
from aboveboard.basics.errors import Conflict, Invalid
from aboveboard.basics.ids import new_id
from aboveboard.incidents import lifecycle
from aboveboard.incidents.entries import AffectedStated, IncidentChanged
from aboveboard.incidents.exposure import counting, stated
from aboveboard.incidents.exposure.folders import folder_of
from aboveboard.incidents.models import AffectedList, Incident
from aboveboard.incidents.terms import Certainty, IncidentKind, SourceWay
from aboveboard.law.categories import all_categories, bitmap


@dataclass(frozen=True, slots=True)
class ExposedData:
    """What a source says was exposed of everybody: keys of categories, those of them that nobody
    could read, and how certain it is."""

    categories: tuple[str, ...]
    protected: tuple[str, ...] = ()
    certainty: Certainty = Certainty.CERTAIN

    @property
    def bits(self) -> int:
        """The categories as a bitmap.

        Raises:
            Invalid: nothing was exposed, or there is no such category.
        """
        if not self.categories:
            raise Invalid(
                found="people of whom nothing was exposed",
                fix="Say which data about them was in it.",
            )
        if not set(self.categories) <= set(all_categories()):
            raise Invalid(
                found="a category of data that is none",
                fix="Use the keys of the fideslang taxonomy, such as user.contact.email.",
            )
        return bitmap(self.categories)

    @property
    def hidden(self) -> int:
        """What was protected, as a bitmap.

        Raises:
            Invalid: it was not exposed.
        """
        if not set(self.protected) <= set(self.categories):
            raise Invalid(
                found="protected data that was not in it",
                fix="Say of which of the data that was in it nobody could read.",
            )
        return bitmap(self.protected)


@dataclass(frozen=True, slots=True)
class FoundSource:
    """Whom a source names. ``files``: the files that say so, by what makes their names
    (:mod:`aboveboard.incidents.exposure.stated`); ``evidence``: what it rests on, without a value
    of anybody; ``unmatched``: how much of it names nobody we know; ``sentence``: for the timeline.
    """

    way: SourceWay
    people: int
    categories: int
    protected: int
    certainty: Certainty
    files: Mapping[str, Path]
    evidence: dict[str, Json]
    sentence: str
    unmatched: int = 0
    login: dict[str, Json] | None = None
    fact: AffectedStated = field(default_factory=AffectedStated)


NAMES = {
    "people": stated.people_file,
    "acts": stated.acts_file,
    "lines": stated.lines_file,
    "unknown": stated.unknown_file,
}


def check_takes_sources(incident: Incident) -> None:
    """Refuse an incident that is counted from its device or its file.

    Raises:
        Conflict: it is.
    """
    if incident.kind != IncidentKind.OTHER:
        raise Conflict(why=f"{incident.reference} is counted from its device or its file")


def record_source(number: int, source: FoundSource, *, by: Actor, at: datetime) -> AffectedList:
    """Add whom a source names to an incident; the count follows as a job.

    Raises:
        NotFound: there is no such incident. Conflict: it is counted from a device or a file.
    """
    with transaction.atomic():
        incident = lifecycle.find(number, lock=True)
        check_takes_sources(incident)
        name = f"{source.way.value}-{new_id()}"
        row = AffectedList.objects.create(
            incident=incident,
            way=source.way,
            certainty=source.certainty,
            evidence=source.evidence,
            categories=source.categories,
            protected=source.protected,
            people=source.people,
            unmatched=[],
            shared=[],
            at=at,
            by=by.as_json(),
            login=source.login,
            file_name=name,
        )
        folder = folder_of(incident)
        folder.mkdir(mode=0o700, exist_ok=True)
        # In their place before the row is committed: it never names files that are not there.
        for what, path in source.files.items():
            path.replace(folder / NAMES[what](name))
        lifecycle.add_timeline_event(incident, "affected", source.sentence, by=by, at=at)
        entry = IncidentChanged(incident=lifecycle.reference_of(incident), affected=source.fact)
        lifecycle.append_entry(entry, by=by, at=at)
        counting.enqueue(incident)
    return row


def in_people(people: int) -> str:
    """Return how many people, in words."""
    return "1 person" if people == 1 else f"{people:,} people"
