"""One step at one system: read, count, correct, erase or restrict what was found there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from django.db import transaction

from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM
from aboveboard.basics.canonical import Json
from aboveboard.connectors.contract import (
    Attachment,
    Connector,
    Match,
    Record,
    Retained,
    SystemChange,
    Verb,
)
from aboveboard.rights.requests import sealing
from aboveboard.rights.requests.locking import lock_request
from aboveboard.rights.requests.recording import NewEvent, write_event
from aboveboard.rights.requests.state import StepKey
from aboveboard.rights.requests.terms import NeedsPerson, RequestEventKind, StepVerb
from aboveboard.rights.running.collected import collect
from aboveboard.rights.running.failing import fail_step, need_person
from aboveboard.rights.running.memory import SystemMemory
from aboveboard.rights.running.own import KEY, keep_contact
from aboveboard.rights.running.request_run import RequestRun

VERB_OF: Final[Mapping[StepVerb, Verb]] = {
    StepVerb.FIND: Verb.FIND,
    StepVerb.READ: Verb.READ,
    StepVerb.DRY_RUN: Verb.ERASE,
    StepVerb.CORRECT: Verb.CORRECT,
    StepVerb.ERASE: Verb.ERASE,
    StepVerb.RESTRICT: Verb.RESTRICT,
}
"""What a connector must be able to do for each step."""


CHANGING: Final = frozenset({StepVerb.CORRECT, StepVerb.ERASE, StepVerb.RESTRICT})
"""Steps after which a system is another than before: each is written down at once."""


def take_step(run: RequestRun, step: StepKey) -> None:
    """Take a step, and note what became of it."""
    system, verb = step
    connector = run.connectors.get(system)
    if connector is None or VERB_OF[verb] not in connector.verbs:
        need_person(run, step, NeedsPerson.NO_VERB)
        return
    try:
        matches = run.memories().get(system, SystemMemory()).matches
    except sealing.RequestUnreadable:
        matches = []
    if not matches:
        # Somebody found it by hand, or what was found is destroyed.
        need_person(run, step, NeedsPerson.NO_IDENTIFIERS)
        return
    run.before_call(system)
    if verb is StepVerb.READ and run.step(step).pk is None:
        # What is read lies in files that are named by the number of the row.
        run.write()
    try:
        if verb is StepVerb.READ:
            facts = _read(run, step, connector, matches)
        elif verb is StepVerb.ERASE and system == KEY:
            _erase_own(run, step, connector, matches)
            return
        else:
            change = _change(run, verb, connector, matches)
            facts = change_facts(change)
            if not change.done:
                need_person(run, step, NeedsPerson.NOT_DONE, facts)
                return
    # Whatever it was: one system must not hold up the others, nor stop in silence.
    except Exception as error:
        fail_step(run, step, error)
        return
    run.note(_done_event(step, facts))
    if verb in CHANGING:
        run.write()


def change_facts(change: SystemChange) -> dict[str, Json]:
    """Return what is written down of a change: counts, and the sentences of what is kept."""
    collections: dict[str, Json] = dict(sorted(change.changed.items()))
    return {
        "records": sum(change.changed.values()),
        "collections": collections,
        "retained_records": sum(each.records for each in change.retained),
        "retained": [_retained(each) for each in change.retained],
        "messages": list(change.messages),
    }


def _retained(retained: Retained) -> Json:
    return {
        "collection": retained.collection,
        "records": retained.records,
        "ground": retained.ground,
        "until": retained.until.isoformat() if retained.until else None,
    }


def _read(
    run: RequestRun, step: StepKey, connector: Connector, matches: Sequence[Match]
) -> Mapping[str, Json]:
    def contents() -> Iterator[Record | Attachment]:
        for match in matches:
            yield from connector.read(match)

    return collect(run.row.pk, run.step(step).pk, run.key, contents()).as_facts()


def _change(
    run: RequestRun, verb: StepVerb, connector: Connector, matches: Sequence[Match]
) -> SystemChange:
    details = run.details
    change: Mapping[StepVerb, Callable[[Match], SystemChange]] = {
        StepVerb.DRY_RUN: lambda match: connector.erase(match, dry_run=True),
        StepVerb.ERASE: connector.erase,
        StepVerb.CORRECT: lambda match: connector.correct(match, details.corrections),
        StepVerb.RESTRICT: lambda match: connector.restrict(match, details.purpose or None),
    }
    return summed([change[verb](match) for match in matches])


def summed(changes: Sequence[SystemChange]) -> SystemChange:
    """Return several changes of one system as one."""
    changed: Counter[str] = Counter()
    for change in changes:
        changed.update(change.changed)
    return SystemChange(
        dict(changed),
        tuple(each for change in changes for each in change.retained),
        tuple(dict.fromkeys(each for change in changes for each in change.messages)),
        all(change.done for change in changes),
    )


def _erase_own(
    run: RequestRun, step: StepKey, connector: Connector, matches: Sequence[Match]
) -> None:
    """Erase the person here, and write it down, in one transaction.

    Their key goes with it, and so would the request's: it is wrapped under the instance's before,
    until the request is answered and closed for its time. So is where they are written to.
    """
    key = run.key
    if run.waits:
        run.write()
    keep_contact(run.row, key)
    with transaction.atomic():
        locked = lock_request(run.row.pk)
        if step in locked.state.open_steps:
            owner = locked.row.key_of
            sealing.wrap_key(locked.row, key, None)
            locked.row.save(update_fields=["key", "key_of"])
            change = summed([connector.erase(match) for match in matches])
            if change.retained and owner is not None:
                sealing.wrap_key(locked.row, key, owner)
                locked.row.save(update_fields=["key", "key_of"])
            write_event(locked, _done_event(step, change_facts(change)), by=SYSTEM, at=clock.now())
    run.read_on()


def _done_event(step: StepKey, facts: Mapping[str, Json]) -> NewEvent:
    return NewEvent(
        kind=RequestEventKind.STEP_DONE, system=step[0], verb=step[1].value, facts=facts
    )
