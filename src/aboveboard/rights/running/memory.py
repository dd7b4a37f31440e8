"""What a system was asked by and what it found, kept sealed between tries and processes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from aboveboard.connectors.contract import Match
from aboveboard.rights.models import RequestStep, RightsRequest
from aboveboard.rights.requests import sealing
from aboveboard.rights.requests.state import StepKey
from aboveboard.rights.requests.terms import StepVerb
from aboveboard.rights.running.graph import add_matches


@dataclass(slots=True)
class SystemMemory:
    """Of one system: its matches, the identifiers it was asked by, and whose each doubtful match is
    as somebody decided (by collection and key: theirs or not)."""

    matches: list[Match] = field(default_factory=list)
    asked: set[tuple[str, str]] = field(default_factory=set)
    decided: dict[tuple[str, str], bool] = field(default_factory=dict)

    def take(self, fresh: Iterable[Match]) -> bool:
        """Take over matches, as far as nobody decided that they are another's; return whether
        there is one that was not there before."""
        before = {_name(match): match.several for match in self.matches}
        kept = [self._settled(match) for match in fresh if self.decided.get(_name(match), True)]
        self.matches = add_matches(self.matches, kept)
        return {_name(match): match.several for match in self.matches} != before

    def decide(self, theirs: Iterable[Match]) -> None:
        """Settle every doubtful match: those of ``theirs`` are the person's, the others are not."""
        kept = {_name(match) for match in theirs}
        for match in self.doubtful:
            self.decided[_name(match)] = _name(match) in kept
        self.matches = [
            self._settled(match) for match in self.matches if self.decided.get(_name(match), True)
        ]

    @property
    def doubtful(self) -> list[Match]:
        """The matches of which nobody knows yet whose they are."""
        return [match for match in self.matches if match.several]

    def _settled(self, match: Match) -> Match:
        if not match.several or _name(match) not in self.decided:
            return match
        return Match(match.collection, match.key, match.by, match.learned)


def read_memory(row: RightsRequest, key: bytes, system: str) -> SystemMemory:
    """Return what is known of one system."""
    steps = RequestStep.objects.filter(request_id=row.pk, system=system, verb=StepVerb.FIND.value)
    return decode_memories(row, key, steps).get(system, SystemMemory())


def read_memories(row: RightsRequest, key: bytes) -> dict[str, SystemMemory]:
    """Return what is known of each system."""
    steps = RequestStep.objects.filter(request_id=row.pk, verb=StepVerb.FIND.value)
    return decode_memories(row, key, steps)


def decode_memories(
    row: RightsRequest, key: bytes, steps: Iterable[RequestStep]
) -> dict[str, SystemMemory]:
    """Return what is known of each system, from the rows of its steps."""
    return {
        step.system: _decode(row, key, step)
        for step in steps
        if step.verb == StepVerb.FIND and step.matches
    }


def write_memory(row: RightsRequest, key: bytes, system: str, memory: SystemMemory) -> None:
    """Seal what is known of a system, and write it."""
    step = step_row(row.pk, (system, StepVerb.FIND))
    step.matches = encode_memory(row, key, system, memory)
    step.save(update_fields=["matches"])


def encode_memory(row: RightsRequest, key: bytes, system: str, memory: SystemMemory) -> bytes:
    """Seal what is known of a system."""
    plain = json.dumps(
        {
            "matches": json.loads(sealing.encode_matches(memory.matches)),
            "asked": sorted(memory.asked),
            "decided": [[*name, theirs] for name, theirs in sorted(memory.decided.items())],
        }
    ).encode()
    return sealing.seal(key, _place(row, system), plain)


def step_row(request_id: int, step: StepKey) -> RequestStep:
    """Return the row of a step, made where there is none."""
    row, _ = RequestStep.objects.get_or_create(
        request_id=request_id, system=step[0], verb=step[1].value
    )
    return row


def step_rows(request_id: int) -> Mapping[StepKey, RequestStep]:
    """Return the rows of a request's steps."""
    rows = RequestStep.objects.filter(request_id=request_id)
    return {(row.system, StepVerb(row.verb)): row for row in rows}


def keep_steps(rows: Sequence[RequestStep]) -> None:
    """Write rows of steps as they are here, made where there are none, in one statement."""
    stored = RequestStep.objects.bulk_create(
        [
            # Without the number that it may have: the step decides which row it is.
            RequestStep(
                **{name: getattr(row, name) for name in ("request_id", "system", "verb", *_KEPT)}
            )
            for row in rows
        ],
        update_conflicts=True,
        unique_fields=["request", "system", "verb"],
        update_fields=_KEPT,
    )
    for row, same in zip(rows, stored, strict=True):
        row.pk = same.pk


_KEPT: Final = ("attempts", "error", "next_try_at", "done_at", "matches")


def _decode(row: RightsRequest, key: bytes, step: RequestStep) -> SystemMemory:
    stored = json.loads(sealing.unseal(key, _place(row, step.system), bytes(step.matches)))
    return SystemMemory(
        sealing.decode_matches(json.dumps(stored["matches"]).encode()),
        {(kind, value) for kind, value in stored["asked"]},
        {(collection, name): theirs for collection, name, theirs in stored["decided"]},
    )


def _place(row: RightsRequest, system: str) -> str:
    return f"matches/{row.entry_id}/{system}"


def _name(match: Match) -> tuple[str, str]:
    return match.collection, match.key.reveal()
