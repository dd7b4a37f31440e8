"""``Personal[T]``: a value about a person that does not print itself.

Logs, error messages, tracebacks and task arguments all end in ``repr`` or ``str``; a value wrapped
here shows a mask in each. Call :meth:`Personal.reveal` only where the value is shown to someone the
decision allowed, and never in an expression that is logged.
"""

from __future__ import annotations

from typing import Any, Generic, NoReturn, TypeVar

T = TypeVar("T")

MASK = "•••"


class Personal(Generic[T]):
    """A value about a person. Equal by value, masked in print, refused by pickle and JSON."""

    __slots__ = ("_value",)

    def __init__(self, value: T) -> None:
        self._value = value

    def reveal(self) -> T:
        """Return the value itself."""
        return self._value

    def __repr__(self) -> str:
        return f"Personal({MASK})"

    def __str__(self) -> str:
        return MASK

    def __format__(self, spec: str) -> str:
        return MASK

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Personal) and self._value == other._value

    def __hash__(self) -> int:
        return hash((Personal, self._value))

    # Also what ``copy`` and ``multiprocessing`` use: a value that crosses a process is bytes on a
    # pipe, and what is pickled may end in a file.
    def __reduce__(self) -> str | tuple[Any, ...]:
        self._refuse()

    @staticmethod
    def _refuse() -> NoReturn:
        raise TypeError("a personal value is not written down: seal it in the vault instead")
