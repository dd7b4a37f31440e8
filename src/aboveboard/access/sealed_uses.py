"""Uses that the log holds sealed: those that a law forbids to show now, and those that are shown in
general words alone (``docs/decisions``, "A use that is shown later, or in general words").

A sealed entry says that something was used, and nothing of what, by whom or what for. That stands
in it under a key derived from the ledger secret of whom it is about. Where a law forbids to tell
even that there is one, the entry names nobody, and its person is found by whose secret opens it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from aboveboard.access.entries import UseSealed
from aboveboard.basics.actor import Actor, ActorKind
from aboveboard.basics.facts import Code, Facts
from aboveboard.keys.handles import EntrySubject, HiddenSubject, NamelessHandle, PersonHandles
from aboveboard.ledger import queries as ledger
from aboveboard.ledger.format.sealed_use import BoxRefused, key_of_box, open_box
from aboveboard.ledger.queries import LedgerEntry
from aboveboard.promise.model import DelayedWord, Purpose


@dataclass(frozen=True, slots=True)
class OpenedUse:
    """What a sealed entry says to whoever has its key: the entry as it would have been, and the law
    that delays it, where the person may be told."""

    entry: LedgerEntry
    law: str


def is_hidden(purpose: Purpose | None) -> bool:
    """Whether the log may not say whom uses of a purpose are about until they are shown."""
    return purpose is not None and (
        purpose.delay is not None and purpose.delay.tells is DelayedWord.NOTHING
    )


def sealed_facts(
    purpose: Purpose,
    facts: Facts,
    reference: str,
    subject: EntrySubject | HiddenSubject | NamelessHandle,
    *,
    promise: int,
    by: Actor,
    at: datetime,
) -> UseSealed:
    """Return what the log says of a use of such a purpose, in place of ``facts``."""
    delay = purpose.delay
    stated = facts.to_json()
    if reference:
        stated["reference"] = subject.seal(reference)
    law = delay.law if delay is not None and delay.tells is DelayedWord.GROUND else ""
    text = json.dumps(
        {"kind": facts.kind, "actor": by.as_json(), "facts": stated, "law": law},
        separators=(",", ":"),
    )
    return UseSealed(
        why=Code("delay" if delay else "general"),
        general=purpose.in_general is not None,
        promise=promise,
        until=delay.longest.add_to(at) if delay else None,
        box=subject.seal_use(text),
    )


def open_entry(person: PersonHandles, entry: LedgerEntry) -> OpenedUse | None:
    """Return what a sealed entry says, with the person's secrets; None where it is not theirs."""
    box = UseSealed.from_json(entry.facts).box
    for secret in person.secrets:
        try:
            inner = json.loads(open_box(key_of_box(secret.value, box), box))
        except BoxRefused:
            continue
        actor = inner["actor"]
        by = Actor(ActorKind(actor["kind"]), actor["id"], actor["role"], actor["team"])
        return OpenedUse(
            replace(entry, kind=inner["kind"], actor=by, facts=inner["facts"]), inner["law"]
        )
    return None


def key_of(person: PersonHandles, entry: LedgerEntry, now: datetime) -> str | None:
    """Return the key, in hex, that opens a sealed entry of the person's; None while a law forbids
    to show it, or where it is shown in general words."""
    facts = UseSealed.from_json(entry.facts)
    if facts.general or (facts.until is not None and now < facts.until):
        return None
    for secret in person.secrets:
        key = key_of_box(secret.value, facts.box)
        try:
            open_box(key, facts.box)
        except BoxRefused:
            continue
        return key.hex()
    return None


def shown_hidden(person: PersonHandles, now: datetime) -> Iterator[LedgerEntry]:
    """Yield the entries about the person that name nobody and whose time has come."""
    for entry in ledger.nameless_sealed():
        until = UseSealed.from_json(entry.facts).until
        if until is not None and until <= now and open_entry(person, entry) is not None:
            yield entry


def count_hidden(now: datetime) -> int:
    """Return how many uses, of anybody's data, a law forbids to tell of now."""
    moments = (UseSealed.from_json(entry.facts).until for entry in ledger.nameless_sealed())
    return sum(until is not None and now < until for until in moments)
