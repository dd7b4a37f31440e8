"""Reading choices."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime

from django.db import connection

from aboveboard.basics import clock
from aboveboard.choices.models import Choice
from aboveboard.choices.state import (
    NO_CHOICES,
    Answer,
    ChoiceEvent,
    ConsentState,
    fold,
    fold_merged,
)
from aboveboard.vault import prepared
from aboveboard.vault.aliases import numbers_of


def consent_states(person_ids: Collection[int]) -> dict[int, ConsentState]:
    """Return the consent state of each person, also of those who never chose, in one statement.

    What was said under a number that was merged into theirs counts too (``state.fold_merged``).
    """
    events: dict[int, dict[int, list[ChoiceEvent]]] = {}
    merged_at: dict[int, datetime] = {}
    for person_id, number, since, at, choice_id, purpose, answer in _rows(person_ids):
        events.setdefault(person_id, {}).setdefault(number, []).append(
            ChoiceEvent(at, choice_id, purpose, Answer(answer))
        )
        if since is not None:
            merged_at[person_id] = max(since, merged_at.get(person_id, since))
    return {
        person_id: _folded(events.get(person_id, {}), merged_at.get(person_id))
        for person_id in person_ids
    }


_SAID = f"""
    SELECT choice.person_id, choice.person_id, NULL, choice.at, choice.id,
        choice.purpose, choice.answer
    FROM {Choice._meta.db_table} AS choice WHERE choice.person_id {{some}}
    UNION ALL
    SELECT alias.person_id, alias.merged_id, alias.at, choice.at, choice.id,
        choice.purpose, choice.answer
    FROM {prepared.ALIAS} AS alias
    JOIN {Choice._meta.db_table} AS choice ON choice.person_id = alias.merged_id
    WHERE alias.person_id {{some}}
"""  # noqa: S608 - the tables are our own models'; ids are parameters


def _rows(
    person_ids: Collection[int],
) -> Iterator[tuple[int, int, datetime | None, datetime, int, str, str]]:
    """Yield whose it is now, the number it was said under, since when that leads to
    them, and the choice."""
    if not person_ids:
        return
    for person_id, number, since, at, *rest in prepared.ask(_SAID, person_ids, person_ids):
        yield person_id, number, since and clock.stored(since), clock.stored(at), *rest


def _folded(sources: Mapping[int, list[ChoiceEvent]], merged_at: datetime | None) -> ConsentState:
    if not sources:
        return NO_CHOICES
    if merged_at is None:
        return fold(event for events in sources.values() for event in events)
    return fold_merged(sources, merged_at)


def consent_state(person_id: int) -> ConsentState:
    """Return one person's consent state."""
    return consent_states([person_id])[person_id]


def history(person_id: int) -> list[Choice]:
    """Return all of a person's choices, newest first; those made under a number that was
    merged into theirs too."""
    return list(Choice.objects.filter(person_id__in=numbers_of(person_id)).order_by("-at", "-id"))


def choice_of(person_id: int, choice_id: int) -> Choice | None:
    """Return one choice if it is this person's own."""
    return Choice.objects.filter(person_id__in=numbers_of(person_id), id=choice_id).first()


def said_yes(purpose: str, *, after: int, limit: int) -> list[int]:
    """Return the next people by id, behind ``after``, who ever said yes to a purpose; some
    may have withdrawn since.

    What was said under a number that was merged into theirs counts too.
    """
    with connection.cursor() as cursor:
        cursor.execute(_SAID_YES, [after, purpose, Answer.YES, purpose, Answer.YES, limit])
        return [person_id for (person_id,) in cursor.fetchall()]


_SAID_YES = f"""
    SELECT person.id FROM {prepared.PERSON} AS person
    WHERE person.id > %s AND (
        EXISTS (
            SELECT 1 FROM {Choice._meta.db_table} AS choice
            WHERE choice.person_id = person.id AND choice.purpose = %s AND choice.answer = %s
        ) OR EXISTS (
            SELECT 1 FROM {prepared.ALIAS} AS alias
            JOIN {Choice._meta.db_table} AS choice ON choice.person_id = alias.merged_id
            WHERE alias.person_id = person.id AND choice.purpose = %s AND choice.answer = %s
        )
    )
    ORDER BY person.id LIMIT %s
"""  # noqa: S608 - the tables are our own models'; values are parameters
