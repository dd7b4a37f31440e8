"""Moving what is wrapped from one wrapping key to another, in batches, while everyone goes on.
Sealed fields are not touched.

Safe beside everything else because a row is changed only if it still holds what was read (compare
and set): an erasure that took the row first leaves nothing to change, and a key that was replaced
meanwhile is wrapped by the newest one already.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction

from aboveboard.keys import ring
from aboveboard.keys.models import InstanceSecret, PersonKey, WrappingKey
from aboveboard.keys.wrapping import LocalKey, wrapped_by

_PEOPLE = PersonKey._meta.db_table
_SECRETS = InstanceSecret._meta.db_table
_HEAD = "substring(wrapped from 2 for 4)"
_HEAD_SQLITE = "substr(wrapped, 2, 4)"


def retire_all_but(key: LocalKey, *, at: datetime) -> None:
    """Let no other wrapping key wrap from now on."""
    WrappingKey.objects.filter(retired_at=None).exclude(key_id=_number(key.id)).update(
        retired_at=at
    )


def move_secrets(to: LocalKey) -> int:
    """Wrap the instance's secrets by ``to``; return how many were moved."""
    moved = 0
    for row in InstanceSecret.objects.all():
        old = bytes(row.wrapped)
        if wrapped_by(old) != to.id:
            context = ring.secret_context(row.name)
            new = to.wrap(ring.unwrap(old, context), context)
            moved += InstanceSecret.objects.filter(name=row.name, wrapped=old).update(wrapped=new)
    return moved


def move_people(to: LocalKey, *, after: int, limit: int) -> tuple[int, int | None]:
    """Wrap the next ``limit`` people's keys that ``to`` does not wrap: how many, and the last one
    looked at (None: no more).

    Rows that somebody is changing this moment are passed over and found in the next pass.
    Must run in a transaction.
    """
    # By hand: the ORM cannot compare bytes inside a column, and an index of them would cost every
    # import. SKIP LOCKED, since an erasure may hold a row for as long as its transaction takes.
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT person_id, wrapped FROM {_PEOPLE} "  # noqa: S608 - our own table
            f"WHERE person_id > %s AND {_head()} <> %s ORDER BY person_id LIMIT %s"
            + (" FOR UPDATE SKIP LOCKED" if connection.vendor == "postgresql" else ""),
            [after, to.id, limit],
        )
        rows = [(int(person_id), bytes(wrapped)) for person_id, wrapped in cursor.fetchall()]
    if not rows:
        return 0, None
    changes = []
    for person_id, old in rows:
        context = ring.person_context(person_id)
        changes.append((person_id, old, to.wrap(ring.unwrap(old, context), context)))
    return _compare_and_set(changes), rows[-1][0]


def _compare_and_set(changes: Sequence[tuple[int, bytes, bytes]]) -> int:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                f"UPDATE {_PEOPLE} AS kept SET wrapped = new.wrapped "  # noqa: S608 - our own table
                "FROM unnest(%s::bigint[], %s::bytea[], %s::bytea[]) "
                "AS new(person_id, old, wrapped) "
                "WHERE kept.person_id = new.person_id AND kept.wrapped = new.old",
                [list(column) for column in zip(*changes, strict=True)],
            )
        else:
            cursor.executemany(
                f"UPDATE {_PEOPLE} SET wrapped = %s "  # noqa: S608 - our own table
                "WHERE person_id = %s AND wrapped = %s",
                [(new, person_id, old) for person_id, old, new in changes],
            )
        return int(cursor.rowcount)


def is_anything_wrapped_by_another(to: LocalKey) -> bool:
    """Whether something that is committed is still wrapped by another key than ``to``."""
    return any(_exists(table, "<>", to.id) for table in (_SECRETS, _PEOPLE))


def destroy_unused() -> list[str]:
    """Destroy each retired wrapping key that wraps nothing any more; return the ids, in
    hex, of those that are gone.

    Each is locked first, which waits for any transaction that stores something wrapped
    by it (``wrapping_keys.lock``).
    """
    gone = []
    for number in sorted(
        set(WrappingKey.objects.exclude(retired_at=None).values_list("key_id", flat=True))
    ):
        key_id = int(number).to_bytes(4, "big")
        with transaction.atomic():
            list(WrappingKey.objects.select_for_update().filter(key_id=number).order_by("id"))
            if not any(_exists(table, "=", key_id) for table in (_SECRETS, _PEOPLE)):
                WrappingKey.objects.filter(key_id=number).delete()
                gone.append(key_id.hex())
    return gone


def destroy_copies_of_other_providers(provider_name: str) -> int:
    """Destroy what other providers than this one can open; return how many copies. The caller
    has seen that this one opens every key."""
    deleted, _ = WrappingKey.objects.exclude(provider=provider_name).delete()
    return deleted


def people_by_key() -> dict[str, int]:
    """Return how many people's keys each key wraps, by its id in hex. Reads every row: a minute
    for a hundred million."""
    with connection.cursor() as cursor:
        # Our own table.
        cursor.execute(f"SELECT {_head()}, count(*) FROM {_PEOPLE} GROUP BY 1")  # noqa: S608
        return {bytes(head).hex(): int(count) for head, count in cursor.fetchall()}


def _exists(table: str, compare: str, key_id: bytes) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT 1 FROM {table} "  # noqa: S608 - our own tables
            f"WHERE {_head()} {compare} %s LIMIT 1",
            [key_id],
        )
        return cursor.fetchone() is not None


def _head() -> str:
    return _HEAD if connection.vendor == "postgresql" else _HEAD_SQLITE


def _number(key_id: bytes) -> int:
    return int.from_bytes(key_id, "big")
