"""Erasing a record of an API, and what hangs on it. Run again it finds nothing left.

1. An erasure that was asked for before, and is not done yet, is waited for: nothing is sent twice.
2. Is the record there? If not, nothing is left to do.
3. What stays is counted, with its ground, while it can still be listed.
4. Parts go before what they hang on, those at the bottom first: without the record none could be
   named any more. Their keys are read before the first is erased, since pages move under a list
   that shrinks.
5. The record goes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from aboveboard.connectors.contract import Retained, SystemChange
from aboveboard.connectors.http.calls import ApiCaller
from aboveboard.connectors.http.limits import ERASED_AT_ONCE
from aboveboard.connectors.http.matching import key_of
from aboveboard.connectors.http.pages import listed
from aboveboard.connectors.http.paths import as_text
from aboveboard.connectors.http.placeholders import Scope
from aboveboard.connectors.http.shape import ApiCollection, ApiPart, DeclaredErasure, DeclaredWait


@dataclass(slots=True)
class _ErasureSoFar:
    """What was done, in the words of the contract."""

    dry_run: bool
    changed: dict[str, int] = field(default_factory=dict)
    retained: list[Retained] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    done: bool = True

    def count(self, name: str, records: int) -> None:
        if records:
            self.changed[name] = self.changed.get(name, 0) + records

    def wait(self, message: str) -> None:
        self.done = False
        if message not in self.messages:
            self.messages.append(message)

    def answer(self) -> SystemChange:
        return SystemChange(self.changed, tuple(self.retained), tuple(self.messages), self.done)


def erase(
    caller: ApiCaller,
    collection: ApiCollection,
    erasure: DeclaredErasure,
    scope: Scope,
    cannot: tuple[str, ...],
    *,
    dry_run: bool,
) -> SystemChange:
    """Erase a record, or with ``dry_run`` count what would go. Numbered as above.

    ``cannot``: what no call of this system reaches; it is told with what was done.
    """
    so_far = _ErasureSoFar(dry_run)
    if erasure.wait and _is_pending(caller, erasure.wait, scope):  # 1
        so_far.wait(erasure.wait.message)
        return so_far.answer()
    if collection.read and next(listed(caller, collection.read, scope), None) is None:  # 2
        return so_far.answer()
    _count_kept(caller, collection, scope, so_far)  # 3
    _parts(caller, collection, scope, so_far)  # 4
    if so_far.done or dry_run:
        _item(caller, collection.name, erasure, scope, so_far)  # 5
        so_far.messages += cannot
    return so_far.answer()


def _is_pending(caller: ApiCaller, wait: DeclaredWait, scope: Scope) -> bool:
    if wait.pending is None or wait.state is None:
        return False
    state, same = wait.state, wait.pending.same
    return any(
        as_text(state.first(item)) in wait.open
        for item in listed(caller, wait.pending, scope)
        if all(scope[name] in map(as_text, path.values(item)) for name, path in same.items())
    )


def _count_kept(caller: ApiCaller, part: ApiPart, scope: Scope, so_far: _ErasureSoFar) -> None:
    for below in part.parts:
        if below.read is None:
            continue
        if below.keeps:
            if records := sum(1 for _ in listed(caller, below.read, scope)):
                so_far.retained.append(Retained(below.name, records, below.keeps))
        elif any(each.keeps for each in below.with_parts()):
            for item in listed(caller, below.read, scope):
                _count_kept(caller, below, {**scope, **key_of(below, item)}, so_far)


def _parts(caller: ApiCaller, part: ApiPart, scope: Scope, so_far: _ErasureSoFar) -> None:
    for below in part.parts:
        if below.read is None or below.keeps:
            continue
        if below.with_parent or below.erase is None:
            so_far.count(below.name, sum(1 for _ in listed(caller, below.read, scope)))
        elif below.erase.once:
            records = sum(1 for _ in listed(caller, below.read, scope))
            if records:
                _item(caller, below.name, below.erase, scope, so_far, records)
        else:
            _erase_each(caller, below, below.erase, scope, so_far)


def _erase_each(
    caller: ApiCaller,
    part: ApiPart,
    erasure: DeclaredErasure,
    scope: Scope,
    so_far: _ErasureSoFar,
) -> None:
    keys = list(islice(_keys(caller, part, scope), ERASED_AT_ONCE + 1))
    if len(keys) > ERASED_AT_ONCE:
        so_far.wait(f"More than {ERASED_AT_ONCE:,} of {part.name}: the rest goes next time.")
    for key in keys[:ERASED_AT_ONCE]:
        inner = {**scope, **key}
        _parts(caller, part, inner, so_far)
        _item(caller, part.name, erasure, inner, so_far)


def _keys(caller: ApiCaller, part: ApiPart, scope: Scope) -> Iterator[dict[str, str]]:
    for item in listed(caller, part.read, scope) if part.read else ():
        yield key_of(part, item)


def _item(
    caller: ApiCaller,
    name: str,
    erasure: DeclaredErasure,
    scope: Scope,
    so_far: _ErasureSoFar,
    records: int = 1,
) -> None:
    if so_far.dry_run:
        so_far.count(name, records)
        return
    results = [caller.change(call, scope) for call in erasure.calls]
    if any(results):
        so_far.count(name, records)
    if erasure.wait:
        so_far.wait(erasure.wait.message)
