"""Reading choices."""

from __future__ import annotations

from collections.abc import Collection

from django.db import connection

from aboveboard.basics import clock
from aboveboard.choices.models import Choice
from aboveboard.choices.standing import NOTHING_SAID, Answer, Event, Standing, fold

_STANDINGS = f"SELECT person_id, at, id, purpose, answer FROM {Choice._meta.db_table} WHERE person_id IN ({{marks}})"  # noqa: S608 - our table


def standings(person_ids: Collection[int]) -> dict[int, Standing]:
    """Return the standing of each person, also of those who never chose."""
    events: dict[int, list[Event]] = {}
    if person_ids:
        # By hand: this is on the path of every use, where the ORM took longer than the database.
        with connection.cursor() as cursor:
            cursor.execute(_STANDINGS.format(marks=", ".join(["%s"] * len(person_ids))), list(person_ids))
            for person_id, at, choice_id, purpose, answer in cursor.fetchall():
                events.setdefault(person_id, []).append(Event(clock.stored(at), choice_id, purpose, Answer(answer)))
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
