"""Reading choices."""

from __future__ import annotations

from collections.abc import Collection

from aboveboard.choices.models import Choice
from aboveboard.choices.standing import NOTHING_SAID, Answer, Event, Standing, fold


def standings(person_ids: Collection[int]) -> dict[int, Standing]:
    """Return the standing of each person, also of those who never chose."""
    events: dict[int, list[Event]] = {}
    rows = Choice.objects.filter(person_id__in=person_ids).values_list("person_id", "at", "id", "purpose", "answer")
    for person_id, at, choice_id, purpose, answer in rows:
        events.setdefault(person_id, []).append(Event(at, choice_id, purpose, Answer(answer)))
    return {person_id: fold(events[person_id]) if person_id in events else NOTHING_SAID for person_id in person_ids}


def standing(person_id: int) -> Standing:
    """Return one person's standing."""
    return standings([person_id])[person_id]


def history(person_id: int) -> list[Choice]:
    """Return all of a person's choices, newest first."""
    return list(Choice.objects.filter(person_id=person_id).order_by("-at", "-id"))


def choice_of(person_id: int, choice_id: int) -> Choice | None:
    """Return one choice if it is this person's own."""
    return Choice.objects.filter(person_id=person_id, id=choice_id).first()
