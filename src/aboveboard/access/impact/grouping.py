"""Counting people by what the decision about one purpose depends on, in the database: one
statement for a range of ids.

People are in one group when their last word about the purpose, their restriction, a hold and the
state of every clock are the same. Where a clock is near its end the group is of one moment, so that
it comes out alike for all of it. One of each group is decided about; the rest is multiplication.
The statement runs as it is on SQLite and PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime

from django.db import connection

from aboveboard.access.decision.facts import PersonFacts, no_moments
from aboveboard.access.impact.judging import PurposePair, uncertain_interval
from aboveboard.access.limits import USE_BATCH
from aboveboard.choices import queries as choices
from aboveboard.promise.model import RetentionStart
from aboveboard.vault import prepared
from aboveboard.vault import queries as vault
from aboveboard.vault.holds import is_open

_STARTS = {RetentionStart.LAST_ACTIVITY: "p.last_active_at", RetentionStart.CHOICE: "l.at"}
_FOLDED = f"""
        SELECT 1 FROM {choices.TABLE} AS said
        WHERE said.purpose IN (%s, %s) AND (
            (said.person_id = p.id AND (said.contact <> '' OR said.waits))
            OR said.person_id IN (
                SELECT merged_id FROM {prepared.ALIAS} WHERE person_id = p.id
            )
        )
"""  # noqa: S608 - the tables are our own models'; everything else is a parameter
_APART = f"""
    SELECT p.id FROM {prepared.PERSON} AS p
    WHERE p.id > %s AND p.id <= %s AND EXISTS ({_FOLDED})
"""  # noqa: S608 - the tables are our own models'; everything else is a parameter
_COUNT = f"""
    SELECT COUNT(*), MIN(p.id)
    FROM {prepared.PERSON} AS p
    LEFT JOIN (
        SELECT person_id, answer, at FROM (
            SELECT person_id, answer, at,
                ROW_NUMBER() OVER (PARTITION BY person_id ORDER BY at DESC, id DESC) AS newest
            FROM {choices.TABLE}
            WHERE purpose = %s AND contact = '' AND person_id > %s AND person_id <= %s
        ) AS said WHERE newest = 1
    ) AS l ON l.person_id = p.id
    WHERE p.id > %s AND p.id <= %s AND NOT EXISTS ({_FOLDED})
    GROUP BY l.answer,
        CASE WHEN p.restricted_until > %s THEN
            CASE WHEN l.at >= COALESCE(p.restricted_since, p.collected_at) THEN 2 ELSE 1 END
        ELSE 0 END,
        CASE WHEN p.held_until > %s THEN 1 ELSE 0 END
"""  # noqa: S608 - the tables are our own models'; everything else is a parameter
_CLOCK = """,
        CASE WHEN {start} < %s THEN 0 WHEN {start} > %s THEN 2 ELSE 1 END,
        CASE WHEN {start} >= %s AND {start} <= %s THEN {start} END"""


def groups(
    pair: PurposePair, low: int, high: int, at: datetime
) -> Iterator[tuple[int, PersonFacts]]:
    """Yield how many people each group of a range has, and the facts of one of them.

    Who said anything about one way of contact or how long it is kept, or under a number that was
    merged into theirs, or of whom a yes was recorded that waits, is a group of their own: what
    holds then is the fold's to say (``choices.state``).
    """
    sql, topics = _COUNT, (pair.key, f"keep:{pair.key}")
    parameters: list[str | int | datetime] = [
        pair.key,
        low,
        high,
        low,
        high,
        *topics,
        *map(_moment, (at, at)),
    ]
    for purpose in pair.purposes():
        sql += _CLOCK.format(start=_STARTS[purpose.retention.starts])
        parameters += [*map(_moment, uncertain_interval(purpose.retention.keep, at) * 2)]
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        rows = cursor.fetchall()
        cursor.execute(_APART, [low, high, *topics])
        rows += [(1, person_id) for (person_id,) in cursor.fetchall()]
    for start in range(0, len(rows), USE_BATCH):
        batch = rows[start : start + USE_BATCH]
        known = facts_of([person_id for _, person_id in batch], at)
        yield from ((count, known[person_id]) for count, person_id in batch if person_id in known)


def facts_of(
    person_ids: Collection[int],
    at: datetime,
    collected: Mapping[int, Mapping[str, datetime]] | None = None,
) -> dict[int, PersonFacts]:
    """Return what the decision would know of people, without a key: from their
    facets and choices alone."""
    consents = choices.consent_states(person_ids)
    return {
        person.id: PersonFacts(
            held=True,
            consent=consents[person.id],
            collected_at=person.collected_at,
            last_active_at=person.last_active_at,
            collected=(collected or {}).get(person.id, no_moments()),
            restricted_since=(person.restricted_since or person.collected_at)
            if is_open(person.restricted_until, at)
            else None,
            # As for a use: a hold that is not proven lets nothing go on.
            held_for_claim=person.dates_proven and is_open(person.held_until, at),
        )
        for person in vault.people(person_ids).values()
    }


def _moment(moment: datetime) -> str | datetime:
    """Return a moment as this database compares it with those of its columns."""
    adapted = connection.ops.adapt_datetimefield_value(moment)
    return moment if adapted is None else adapted
