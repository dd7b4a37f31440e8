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
from aboveboard.access import people
from aboveboard.access.deciding.known import gather
from aboveboard.access.models import QuietRefusal
from aboveboard.access.people import Sought
from aboveboard.access.reasons import Code, Reason, reason
from aboveboard.basics import clock
from aboveboard.basics.actor import Actor, ActorKind
from aboveboard.basics.canonical import Json
from aboveboard.basics.limits import CLOCK_SKEW, GRANT_LIFE, LOOK_UP_WIDTH, USE_BATCH
from aboveboard.basics.personal import Personal
from aboveboard.ledger.actions import NewEntry, append, append_many
from aboveboard.promise import actions as promise_actions
from aboveboard.promise import queries as promise
from aboveboard.promise.queries import Adopted
from aboveboard.vault import queries as vault
from aboveboard.vault.grant import Grant, claim_mint

_MINT = claim_mint()
_NOBODIES = tuple(range(-1, -LOOK_UP_WIDTH - 1, -1))
"""Ids that nobody has, asked for where too few are found, so that the question is as long for nobody as for several."""


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
    """Yes: the values (None where nothing is held), the entry that proves the look, and whose they are."""

    values: Mapping[str, Personal[str] | None]
    entry_id: int
    person_id: int


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


def use_of(ask: Ask, sought: Sought, *, at: datetime) -> Opened | Refused:
    """Use the data of the one person known by what they said of themselves, and tell nothing else about who is known.

    What is wrong whoever it is about is decided first. Then everyone known by it is decided about, and the answer is what
    it would be if those whom this use may not show did not exist; the same statements run whether nobody, one or several
    are found, and the entry, which anybody may read, is the same too. Whom it was about is kept apart, for them to see.

    Raises:
        NoOneFound: the purpose works with such an identifier itself, and nobody whom it may show has it.
        SeveralFound: likewise, and more than one has.
        NoPromise, Unavailable: as :func:`use`.
    """
    adopted = promise.in_force()
    request = _request(adopted, ask, at)
    already = deciding.against_anyone(adopted.promise, request)
    with transaction.atomic(durable=True):
        found = people.find(adopted.promise, sought)
        decided = _decide_found(adopted, request, already, found)  # 1, 2
        shown = [(record, decision) for record, decision in decided if record and isinstance(decision, deciding.Permitted)]
        if len(shown) == 1:
            record, leave = shown[0]
            (entry_id,) = append_many([_entry(adopted, ask, record.handle, leave, at)])
        else:
            refusal = deciding.Refusal(already or (_SEVERAL if shown and _told(adopted, ask, sought) else _NOBODY,))
            (entry_id,) = append_many([_entry(adopted, ask, None, refusal, at)])
            _keep_apart(entry_id, found, already, decided)
    # 3: the block above has committed, or raised.
    if len(shown) == 1:
        return _open(record, leave, entry_id)  # 4
    if already or not _told(adopted, ask, sought):
        return Refused(refusal.reasons, entry_id)
    raise people.missing([record.person_id for record, _ in shown])


_NOBODY, _SEVERAL = reason(Code.NOBODY_TO_SHOW), reason(Code.SEVERAL_TO_SHOW)
_Decided = tuple[vault.Sealed | None, deciding.Permitted | deciding.Refusal]


def _told(adopted: Adopted, ask: Ask, sought: Sought) -> bool:
    return people.told(adopted.promise, ask.purpose, sought.kind)


def _decide_found(adopted: Adopted, request: deciding.Request, already: tuple[Reason, ...], found: Sequence[int]) -> list[_Decided]:
    """Decide about those found, in the same statements however many they are: the list asked for always has one length."""
    if already:
        return []
    some = list(found[:LOOK_UP_WIDTH])
    records, facts = gather([*some, *_NOBODIES[len(some) :]], adopted.promise.purposes.get(request.purpose), request.at)
    return [(records.get(one), deciding.decide_person(adopted.promise, request, facts[one], ())) for one in some or _NOBODIES[:1]]


def _keep_apart(entry_id: int, found: Sequence[int], already: tuple[Reason, ...], decided: list[_Decided]) -> None:
    """Tie the entry to the one who was found, where the log cannot show it; one row, also when nobody was."""
    reasons = {one.code.value for one in already}
    if len(found) == 1:
        reasons |= {one.code.value for _, decision in decided if isinstance(decision, deciding.Refusal) for one in decision.reasons}
    QuietRefusal.objects.create(entry_id=entry_id, person_id=found[0] if len(found) == 1 else None, reasons=sorted(reasons))


def _use_batch(ask: Ask, person_ids: Sequence[int], *, at: datetime) -> list[Opened | Refused]:
    adopted = promise.in_force()
    request = _request(adopted, ask, at)
    already = deciding.against_anyone(adopted.promise, request)
    with transaction.atomic(durable=True):
        records, facts = gather(person_ids, adopted.promise.purposes.get(request.purpose), at)  # 1
        decisions = [deciding.decide_person(adopted.promise, request, facts[person_id], already) for person_id in person_ids]  # 2
        entries = [
            _entry(adopted, ask, record.handle if (record := records.get(person_id)) else None, decision, at)
            for person_id, decision in zip(person_ids, decisions, strict=True)
        ]
        entry_ids = append_many(entries)
    # 3: the block above has committed, or raised.
    return [
        Refused(decision.reasons, entry_id)
        if isinstance(decision, deciding.Refusal)
        else _open(records[person_id], decision, entry_id)  # 4
        for person_id, decision, entry_id in zip(person_ids, decisions, entry_ids, strict=True)
    ]


def _open(record: vault.Sealed, leave: deciding.Permitted, entry_id: int) -> Opened:
    grant = Grant(_MINT, record.person_id, frozenset(leave.fields), entry_id, clock.now() + GRANT_LIFE)
    return Opened(vault.open_record(grant, record), entry_id, record.person_id)


def _request(adopted: Adopted, ask: Ask, at: datetime) -> deciding.Request:
    own = ask.actor.kind is ActorKind.PERSON
    latest = clock.now() + CLOCK_SKEW
    return deciding.Request(ask.actor.role, ask.purpose, ask.fields, ask.channel, at, ask.scope, own, adopted.adopted_at, latest)


def _entry(adopted: Adopted, ask: Ask, handle: str | None, decision: deciding.Permitted | deciding.Refusal, at: datetime) -> NewEntry:
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
        facts["reasons"] = sorted({one.code.value for one in decision.reasons})
    kind = "use.refused" if isinstance(decision, deciding.Refusal) else "use.granted"
    return NewEntry(kind, ask.actor, at, handle, facts)


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
