"""Writing the rows of a batch: one statement for thousands of people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import repeat
from typing import Final

from django.db import DEFAULT_DB_ALIAS, connections

from aboveboard.basics import statements
from aboveboard.basics.ids import new_ids
from aboveboard.delivery.terms import Channel

# Whoever stands in the batch on that channel already is left as they are.
_INSERT: Final = """
INSERT INTO delivery_dispatch (
    id, person_id, template, channel, language, batch_id, due_at,
    state, reason, attempts, claimed_by, smtp_code
)
{rows}
ON CONFLICT (person_id, batch_id, channel) DO NOTHING
"""
_FROM_VALUES: Final = _INSERT.format(
    rows="VALUES (%s, %s, %s, %s, %s, %s, %s, 'queued', '', 0, '', 0)"
)
_FROM_ARRAYS: Final = (
    _INSERT.format(
        rows="""
SELECT id, person_id, template, channel, language, %s, %s::timestamptz, 'queued', '', 0, '', 0
FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::text[], %s::text[])
    AS queued (id, person_id, template, channel, language)
"""
    )
    + "RETURNING channel"
)


@dataclass(frozen=True, slots=True)
class BatchRecipient:
    """A person to reach in a batch. ``template`` is a code that the batch's
    letter understands."""

    person_id: int
    language: str
    channel: Channel = Channel.EMAIL
    template: str = ""


def insert(batch_id: int, recipients: Sequence[BatchRecipient], at: datetime) -> Counter[str]:
    """Queue people; return how many rows that added on each channel. Called in a transaction."""
    ids = list(new_ids(len(recipients)))
    people = [to.person_id for to in recipients]
    words = (
        [to.template for to in recipients],
        [to.channel.value for to in recipients],
        [to.language for to in recipients],
    )
    database = connections[DEFAULT_DB_ALIAS]
    if database.vendor == "postgresql":
        columns = [statements.array_literal(column) for column in (ids, people, *words)]
        values = [batch_id, str(at), *columns]
        return Counter(
            str(channel) for (channel,) in statements.execute(database, _FROM_ARRAYS, values)
        )
    due_at = database.ops.adapt_datetimefield_value(at)
    rows = list(zip(ids, people, *words, repeat(batch_id), repeat(due_at)))
    added: Counter[str] = Counter()
    with database.cursor() as cursor:
        # One statement for each channel, as it says of all its rows how many are new.
        for channel in sorted(set(words[1])):
            cursor.executemany(_FROM_VALUES, [row for row in rows if row[3] == channel])
            added[channel] = int(cursor.rowcount)
    return added
