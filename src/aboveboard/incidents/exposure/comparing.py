"""Finding people in a leaked file that names nobody: by digests of their e-mail addresses, and by
their names with their dates of birth.

Nobody is filed under these, so every record is opened, inside the vault, and gives digests under
the index key for this count alone. It is done only where the file has some.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from aboveboard.engines.leak import LeakPaths
from aboveboard.engines.snapshot import INDEX, SnapshotFiles, join_parquet, split_digest, write_rows
from aboveboard.promise.model import Promise
from aboveboard.promise.queries import in_force
from aboveboard.vault import blind
from aboveboard.vault.likeness import ComparedFields, compared_digests

_FIRST: Final = "user.name.first"
_LAST: Final = "user.name.last"
_FULL: Final = "user.name"
_BORN: Final = "user.demographic.date_of_birth"


def add_compared(leak: LeakPaths, snapshot: SnapshotFiles) -> None:
    """Add to a snapshot what people can be compared by, where a leak asks for it.

    After the snapshot was taken and not as of its moment: whoever was erased in between is missing,
    as they should be.

    Raises:
        NoPromise: nothing says which fields hold what.
    """
    numbers = leak.kinds() & set(blind.COMPARED_NUMBERS.values())
    if not numbers:
        return
    more = snapshot.index.with_name("compared.parquet")
    write_rows(_rows(numbers, compared_fields(in_force().promise)), more, INDEX)
    join_parquet([snapshot.index, more], snapshot.index)


def compared_fields(promise: Promise) -> ComparedFields:
    """Return which fields of the record are compared, as the promise names them."""
    by_category = {field.category: name for name, field in reversed(list(promise.fields.items()))}
    names = [by_category[each] for each in (_FIRST, _LAST) if each in by_category]
    if len(names) < 2:
        names = [by_category[_FULL]] if _FULL in by_category else []
    return ComparedFields(
        emails=tuple(name for name, field in promise.fields.items() if field.kind == "email"),
        names=tuple(names),
        born=by_category.get(_BORN, ""),
    )


def _rows(numbers: set[int], fields: ComparedFields) -> Iterator[tuple[int, int, int, int]]:
    for number, digest, person_id in compared_digests(numbers, fields):
        yield number, *split_digest(digest), person_id
