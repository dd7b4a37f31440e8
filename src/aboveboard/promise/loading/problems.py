"""What is wrong with a promise file: where, what, and how to put it right. All of
it, not the first thing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from aboveboard.basics.canonical import Json
from aboveboard.basics.errors import Invalid


@dataclass(frozen=True, slots=True, order=True)
class PromiseProblem:
    """One thing to put right. ``line`` and ``column`` count from 1; ``code`` is
    stable, the words are not."""

    file: str
    line: int
    column: int
    code: str
    message: str
    fix: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.message} {self.fix}"

    def as_json(self) -> dict[str, Json]:
        """Return the problem for a program."""
        return {
            "file": self.file,
            "line": self.line,
            "column": self.column,
            "code": self.code,
            "message": self.message,
            "fix": self.fix,
        }


class PromiseRefused(Invalid):
    """The promise in {file} cannot be used: {count} to fix."""

    code = "promise_refused"
    next_step = "First: {first}"

    def __init__(self, problems: tuple[PromiseProblem, ...]) -> None:
        self.problems = problems
        super().__init__(
            file=problems[0].file, count=_count_in_words(len(problems)), first=problems[0]
        )


def _count_in_words(number: int) -> str:
    return "one problem" if number == 1 else f"{number} problems"


class Located(Protocol):
    """Anything that has a place in the file."""

    @property
    def line(self) -> int:
        """The line, from 1."""

    @property
    def column(self) -> int:
        """The column, from 1."""


@dataclass(slots=True)
class ProblemReport:
    """The problems found so far in one file."""

    file: str
    collected: set[PromiseProblem] = field(default_factory=set)

    def add(self, place: Located, code: str, message: str, fix: str) -> None:
        """Write down one problem; the same one twice counts once."""
        # A set, because several checks may come upon one thing.
        self.collected.add(PromiseProblem(self.file, place.line, place.column, code, message, fix))

    def problems(self) -> tuple[PromiseProblem, ...]:
        """Return the problems in the order of the file."""
        return tuple(sorted(self.collected))


def quoted(text: str) -> str:
    """Return a word from the file for use in a message: in back-quotes, and short."""
    # Short: a mistake of indentation can make a key of half the file.
    return f"`{text if len(text) <= 60 else text[:57] + '...'}`"
