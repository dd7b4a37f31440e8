"""Ways into an answer: a small part of what RFC 9535 (JSONPath) has. Nothing computes.

Names with a dot between, a number or a star in brackets for elements of a list. A name with a dot
or a bracket in it stands in double quotes. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from aboveboard.basics.canonical import Json

EACH: Final = -1
"""The step ``[*]``: every element of a list."""

Step: TypeAlias = str | int
_STEP = re.compile(
    r'(?:^|\.)(?:"(?P<quoted>[^"\\\x00-\x1f]{1,200})"|(?P<name>[^.\[\]"\s]{1,200}))'
    r"|\[(?P<place>[0-9]{1,6}|\*)\]"
)
_MOST_STEPS: Final = 12


@dataclass(frozen=True, slots=True)
class JsonPath:
    """A way into an answer. ``text`` as it was written."""

    text: str
    steps: tuple[Step, ...]

    @classmethod
    def parse(cls, text: str) -> JsonPath | None:
        """Return the path, or None where the text is none. ``.`` is the answer itself."""
        if text == ".":
            return cls(text, ())
        steps: list[Step] = []
        at = len(text) if text.startswith(".") else 0
        while at < len(text):
            step = _STEP.match(text, at)
            if step is None or len(steps) == _MOST_STEPS:
                return None
            at = step.end()
            place = step["place"]
            if place is None:
                steps.append(step["quoted"] or step["name"])
            else:
                steps.append(EACH if place == "*" else int(place))
        return cls(text, tuple(steps)) if steps else None

    def values(self, answer: Json) -> Iterator[Json]:
        """Yield what stands there; nothing where the way ends before."""
        yield from _below(answer, self.steps)

    def first(self, answer: Json) -> Json:
        """Return the first of what stands there, or None."""
        return next(self.values(answer), None)

    @property
    def top(self) -> str:
        """The name at the top that it leads through, or ""."""
        return next((step for step in self.steps if isinstance(step, str)), "")


def _below(value: Json, steps: tuple[Step, ...]) -> Iterator[Json]:
    if not steps:
        yield value
        return
    step, rest = steps[0], steps[1:]
    if isinstance(step, str):
        if isinstance(value, Mapping) and step in value:
            yield from _below(value[step], rest)
    elif isinstance(value, list):
        for each in value if step == EACH else value[step : step + 1]:
            yield from _below(each, rest)


def items(value: Json) -> list[Json]:
    """Return a list as it is, and an object as a list of one; of anything else nothing."""
    if isinstance(value, list):
        return value
    return [value] if isinstance(value, Mapping) else []


def as_text(value: Json) -> str | None:
    """Return an id or a word as text; None for what is neither."""
    if isinstance(value, str):
        return value or None
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return None


def merged_at(path: JsonPath, value: Json, into: dict[str, Json]) -> None:
    """Set a value at a path of names, making the objects on the way."""
    *way, last = [step for step in path.steps if isinstance(step, str)]
    for name in way:
        below = into.setdefault(name, {})
        if not isinstance(below, dict):
            below = into[name] = {}
        into = below
    into[last] = value
