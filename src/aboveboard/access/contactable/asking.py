"""Asking who may be contacted for a purpose through a channel, over everybody held.

The procedure, numbered as in the code:

1. What is wrong whoever it is about (role, channel, fields) is decided first.
2. Of everybody held, what the decision depends on is written as rows for the engine.
3. The engine puts people into classes; one of each is decided about as for a use, and everybody has
   the decision of their class.
4. That it was asked is written into the ledger: for what, by whom, and how many there were.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.db import transaction

from aboveboard.access.contactable.conditions import condition_rows, retention_cutoff
from aboveboard.access.decision.decide import decide_person, general_refusals
from aboveboard.access.decision.facts import DecisionFacts, DecisionMoment
from aboveboard.access.decision.gather import gather
from aboveboard.access.entries import ContactableAsked, known_word, known_words
from aboveboard.access.reasons import ReasonCode
from aboveboard.access.use import UseRequest
from aboveboard.basics.actor import Actor
from aboveboard.basics.errors import NotFound
from aboveboard.engines.contactable import (
    ContactClass,
    decide_everybody,
    iter_decided,
    write_facts,
)
from aboveboard.ledger.actions import append
from aboveboard.promise import queries as promise
from aboveboard.promise.queries import AdoptedPromise
from aboveboard.vault.facets import consistent_snapshot

Reasons = tuple[ReasonCode, ...]
"""The codes of every reason against it, in a fixed order; none where they may be contacted."""


@dataclass(frozen=True, slots=True)
class ContactReport:
    """How many may be contacted, and why the others not.

    Attributes:
        counts: people by all that stands against it for them.
        entry_id: the ledger entry that says that it was asked.
        decided: the file that the lists are read from; whoever asked removes it.
    """

    counts: dict[Reasons, int]
    entry_id: int
    decided: Path

    @property
    def people(self) -> int:
        """How many people are held."""
        return sum(self.counts.values())

    @property
    def allowed(self) -> int:
        """How many of them may be contacted."""
        return self.counts.get((), 0)

    def refused_for(self) -> dict[ReasonCode, int]:
        """Return how many are refused for each reason; whoever has several counts for each."""
        return {
            code: sum(people for reasons, people in self.counts.items() if code in reasons)
            for code in sorted({code for reasons in self.counts for code in reasons})
        }

    def iter_people(self, reason: ReasonCode | None = None) -> Iterator[tuple[int, Reasons]]:
        """Yield who may be contacted, or with ``reason`` who may not for it, by their numbers, with
        all that stands against it."""
        kinds = list(self.counts)
        wanted = [
            place
            for place, reasons in enumerate(kinds)
            if (not reasons if reason is None else reason in reasons)
        ]
        for person_id, place in iter_decided(self.decided, wanted):
            yield person_id, kinds[place]

    def iter_everybody(self) -> Iterator[tuple[int, Reasons]]:
        """Yield everybody held, by their numbers, with all that stands against it."""
        kinds = list(self.counts)
        for person_id, place in iter_decided(self.decided, range(len(kinds))):
            yield person_id, kinds[place]


def ask(
    request: UseRequest,
    folder: Path,
    *,
    by: Actor,
    at: datetime,
    progress: Callable[[int], None] = lambda done: None,
) -> ContactReport:
    """Decide about everybody held, and return how many may be contacted and why the others not.

    The request's own subject is not read; its actor is in whose role it is asked. ``folder`` is
    where the engine writes, numbers of people and nothing else of them.

    Raises:
        NotFound: the promise in force has no such purpose.
        NoPromise: no promise is in force.
    """
    adopted = promise.in_force()
    counts, decided = decide_about_all(adopted, request, folder, at=at, progress=progress)
    return ContactReport(counts, _write_entry(adopted, request, counts, by=by, at=at), decided)  # 4


def decide_about_all(
    adopted: AdoptedPromise,
    request: UseRequest,
    folder: Path,
    *,
    at: datetime,
    progress: Callable[[int], None] = lambda done: None,
) -> tuple[dict[Reasons, int], Path]:
    """Do steps 1 to 3 under one promise: return the counts, and the file that lists are read from.

    Raises:
        NotFound: the promise has no such purpose.
    """
    purpose = adopted.promise.purposes.get(request.purpose)
    if purpose is None:
        raise NotFound(
            what=f"purpose in the promise in force; it has: {', '.join(adopted.promise.purposes)}"
        )
    facts, decided = folder / "facts.parquet", folder / "decided.parquet"
    reasons_of: dict[int, Reasons] = {}
    kinds: dict[Reasons, int] = {}

    def judge(classes: Sequence[ContactClass]) -> dict[int, int]:
        reasons_of.update(_decide_examples(adopted, request, classes, at))
        return {
            number: kinds.setdefault(reasons, len(kinds)) for number, reasons in reasons_of.items()
        }

    # Of one moment: somebody who says no between the two readings must not speak for their class.
    with consistent_snapshot():
        write_facts(condition_rows(request, purpose, at, progress), facts)  # 2
        classes = decide_everybody(
            facts, decided, cutoff=retention_cutoff(purpose.retention, at), judge=judge
        )  # 3
    facts.unlink()
    counts = dict.fromkeys(kinds, 0)
    for each in classes:
        counts[reasons_of[each.number]] += each.people
    return counts, decided


def _decide_examples(
    adopted: AdoptedPromise, request: UseRequest, classes: Sequence[ContactClass], at: datetime
) -> dict[int, Reasons]:
    """Decide about the example of each class, as a use of their data would be."""
    moment = DecisionMoment(at)
    already = general_refusals(adopted.promise, request, moment)  # 1
    purposes = [adopted.promise.purposes.get(request.purpose)]
    known = gather([each.example for each in classes], purposes, at).facts
    decided = {}
    for each in classes:
        facts = DecisionFacts(known[each.example], moment)
        reasons = decide_person(adopted.promise, request, facts, already).reasons
        decided[each.number] = tuple(sorted({reason.code for reason in reasons}))
    return decided


def _write_entry(
    adopted: AdoptedPromise,
    request: UseRequest,
    counts: dict[Reasons, int],
    *,
    by: Actor,
    at: datetime,
) -> int:
    known = adopted.promise
    entry = ContactableAsked(
        known_word(request.purpose, known.purposes),
        known_words(request.fields, known.fields),
        known_word(request.channel, known.channels),
        adopted.serial,
        sum(counts.values()),
        counts.get((), 0),
    )
    with transaction.atomic():
        return append(entry, by=by, handle=None, at=at)
