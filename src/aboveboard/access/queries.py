"""Reading uses: what a person is shown of who used their data."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from aboveboard.access import sealed_uses
from aboveboard.access.emergency.queries import verdicts
from aboveboard.access.emergency.reasons import CHANNEL
from aboveboard.access.entries import (
    DecisionAsked,
    EmergencyNoteRead,
    EmergencyUsed,
    ExplanationAsked,
    UseGranted,
    UseRefused,
    UseSealed,
)
from aboveboard.access.models import QuietRefusal
from aboveboard.access.use import UNTOLD, UseRecord
from aboveboard.access.use_index import upkeep
from aboveboard.access.use_index.columns import IndexedUses, UseFilter
from aboveboard.basics import clock
from aboveboard.basics.sealing import is_sealed
from aboveboard.keys import queries as keys
from aboveboard.keys.entries_about import is_about as names_them
from aboveboard.keys.handles import PersonHandles
from aboveboard.ledger import own_lists
from aboveboard.ledger import queries as ledger
from aboveboard.promise import queries as promise
from aboveboard.promise.model import GeneralWords

_SHOWN = {
    facts.kind: facts
    for facts in (
        UseGranted,
        UseRefused,
        EmergencyUsed,
        EmergencyNoteRead,
        ExplanationAsked,
        DecisionAsked,
        UseSealed,
    )
}
KINDS = tuple(_SHOWN)
"""Kinds of the entries that a person is shown as uses of their data."""


def indexed_uses(person_id: int) -> IndexedUses | None:
    """Return every use of a person's data, without what was used; None once they are erased."""
    return upkeep.indexed_uses(person_id, KINDS)


def use_records(
    person_id: int, *, after: int | None = None, limit: int = 50, own: bool = False
) -> Sequence[UseRecord]:
    """Return the newest uses of a person's data first, refused ones too; their own only when asked.

    ``after`` is the ``entry_id`` of the last use of the page before. Empty once they are erased:
    nobody can tie the entries to them any more.
    """
    uses = indexed_uses(person_id)
    if uses is None:
        return []
    return records_of(person_id, uses.matching(UseFilter(own=own)).page(after, limit))


def records_of(person_id: int, entry_ids: Collection[int]) -> Sequence[UseRecord]:
    """Return what these entries record of uses of the person's data, newest first.

    The caller has the numbers from :func:`indexed_uses`: nothing here asks whose the entries are.
    """
    rows = QuietRefusal.objects.filter(person_id=person_id, entry_id__in=entry_ids)
    quiet = dict(rows.values_list("entry_id", "reasons")) if entry_ids else {}
    entries = ledger.entries(entry_ids)
    person = (
        keys.handles([person_id]).get(person_id)
        if any(entry.kind == UseSealed.kind for entry in entries)
        else None
    )
    records = [_record(entry, person) for entry in entries]
    reviewed = verdicts([record.entry_id for record in records if record.emergency])
    return [
        # The entry gives the reason that whoever asked was given; the row has the true ones.
        replace(
            record,
            reasons=tuple(quiet.get(record.entry_id, record.reasons)),
            verdict=reviewed.get(record.entry_id, ""),
        )
        for record in records
    ]


def is_about(person_id: int, entry: ledger.LedgerEntry) -> bool:
    """Whether an entry concerns this person: it names them, or they were the one found by a look-up
    that ended in nothing."""
    if names_them(person_id, entry.handle):
        return True
    if entry.kind == UseSealed.kind:
        person = keys.handles([person_id]).get(person_id)
        return person is not None and sealed_uses.key_of(person, entry, clock.now()) is not None
    # The row goes with the person.
    return QuietRefusal.objects.filter(entry_id=entry.id, person_id=person_id).exists()


def reference_keys(person_id: int, entry: ledger.LedgerEntry) -> tuple[str, ...]:
    """Return the keys, in hex, that check the sealed reference of an entry about this person: one,
    unless their records were merged; none where it has no reference, or had one in clear once."""
    facts = {name: fact for name, fact in entry.facts.items() if name in ("reference", "evidence")}
    person = keys.handles([person_id]).get(person_id)
    if person is not None and entry.kind == UseSealed.kind:
        key = sealed_uses.key_of(person, entry, clock.now())
        return () if key is None else (key,)
    if person is None or not any(is_sealed(str(fact)) for fact in facts.values()):
        return ()
    kept = (
        QuietRefusal.objects.filter(entry_id=entry.id, person_id=person_id)
        .values_list("reference_key", flat=True)
        .first()
    )
    if kept:
        return (bytes(kept).hex(),)
    return tuple(key for each in person.keys_of(entry.handle, facts).values() for key in each)


def own_list_file(person_id: int) -> str | None:
    """Return the proof of every entry about a person, as a file that they keep
    (``ledger/FORMAT.md``, "Own list"); None once they are erased.

    Raises:
        NotYet: nothing was committed to since there are entries; it will be within a minute.
        IndexDamaged: the entries in the database are not those that were committed to.
    """
    person = keys.handles([person_id]).get(person_id)
    if person is None:
        return None
    return own_lists.own_list(person.secrets, person.lasting).text()


def _record(entry: ledger.LedgerEntry, person: PersonHandles | None = None) -> UseRecord:
    facts = _SHOWN[entry.kind].from_json(entry.facts)
    if isinstance(facts, UseSealed):
        return _sealed_record(entry, person)
    if isinstance(facts, EmergencyNoteRead):
        return UseRecord(
            entry_id=entry.id,
            leaf_index=entry.leaf_index,
            at=entry.at,
            granted=True,
            actor=entry.actor,
            purpose=facts.purpose,
            fields=(),
            channel=CHANNEL,
            note=True,
        )
    reasons = facts.reasons if isinstance(facts, UseRefused | DecisionAsked) else ()
    return UseRecord(
        entry_id=entry.id,
        leaf_index=entry.leaf_index,
        at=entry.at,
        granted=not reasons,
        actor=entry.actor,
        purpose=facts.purpose,
        fields=facts.fields,
        channel=facts.channel,
        reasons=reasons,
        asked=isinstance(facts, ExplanationAsked | DecisionAsked),
        emergency=facts.why if isinstance(facts, EmergencyUsed) else "",
    )


def _sealed_record(entry: ledger.LedgerEntry, person: PersonHandles | None) -> UseRecord:
    """Return what may be shown of a sealed use now. Without the person's secrets: that it is."""
    facts = UseSealed.from_json(entry.facts)
    inner = sealed_uses.open_entry(person, entry) if person else None
    waits = facts.until is not None and clock.now() < facts.until
    if inner is not None and not waits and not facts.general:
        return _record(inner.entry)
    words: GeneralWords | None = None
    if inner is not None and facts.general and not waits:
        promised = promise.version(facts.promise).promise
        purpose = promised.purposes.get(str(inner.entry.facts["purpose"]))
        words = purpose.in_general if purpose else None
    return UseRecord(
        entry_id=entry.id,
        leaf_index=entry.leaf_index,
        at=entry.at,
        granted=True,
        actor=entry.actor,
        purpose=UNTOLD,
        fields=(),
        channel=UNTOLD,
        withheld_until=facts.until if waits else None,
        ground=inner.law if waits and inner is not None else "",
        general=words,
    )


def use_record(entry_id: int) -> UseRecord | None:
    """Return the use that an entry records, with the true reasons of a refusal; None where the
    entry records something else.

    Raises:
        NotFound: there is no entry with this id.
    """
    entry = ledger.entry(entry_id)
    if entry.kind not in KINDS:
        return None
    apart = QuietRefusal.objects.filter(entry_id=entry_id).values_list("reasons", flat=True).first()
    record = _record(entry)
    if apart is not None:
        record = replace(record, reasons=tuple(apart))
    return replace(record, verdict=verdicts([entry_id]).get(entry_id, ""))
