"""Gathering what the decision must know of people: sealed records, consent states, and what the law
holds still."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from aboveboard.access.decision.facts import UNKNOWN_PERSON, PersonFacts, no_moments
from aboveboard.basics.combined import CombinedSelect
from aboveboard.basics.errors import AboveboardError
from aboveboard.choices import queries as choices
from aboveboard.choices.state import ConsentState
from aboveboard.choices.third_parties import (
    ThirdPartyChoice,
    ThirdPartyFacts,
    ends_at,
    is_third_party,
    third_party_choices,
)
from aboveboard.promise import queries as promise
from aboveboard.promise.model import Promise, Purpose
from aboveboard.vault import prepared
from aboveboard.vault import queries as vault
from aboveboard.vault.sealed import RecordDamaged

_GATHER: Final = CombinedSelect(vault.FETCH, choices.CHOICES, promise.NEWEST)


@dataclass(frozen=True, slots=True)
class Gathered:
    """What one statement says of people: the sealed records of those who are held, the facts about
    everyone asked for, and the newest row of promises (``promise.queries.is_in_force``)."""

    records: Mapping[int, vault.SealedPerson]
    facts: Mapping[int, PersonFacts]
    newest: Sequence[tuple[Any, ...]]


def gather(
    person_ids: Collection[int], purposes: Collection[Purpose | None], at: datetime
) -> Gathered:
    """Gather what is known of people, at a moment.

    The same statement runs for everyone who is asked for, held or not: its time must not say who
    is. When each value was collected is read only where one of the ``purposes`` depends on it."""
    fetched, choice_rows, newest = _GATHER.split(
        prepared.ask(_GATHER.sql, person_ids, person_ids, person_ids, person_ids)
    )
    records = vault.read_fetched(fetched)
    consents = choices.read_states(choice_rows, person_ids)
    # A number that was merged into somebody's has that person's record, and their choices. Only
    # those who know the number get here: a look-up finds people by the number that they have now.
    merged = {record.person_id for record in records.values()} - consents.keys()
    if merged:
        consents |= choices.consent_states(merged)
    aged = any(purpose is not None and purpose.needs_field_dates for purpose in purposes)
    facts = {
        person_id: facts_of(records.get(person_id), consents, at, aged=aged)
        for person_id in person_ids
    }
    return Gathered(records, facts, newest)


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
        third_parties=third_party_facts(consents[record.person_id]),
    )


def third_party_facts(consent: ConsentState) -> tuple[ThirdPartyFacts, ...]:
    """Return whom somebody let in themselves, or did once: under the promise that they were shown,
    so that nobody gets a field that was added since."""
    if not any(map(is_third_party, consent.last)):
        return ()
    return tuple(map(_third_party_facts, third_party_choices(consent)))


def _third_party_facts(choice: ThirdPartyChoice) -> ThirdPartyFacts:
    shown = _shown_promise(choice.event.promise)
    purpose = shown.purposes.get(choice.purpose) if shown else None
    recipient = shown.recipients.get(choice.party) if shown else None
    zone = shown.organisation.zone if shown else UTC
    return ThirdPartyFacts(
        choice.party,
        choice.purpose,
        recipient.name if recipient else "",
        frozenset(purpose.fields if purpose else ()),
        choice.event.at,
        ends_at(choice.last_day, zone) if choice.last_day else None,
    )


def _shown_promise(serial: int) -> Promise | None:
    adopted = promise.in_force()
    try:
        return adopted.promise if adopted.serial == serial else promise.version(serial).promise
    except AboveboardError:
        return None  # what was shown is not known: nothing was named then


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
