"""Opening what was granted: the only place that makes a ``Grant``, and the steps of every use that
write its entry. Private to this package."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from aboveboard.access.decision.facts import Moment
from aboveboard.access.entries import UseGranted, UseRefused, digest, word, words
from aboveboard.access.limits import CLOCK_SKEW
from aboveboard.access.use import Decision, UseRequest, UseResult
from aboveboard.basics import clock
from aboveboard.basics.facts import Code
from aboveboard.ledger.actions import NewEntry, new_entry
from aboveboard.promise.queries import Adopted
from aboveboard.vault import queries as vault
from aboveboard.vault.grant import Grant, claim_mint
from aboveboard.vault.limits import GRANT_LIFE

# Claimed when the package is imported, before anything else can: vault hands it out once.
_MINT = claim_mint()


def moment_of(adopted: Adopted, at: datetime) -> Moment:
    """Return the moment that is decided about, between the promise's adoption and now."""
    return Moment(at, adopted.adopted_at, clock.now() + CLOCK_SKEW)


def entry_of(
    adopted: Adopted, request: UseRequest, handle: str | None, decision: Decision, at: datetime
) -> NewEntry:
    """Return the entry that says what was decided; ``handle`` is the person's, or None where the
    log may not say who was meant."""
    promise = adopted.promise
    purpose = word(request.purpose, promise.purposes)
    fields = words(request.fields, promise.fields)
    channel = word(request.channel, promise.channels)
    reference = digest(request.reference)
    facts: UseGranted | UseRefused
    if decision.allowed:
        facts = UseGranted(purpose, fields, channel, adopted.serial, reference)
    else:
        codes = tuple(sorted({Code(reason.code.value) for reason in decision.reasons}))
        facts = UseRefused(purpose, fields, channel, adopted.serial, codes, reference)
    return new_entry(facts, by=request.actor, handle=handle, at=at)


def grant_of(record: vault.Sealed, fields: Collection[str], entry_id: int) -> Grant:
    """Return the grant for what was decided and whose entry is durable."""
    return Grant(_MINT, record.person_id, frozenset(fields), entry_id, clock.now() + GRANT_LIFE)


def open_granted(record: vault.Sealed, fields: Collection[str], entry_id: int) -> UseResult:
    """Open what was decided and whose entry is durable.

    Raises:
        RecordDamaged: the record does not open.
    """
    values = vault.open_record(grant_of(record, fields, entry_id), record)
    return UseResult(entry_id, record.person_id, values)
