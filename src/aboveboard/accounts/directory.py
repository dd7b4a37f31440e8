"""How a typed address finds a customer, without this room knowing the vault.

``site`` registers the look-up once at start-up: a function from the typed e-mail address to the ids
of the people whose blind index matches it. The address is matched, never kept.
"""

from __future__ import annotations

from collections.abc import Callable

from aboveboard.basics.errors import AboveboardError

FindPerson = Callable[[str], list[int]]


class NoDirectory(AboveboardError):
    """No look-up of customers was registered, so no customer can sign in."""

    code = "no_directory"
    next_step = "Call accounts.directory.register(...) at start-up."


_find: FindPerson | None = None


def register(find_person: FindPerson) -> None:
    """Set the look-up: an address (as typed) to person ids, empty when nobody matches."""
    global _find
    _find = find_person


def find(email: str) -> list[int]:
    """Return the ids of the people whose sealed address matches ``email``.

    Raises:
        NoDirectory: nothing was registered.
    """
    if _find is None:
        raise NoDirectory()
    return _find(email)
