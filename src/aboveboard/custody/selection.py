"""Everyone whom a purpose may reach: candidates for a campaign or an
extract, in ascending order of id, streamed.

A selection only leaves out people whom the decision would refuse for their choice; it grants
nothing. ``access`` decides each of those who are left.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from aboveboard.basics.errors import NotFound
from aboveboard.choices import queries as choices
from aboveboard.custody.limits import SELECT_PAGE
from aboveboard.promise.queries import in_force
from aboveboard.vault import queries as vault


def everyone_for(purpose: str) -> Iterator[int]:
    """Yield everyone who ever said yes, where the purpose needs consent; everyone who is
    held, where it does not.

    Raises:
        NotFound: the promise in force has no such purpose.
    """
    known = in_force().promise.purposes.get(purpose)
    if known is None:
        raise NotFound(what="purpose in the promise")
    if known.needs_consent:
        return _pages(lambda after: choices.ever_consented(purpose, after=after, limit=SELECT_PAGE))
    return _pages(lambda after: vault.ids_after(after, limit=SELECT_PAGE))


def _pages(page: Callable[[int], Sequence[int]]) -> Iterator[int]:
    """Each page is asked for when it is needed: no cursor stays open over the
    transactions between."""
    after = 0
    while ids := page(after):
        yield from ids
        after = ids[-1]
