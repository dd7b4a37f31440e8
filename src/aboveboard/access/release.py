"""Opening what was granted: the only place that makes a ``Grant``, and the steps of every use that
write its entry. Private to this package."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Sequence
from datetime import datetime
from itertools import repeat

from aboveboard.access.decision.facts import DecisionMoment
from aboveboard.access.entries import (
    DecisionAsked,
    UseGranted,
    UseRefused,
    known_word,
    known_words,
)
from aboveboard.access.limits import CLOCK_SKEW
from aboveboard.access.sealed_uses import sealed_facts
from aboveboard.access.use import Decision, UseRequest, UseResult
from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM
from aboveboard.basics.facts import Code
from aboveboard.keys.actions import subjects_in_order, subjects_with_ids
from aboveboard.keys.handles import EntrySubject, HiddenSubject, NamelessHandle
from aboveboard.ledger.actions import NewEntry, entry_about, new_entry
from aboveboard.promise.queries import AdoptedPromise
from aboveboard.vault import queries as vault
from aboveboard.vault.grant import Grant, claim_mint
from aboveboard.vault.limits import GRANT_LIFE

# Claimed when the package is imported, before anything else can: vault hands it out once.
_MINT = claim_mint()


def decision_moment(adopted: AdoptedPromise, at: datetime) -> DecisionMoment:
    """Return the moment that is decided about, between the promise's adoption and now."""
    return DecisionMoment(at, adopted.adopted_at, clock.now() + CLOCK_SKEW)


UseSubject = EntrySubject | HiddenSubject | NamelessHandle
Decided = tuple[UseRequest, UseSubject, Decision]
"""A request, whom its entry is about (``NamelessHandle`` where the log may not say who was meant),
and what was decided."""


def entry_subjects(
    records: Sequence[vault.SealedPerson | None], hidden: Iterable[bool] = repeat(False)
) -> tuple[list[UseSubject], list[int]]:
    """Return whom each of several entries is about, with a handle of its own, and the ids of the
    entries. None: the log may not say who was meant, or nobody was. ``hidden``: those whose entry
    may not say so yet; they take no number, so that their numbers have no gap.

    Inside the transaction that writes the entries.
    """
    apart = [
        HiddenSubject(record.handle_secret.value) if hides and record else None
        for record, hides in zip(records, hidden, strict=False)
    ]
    person_ids = [
        record.person_id if record and not alone else None
        for record, alone in zip(records, apart, strict=True)
    ]
    secrets = {record.person_id: record.handle_secret for record in records if record}
    subjects, entry_ids = subjects_with_ids(person_ids, secrets)
    return [
        alone or subject or NamelessHandle() for alone, subject in zip(apart, subjects, strict=True)
    ], entry_ids


def entry_subject(record: vault.SealedPerson | None) -> EntrySubject | NamelessHandle:
    """Return whom one entry is about, as :func:`entry_subjects`; its id is taken when it is
    written."""
    if record is None:
        return NamelessHandle()
    secrets = {record.person_id: record.handle_secret}
    (subject,) = subjects_in_order([record.person_id], secrets)
    return subject or NamelessHandle()


def use_entries(
    adopted: AdoptedPromise, decided: Iterable[Decided], at: datetime
) -> list[NewEntry]:
    """Return the entries that say what was decided, in order."""
    # A batch asks the same of many, who mostly are decided about alike: what their entries say is
    # written out once, and only whom they are about differs. That is a tenth of a batch's time.
    known: dict[Hashable, NewEntry] = {}
    entries: list[NewEntry] = []
    for request, subject, decision in decided:
        same = (
            request.actor,
            request.purpose,
            request.fields,
            request.channel,
            request.opens,
            decision,
        )
        purpose = adopted.promise.purposes.get(request.purpose)
        if purpose is not None and purpose.is_sealed and not request.is_own:
            facts = _facts(adopted, request, decision)
            stated = sealed_facts(
                purpose,
                facts,
                request.reference,
                subject,
                promise=adopted.serial,
                by=request.actor,
                at=at,
            )
            entries.append(new_entry(stated, by=SYSTEM, handle=subject.handle, at=at))
            continue
        entry = known.get(same)
        if entry is None:
            facts = _facts(adopted, request, decision)
            entry = known[same] = new_entry(facts, by=request.actor, handle=None, at=at)
        with_reference = entry.facts
        if request.reference:
            # Sealed for this entry alone: two entries with one reference have nothing in common.
            with_reference = {**with_reference, "reference": subject.seal(request.reference)}
        entries.append(entry_about(entry, subject.handle, with_reference))
    return entries


def _facts(
    adopted: AdoptedPromise, request: UseRequest, decision: Decision
) -> UseGranted | UseRefused | DecisionAsked:
    promise = adopted.promise
    purpose = known_word(request.purpose, promise.purposes)
    fields = known_words(request.fields, promise.fields)
    channel = known_word(request.channel, promise.channels)
    codes = tuple(sorted({Code(reason.code.value) for reason in decision.reasons}))
    if not request.opens:
        return DecisionAsked(purpose, fields, channel, adopted.serial, codes)
    if decision.allowed:
        return UseGranted(purpose, fields, channel, adopted.serial)
    return UseRefused(purpose, fields, channel, adopted.serial, codes)


def make_grant(record: vault.SealedPerson, fields: Collection[str], entry_id: int) -> Grant:
    """Return the grant for what was decided and whose entry is durable."""
    return Grant(_MINT, record.person_id, frozenset(fields), entry_id, clock.now() + GRANT_LIFE)


def open_granted(record: vault.SealedPerson, fields: Collection[str], entry_id: int) -> UseResult:
    """Open what was decided and whose entry is durable.

    Raises:
        RecordDamaged: the record does not open.
    """
    values = vault.open_record(make_grant(record, fields, entry_id), record)
    return UseResult(entry_id, record.person_id, values)
