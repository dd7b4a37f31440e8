"""Using data: decide, write the entry, then open. Nothing else in Aboveboard makes a grant.

The procedure, numbered as in the code and in ``tests/access/test_use.py``:

1. Fetch the sealed records and standings of everyone asked about.
2. Decide for each, and write one ledger entry for each, granted or refused, in one transaction.
3. The transaction commits: the entries are durable. If it cannot, nothing below happens.
4. Open what was granted, each with a grant that names its entry.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from django.db import transaction

from aboveboard.access import decide as deciding
from aboveboard.access.reasons import Reason
from aboveboard.basics import clock
from aboveboard.basics.actor import Actor
from aboveboard.basics.canonical import Json
from aboveboard.basics.limits import GRANT_LIFE, USE_BATCH
from aboveboard.basics.personal import Personal
from aboveboard.choices import queries as choices
from aboveboard.choices.standing import Standing
from aboveboard.ledger.actions import NewEntry, append, append_many
from aboveboard.promise import actions as promise_actions
from aboveboard.promise import queries as promise
from aboveboard.promise.queries import Adopted
from aboveboard.vault import queries as vault
from aboveboard.vault.grant import Grant, claim_mint

_MINT = claim_mint()


@dataclass(frozen=True, slots=True)
class Ask:
    """What is asked of one person or many: who, for which purpose, which fields, through which channel.

    ``reference`` is a note without personal data, such as an order or call number.
    """

    actor: Actor
    purpose: str
    fields: tuple[str, ...]
    channel: str
    reference: str = ""
    scope: deciding.Scope = deciding.ANY_SCOPE


@dataclass(frozen=True, slots=True)
class Opened:
    """Yes: the values (None where nothing is held), and the entry that proves the look."""

    values: Mapping[str, Personal[str] | None]
    entry_id: int


@dataclass(frozen=True, slots=True)
class Refused:
    """No, for these reasons, and the entry that proves that it was asked."""

    reasons: tuple[Reason, ...]
    entry_id: int


def use(ask: Ask, person_id: int, *, at: datetime) -> Opened | Refused:
    """Use one person's data.

    Raises:
        NoPromise: no promise is in force, so nothing is allowed.
        Unavailable: the root key cannot be reached.
    """
    return _use_batch(ask, [person_id], at=at)[0]


def use_many(ask: Ask, person_ids: Iterable[int], *, at: datetime) -> Iterator[tuple[int, Opened | Refused]]:
    """Use many people's data, decided for each: batches of ``limits.USE_BATCH``, streamed in order."""
    remaining = iter(person_ids)
    while batch := list(islice(remaining, USE_BATCH)):
        yield from zip(batch, _use_batch(ask, batch, at=at), strict=True)


def _use_batch(ask: Ask, person_ids: Sequence[int], *, at: datetime) -> list[Opened | Refused]:
    adopted = promise.in_force()
    with transaction.atomic(durable=True):
        records = vault.fetch(person_ids)  # 1
        standings = choices.standings(records)
        decisions = [_decide(adopted, ask, records.get(person_id), standings, at) for person_id in person_ids]  # 2
        entries = [
            _entry(adopted, ask, records.get(person_id), decision, at) for person_id, decision in zip(person_ids, decisions, strict=True)
        ]
        entry_ids = append_many(entries)
    # 3: the block above has committed, or raised.
    expires = clock.now() + GRANT_LIFE
    outcomes: list[Opened | Refused] = []
    for person_id, decision, entry_id in zip(person_ids, decisions, entry_ids, strict=True):
        if isinstance(decision, deciding.Refusal):
            outcomes.append(Refused(decision.reasons, entry_id))
            continue
        grant = Grant(_MINT, person_id, frozenset(decision.fields), entry_id, expires)
        outcomes.append(Opened(vault.open_record(grant, records[person_id]), entry_id))  # 4
    return outcomes


def _decide(
    adopted: Adopted, ask: Ask, record: vault.Sealed | None, standings: Mapping[int, Standing], at: datetime
) -> deciding.Permitted | deciding.Refusal:
    request = deciding.Request(ask.actor.role, ask.purpose, ask.fields, ask.channel, at, ask.scope)
    if record is None:
        facts = deciding.UNKNOWN_PERSON
    else:
        facts = deciding.Facts(True, standings[record.person_id], record.collected_at, record.last_active_at)
    return deciding.decide(adopted.promise, request, facts)


def _entry(
    adopted: Adopted, ask: Ask, record: vault.Sealed | None, decision: deciding.Permitted | deciding.Refusal, at: datetime
) -> NewEntry:
    facts: dict[str, Json] = {
        "purpose": _known(ask.purpose, adopted.promise.purposes),
        "fields": sorted(_known(field, adopted.promise.fields) for field in set(ask.fields)),
        "channel": _known(ask.channel, adopted.promise.channels),
        "promise": adopted.serial,
    }
    if ask.reference:
        # A reference is typed by people and programs, so it may hold anything; its digest proves it without keeping it.
        facts["reference"] = hashlib.sha256(ask.reference.encode()).hexdigest()
    if isinstance(decision, deciding.Refusal):
        facts["reasons"] = sorted({reason.code.value for reason in decision.reasons})
    kind = "use.refused" if isinstance(decision, deciding.Refusal) else "use.granted"
    return NewEntry(kind, ask.actor, at, record.handle if record else None, facts)


def _known(name: str, known: Iterable[str]) -> str:
    """Words from outside reach the ledger only if the promise has them: it must never hold personal data."""
    return name if name in known else "unknown"


def adopt_promise(source: str, *, name: str, by: Actor, at: datetime) -> Adopted:
    """Put a promise in force, and write that down. The text that is in force already changes nothing, so nothing is written.

    Raises:
        PromiseRefused: the promise has problems; the one in force stays.
    """
    with transaction.atomic():
        before = promise.last_serial()
        adopted = promise_actions.adopt(source, name=name, by=by, at=at)
        if adopted.serial != before:
            append("promise.adopted", by=by, handle=None, facts={"promise": adopted.serial, "digest": adopted.digest}, at=at)
    return adopted
