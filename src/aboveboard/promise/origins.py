"""What changed between two promises about where data comes from, and about what decides. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from aboveboard.promise.changes import ChangeDirection, PromiseChange
from aboveboard.promise.model import AlgorithmicTool, Promise


def origin_changes(old: Promise, new: Promise) -> Iterator[PromiseChange]:
    """Yield each change of the sources of data, of the moments at which it is collected, and of
    the algorithmic tools."""
    yield from _sources(old, new)
    yield from _collection(old, new)
    yield from _tools(old, new)


def _sources(old: Promise, new: Promise) -> Iterator[PromiseChange]:
    before, after = _sourced_fields(old), _sourced_fields(new)
    for source, field in sorted(after - before):
        title, label = new.sources[source].title, new.fields[field].label
        yield PromiseChange(
            ChangeDirection.WIDENED, source, f"We now also get “{label}” from {title}."
        )
    for source, field in sorted(before - after):
        title, label = old.sources[source].title, old.fields[field].label
        yield PromiseChange(
            ChangeDirection.NARROWED, source, f"We no longer get “{label}” from {title}."
        )


def _sourced_fields(promise: Promise) -> set[tuple[str, str]]:
    return {(key, field) for key, source in promise.sources.items() for field in source.fields}


def _collection(old: Promise, new: Promise) -> Iterator[PromiseChange]:
    # A moment alone widens nothing: what is done with the data, the purposes say.
    for key, point in new.collection.items():
        if old.collection.get(key) != point:
            yield PromiseChange(
                ChangeDirection.REWORDED,
                key,
                f"What is said at this moment changed: {point.title}.",
            )


def _tools(old: Promise, new: Promise) -> Iterator[PromiseChange]:
    for key, tool in new.automated.items():
        before = old.automated.get(key)
        if before is None:
            yield PromiseChange(
                ChangeDirection.WIDENED,
                key,
                f"A program now takes part in decisions: {tool.title}.",
            )
        elif before.decides_alone != tool.decides_alone:
            alone = tool.decides_alone
            yield PromiseChange(
                ChangeDirection.WIDENED if alone else ChangeDirection.NARROWED,
                key,
                f"“{tool.title}” {'now decides alone' if alone else 'no longer decides alone'}.",
            )
        elif more := set(tool.purposes) - set(before.purposes):
            titles = ", ".join(f"“{new.purposes[each].title}”" for each in sorted(more))
            yield PromiseChange(
                ChangeDirection.WIDENED, key, f"“{tool.title}” now also serves {titles}."
            )
        elif _words(before) != _words(tool):
            yield PromiseChange(
                ChangeDirection.REWORDED, key, f"“{tool.title}” is described in other words."
            )
    for key, tool in old.automated.items():
        if key not in new.automated:
            yield PromiseChange(
                ChangeDirection.NARROWED,
                key,
                f"A program no longer takes part in decisions: {tool.title}.",
            )


def _words(tool: AlgorithmicTool) -> tuple[object, ...]:
    texts = (tool.title, tool.logic, tool.consequences, tool.review)
    spoken = [dict(text.translations) if text else None for text in texts]
    return (*spoken, dict(tool.record), tool.purposes)
