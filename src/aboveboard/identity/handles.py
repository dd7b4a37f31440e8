"""The handles a person has, read and given while two records become one or two."""

from __future__ import annotations

from collections.abc import Sequence

from aboveboard.basics.errors import NotFound
from aboveboard.keys.handles import handles_of, seal
from aboveboard.keys.models import PersonKey
from aboveboard.keys.queries import opened


def known_as(person_id: int) -> tuple[str, ...]:
    """Return every handle of whoever has a key, the one for new entries first.

    Raises:
        NotFound: they have none.
    """
    found = opened([person_id]).get(person_id)
    if found is None:
        raise NotFound(what="person")
    return handles_of(person_id, found.key, found.handles)


def give(person_id: int, handles: Sequence[str]) -> None:
    """Let the person have exactly these handles, the first one for new entries.

    Raises:
        NotFound: they have no key.
    """
    found = opened([person_id]).get(person_id)
    if found is None:
        raise NotFound(what="person")
    PersonKey.objects.filter(person_id=person_id).update(
        handles=seal(person_id, found.key, handles)
    )
