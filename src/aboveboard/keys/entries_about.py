"""Finding the entries about a person, by the handles that their own secrets give."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from heapq import merge
from itertools import islice
from typing import Final

from aboveboard.basics.limits import PAGE_SIZE
from aboveboard.keys import queries
from aboveboard.keys.handles import HandleSecret, PersonHandles
from aboveboard.ledger import queries as ledger

_STEP: Final = 500
"""Handles that one statement asks for."""


def entries_about(
    person_id: int,
    *,
    kinds: Collection[str] | None = None,
    after: int | None = None,
    limit: int = PAGE_SIZE,
) -> list[ledger.LedgerEntry]:
    """Return the entries about a person, newest first; none once they are erased. ``after``: the id
    of the last entry of the page before."""
    person = queries.handles([person_id]).get(person_id)
    if person is None:
        return []
    pages = [_page(handles, kinds, after, limit) for handles in _newest_first(person)]
    # A merged person has several counts, each in order by itself: they are merged, and each is
    # asked for a whole page, since one may have all of it.
    newest = merge(*pages, key=lambda entry: entry.id, reverse=True)
    return list(islice(newest, limit))


def every_entry_about(person: PersonHandles) -> Iterator[ledger.LedgerEntry]:
    """Yield all entries about a person, oldest first."""
    secrets = [_entries_of_secret(secret) for secret in person.secrets]
    return merge(*secrets, ledger.entries_about(person.lasting), key=lambda entry: entry.id)


def is_about(person_id: int, handle: str | None) -> bool:
    """Whether an entry with this handle is about the person."""
    person = queries.handles([person_id]).get(person_id)
    if person is None or handle is None:
        return False
    return handle in person.lasting or person.secret_of(handle) is not None


def _page(
    steps: Iterator[Sequence[str]], kinds: Collection[str] | None, after: int | None, limit: int
) -> list[ledger.LedgerEntry]:
    """Return the newest entries with these handles. Of two about one person the later has the
    greater number and the greater id, so that whatever is in a later step is older."""
    page: list[ledger.LedgerEntry] = []
    for handles in steps:
        page += ledger.entries_for(handles, kinds=kinds, after=after, limit=limit - len(page))
        if len(page) >= limit:
            break
    return page


def _newest_first(person: PersonHandles) -> Iterator[Iterator[Sequence[str]]]:
    for secret in person.secrets:
        yield _older_handles(secret)
    yield iter([person.lasting])


def _older_handles(secret: HandleSecret) -> Iterator[Sequence[str]]:
    for end in range(secret.count, 0, -_STEP):
        yield [secret.handle(number) for number in range(max(end - _STEP, 0), end)]


def _entries_of_secret(secret: HandleSecret) -> Iterator[ledger.LedgerEntry]:
    for start in range(0, secret.count, _STEP):
        numbers = range(start, min(start + _STEP, secret.count))
        yield from ledger.entries_about([secret.handle(number) for number in numbers])
