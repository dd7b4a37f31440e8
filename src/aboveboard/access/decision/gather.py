"""Gathering what the decision must know of people: sealed records, consent states, and what the law
holds still."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from aboveboard.access.decision.facts import UNKNOWN_PERSON, PersonFacts, no_moments
from aboveboard.choices import queries as choices
from aboveboard.choices.state import ConsentState
from aboveboard.promise.model import Purpose, RetentionStart
from aboveboard.vault import queries as vault
from aboveboard.vault.sealed import RecordDamaged


def gather(
    person_ids: Collection[int], purposes: Collection[Purpose | None], at: datetime
) -> tuple[dict[int, vault.SealedPerson], dict[int, PersonFacts]]:
    """Return the sealed records of those who are held, and the facts about everyone asked for,
    as they are at a moment.

    The same statements run for everyone who is asked for, held or not: their time must not say who
    is. Each field's own age is read only where one of the ``purposes`` counts from when it was
    collected."""
    records = vault.fetch(person_ids)
    # A number that was merged into somebody's has that person's record, and their choices.
    consents = choices.consent_states(
        {
            records[person_id].person_id if person_id in records else person_id
            for person_id in person_ids
        }
    )
    aged = any(
        purpose is not None and purpose.retention.starts is RetentionStart.COLLECTION
        for purpose in purposes
    )
    return records, {
        person_id: facts_of(records.get(person_id), consents, at, aged=aged)
        for person_id in person_ids
    }


def facts_of(
    record: vault.SealedPerson | None,
    consents: Mapping[int, ConsentState],
    at: datetime,
    *,
    aged: bool,
) -> PersonFacts:
    """Return what is known of one person without opening anything."""
    if record is None:
        return UNKNOWN_PERSON
    return PersonFacts(
        held=True,
        consent=consents[record.person_id],
        collected_at=record.collected_at,
        last_active_at=record.last_active_at,
        collected=_collection_dates(record) if aged else no_moments(),
        restricted_since=(record.restricted_since or record.collected_at)
        if record.restricted(at)
        else None,
        # A hold lets legal claims go on past retention: one that is not proven lets nothing go on.
        held_for_claim=record.dates_proven and record.held_by_law(at),
    )


def _collection_dates(record: vault.SealedPerson) -> Mapping[str, datetime]:
    """Return when each field was collected, where its origin says so (not in record format 1)."""
    try:
        origins = record.provenance()
    except RecordDamaged:
        # It does not open for its values either: that says so, of this one person. Here it would
        # take away the answers about everybody who is asked for with them.
        return no_moments()
    return {
        name: origin.collected_at
        for name, origin in origins.items()
        if origin.collected_at is not None
    }
