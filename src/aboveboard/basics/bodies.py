"""What a route takes beside a small form: marks on a view, read before the body of a request is.

A view without a mark takes a form or JSON of the size that its kind of address allows
(``aboveboard.site.limits``), and no file.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

V = TypeVar("V")

READ_BY_PIECES: Final = "aboveboard.read_by_pieces"
"""Member of a WSGI environ: ``wsgi.input`` gives what has come, ends by itself, and raises
``TimeoutError`` where nothing came for a while."""


def takes_file(most: int) -> Callable[[V], V]:
    """Declare that a form of this view brings a file of at most ``most`` bytes. Whoever may not
    call the view brings none: the gate is asked before the file is read."""

    def mark(view: V) -> V:
        view.takes_file = most  # type: ignore[attr-defined]  # functions take it
        return view

    return mark


def reads_lines(view: V) -> V:
    """Declare that this view reads its body by itself, line by line, while it answers."""
    view.reads_lines = True  # type: ignore[attr-defined]  # functions take it
    return view


def file_limit(view: object) -> int | None:
    """Return how large a file of this view may be, or None where it takes none."""
    limit = getattr(view, "takes_file", None)
    return limit if isinstance(limit, int) else None


def is_read_by_lines(view: object) -> bool:
    """Whether this view reads its body by itself."""
    return getattr(view, "reads_lines", False) is True
