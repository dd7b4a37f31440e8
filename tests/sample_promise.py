"""The sample promise, read once for a process: hundreds of tests and commands adopt it and ask what
is in force, and to read it is most of what that takes. It is pure: the same text gives the same
promise, whatever its file is called."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aboveboard.promise.model import Promise


def use() -> None:
    """Let this process, and what is forked from it, read the sample once."""
    from aboveboard.promise import actions, queries

    actions.load = _once(actions.load)
    queries.reread = _once(queries.reread)


def _once(read: Callable[..., Promise]) -> Callable[..., Promise]:
    from aboveboard.promise.loading import SAMPLE

    sample = SAMPLE.read_text("utf-8")
    promise = read(sample, name=SAMPLE.name)
    others = lru_cache(maxsize=8)(read)

    def reading(source: str | bytes, *, name: str) -> Promise:
        return promise if source == sample else others(source, name=name)

    return reading
