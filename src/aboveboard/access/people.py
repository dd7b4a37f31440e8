"""Finding the person that a use is about, by what they said of themselves."""

from __future__ import annotations

from aboveboard.basics.errors import Conflict, NotFound
from aboveboard.promise.queries import in_force
from aboveboard.vault import queries as vault


class NoOneFound(NotFound):
    """Nobody here is known by that."""

    code = "no_one_found"
    next_step = "Check the spelling, or ask them for their customer number."


class SeveralFound(Conflict):
    """More than one person is known by that."""

    code = "several_found"
    next_step = "Ask them for their customer number or e-mail address."


def the_one(kind: str, value: str, *, country: str | None = None) -> int:
    """Return the one person known by ``value``; a phone without country is tried in each country we trade in.

    Raises:
        NoOneFound: nobody is.
        SeveralFound: more than one is, so none of them is shown.
    """
    regions: list[str | None] = [country]
    if kind == "phone" and country is None:
        regions += in_force().promise.organisation.trades_in
    found = vault.find(kind, value, regions=regions)
    if not found:
        raise NoOneFound()
    if len(found) > 1:
        raise SeveralFound()
    return found[0]
