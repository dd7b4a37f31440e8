"""Using data: decide, write the entry, then open. Nothing else in Aboveboard makes a grant.

The procedure, numbered as in the code and in ``tests/access/test_use.py``:

1. Fetch the sealed records and standings of everyone asked about.
2. Decide for each, and write one ledger entry for each, granted or refused, in one transaction.
3. The transaction commits: the entries are durable. If it cannot, nothing below happens.
4. Open what was granted, each with a grant that names its entry.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from django.db import transaction

from aboveboard.access import lookup
from aboveboard.access.decision import decide as deciding
from aboveboard.access.decision.gather import gather
from aboveboard.access.limits import CLOCK_SKEW, LOOK_UP_WIDTH, USE_BATCH
from aboveboard.access.lookup import Sought
from aboveboard.access.models import QuietRefusal
from aboveboard.access.reasons import Code, Reason, reason
from aboveboard.basics import clock
from aboveboard.basics.actor import Actor, ActorKind
from aboveboard.basics.canonical import Json
from aboveboard.basics.errors import AboveboardError
from aboveboard.basics.personal import Personal
from aboveboard.ledger.actions import NewEntry, append_many
from aboveboard.promise import queries as promise
from aboveboard.promise.queries import Adopted
from aboveboard.vault import queries as vault
from aboveboard.vault.documents.queries import Document, open_attachment
from aboveboard.vault.grant import Grant, claim_mint
from aboveboard.vault.limits import GRANT_LIFE

_MINT = claim_mint()
_NOBODIES = tuple(range(-1, -LOOK_UP_WIDTH - 1, -1))
"""Ids that nobody has, asked for where too few are found, so that the question is as long for
nobody as for several."""


@dataclass(frozen=True, slots=True)
class Ask:
    """What is asked of one person or many: who, for which purpose, which
    fields, through which channel.

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
    """Yes: the values (None where nothing is held), the entry that proves the
    look, and whose they are."""

    values: Mapping[str, Personal[str] | None]
    entry_id: int
    person_id: int


@dataclass(frozen=True, slots=True)
class OpenedDocument:
    """Yes: the document (None where none is held), and the entry that proves the look."""

    document: Document | None
    entry_id: int


@dataclass(frozen=True, slots=True)
class UseRefused:
    """No, for these reasons, and the entry that proves that it was asked."""

    reasons: tuple[Reason, ...]
    entry_id: int


@dataclass(frozen=True, slots=True, repr=False)
class Wanted:
    """What is asked of a person who is named by what they said of themselves."""

    ask: Ask
    sought: Sought


Outcome = Opened | UseRefused | AboveboardError


def use(ask: Ask, person_id: int, *, at: datetime) -> Opened | UseRefused:
    """Use one person's data.

    Raises:
        NoPromise: no promise is in force, so nothing is allowed.
        Unavailable: the root key cannot be reached.
    """
    return _use_batch(ask, [person_id], at=at)[0]


def use_document(ask: Ask, person_id: int, *, at: datetime) -> OpenedDocument | UseRefused:
    """Use the document in the one field that is asked for: decided and written down as any use,
    then opened as a stream.

    Raises:
        NoPromise, Unavailable: as :func:`use`.
        ValueError: more or fewer fields than one are asked for.
    """
    (field,) = ask.fields
    records, (decision,), (entry_id,) = _decide_batch(ask, [person_id], at)  # 1, 2, 3
    if isinstance(decision, deciding.Refusal):
        return UseRefused(decision.reasons, entry_id)
    record = records[person_id]
    # 4.
    return OpenedDocument(
        open_attachment(_grant(record, decision.fields, entry_id), record, field), entry_id
    )


def use_many(
    ask: Ask, person_ids: Iterable[int], *, at: datetime
) -> Iterator[tuple[int, Opened | UseRefused]]:
    """Use many people's data, decided for each: batches of
    ``limits.USE_BATCH``, streamed in order."""
    remaining = iter(person_ids)
    while batch := list(islice(remaining, USE_BATCH)):
        yield from zip(batch, _use_batch(ask, batch, at=at), strict=True)


def use_of(ask: Ask, sought: Sought, *, at: datetime) -> Opened | UseRefused:
    """Use the data of the one person known by what they said of themselves (:func:`uses_of`).

    Raises:
        NoOneFound: the purpose works with such an identifier itself, and nobody
            whom it may show has it.
        SeveralFound: likewise, and more than one has.
        NoPromise, Unavailable: as :func:`use`.
    """
    (outcome,) = uses_of([Wanted(ask, sought)], at=at)
    if isinstance(outcome, AboveboardError):
        raise outcome
    return outcome


def uses_of(wanted: Sequence[Wanted], *, at: datetime) -> list[Outcome]:
    """Use the data of people known by what they said of themselves, and tell nothing
    else about who is known.

    Each is decided by itself; one transaction, and a few statements, for all. What is wrong whoever
    it is about is decided first. Then everyone known by what was said is decided about, and the
    answer is what it would be if those whom this use may not show did not exist; the same
    statements run whether nobody, one or several are found, and the entry, which anybody may read,
    is the same too. Whom it was about is kept apart, for them to see.

    ``NoOneFound`` and ``SeveralFound`` are outcomes where the purpose works with such an identifier
    itself; so is ``RecordDamaged``, of a record that does not open.

    Raises:
        NoPromise, Unavailable: as :func:`use`; then nobody's data is used.
    """
    adopted = promise.in_force()
    looks = [
        _Look(
            one,
            request := _request(adopted, one.ask, at),
            deciding.against_anyone(adopted.promise, request),
        )
        for one in wanted
    ]
    with transaction.atomic(durable=True):
        found = lookup.find_each(adopted.promise, [one.sought for one in wanted])
        _decide_found(adopted, looks, found, at)  # 1, 2
        entries = [look.settle(adopted, at) for look in looks]
        entry_ids = append_many(entries)
        quiet = [
            _kept_apart(entry_id, look)
            for look, entry_id in zip(looks, entry_ids, strict=True)
            if not look.leave
        ]
        if quiet:
            QuietRefusal.objects.bulk_create(quiet)
    # 3: the block above has committed, or raised.
    return [
        _outcome(adopted, look, entry_id) for look, entry_id in zip(looks, entry_ids, strict=True)
    ]


_NOBODY, _SEVERAL = reason(Code.NOBODY_TO_SHOW), reason(Code.SEVERAL_TO_SHOW)


@dataclass(slots=True, repr=False)
class _Look:
    """One look-up on its way: who was found and decided about, then the leave for the one
    shown, or the refusal."""

    wanted: Wanted
    request: deciding.Request
    already: tuple[Reason, ...]
    found: Sequence[int] = ()
    decided: Sequence[tuple[vault.Sealed | None, deciding.Permitted | deciding.Refusal]] = ()
    shown: int = 0
    leave: tuple[vault.Sealed, deciding.Permitted] | None = None
    refusal: deciding.Refusal | None = None

    def settle(self, adopted: Adopted, at: datetime) -> NewEntry:
        """Settle what is shown, and return the entry that says so."""
        ask = self.wanted.ask
        shown = [
            (record, decision)
            for record, decision in self.decided
            if record and isinstance(decision, deciding.Permitted)
        ]
        self.shown = len(shown)
        if len(shown) == 1:
            self.leave = shown[0]
            return _entry(adopted, ask, shown[0][0].handle, shown[0][1], at)
        self.refusal = deciding.Refusal(
            self.already or (_SEVERAL if shown and _told(adopted, self.wanted) else _NOBODY,)
        )
        return _entry(adopted, ask, None, self.refusal, at)


def _told(adopted: Adopted, wanted: Wanted) -> bool:
    return lookup.told(adopted.promise, wanted.ask.purpose, wanted.sought.kind)


def _outcome(adopted: Adopted, look: _Look, entry_id: int) -> Outcome:
    if look.leave:
        try:
            record, leave = look.leave
            return open_granted(record, leave.fields, entry_id)  # 4
        # One damaged record must not take the others' answers away.
        except AboveboardError as error:
            return error
    if look.refusal and (look.already or not _told(adopted, look.wanted)):
        return UseRefused(look.refusal.reasons, entry_id)
    return lookup.missing(range(look.shown))


def _decide_found(
    adopted: Adopted, looks: Sequence[_Look], found: Sequence[Sequence[int]], at: datetime
) -> None:
    """Decide about those found, in the same statements however many they are: the list asked for is
    never shorter than one length."""
    for look, some in zip(looks, found, strict=True):
        look.found = some
    open_still = [look for look in looks if not look.already]
    if not open_still:
        return
    few = [list(look.found[:LOOK_UP_WIDTH]) or [_NOBODIES[-1]] for look in open_still]
    asked = {one for some in few for one in some}
    asked.update(_NOBODIES[: max(LOOK_UP_WIDTH - len(asked), 0)])
    records, facts = gather(
        asked,
        [
            adopted.promise.purposes.get(purpose)
            for purpose in {look.request.purpose for look in open_still}
        ],
        at,
    )
    for look, some in zip(open_still, few, strict=True):
        look.decided = [
            (
                records.get(one),
                deciding.decide_person(adopted.promise, look.request, facts[one], ()),
            )
            for one in some
        ]


def _kept_apart(entry_id: int, look: _Look) -> QuietRefusal:
    """Tie the entry to the one who was found, where the log cannot show it; one row,
    also when nobody was."""
    reasons = {one.code.value for one in look.already}
    if len(look.found) == 1:
        reasons |= {
            one.code.value
            for _, decision in look.decided
            if isinstance(decision, deciding.Refusal)
            for one in decision.reasons
        }
    return QuietRefusal(
        entry_id=entry_id,
        person_id=look.found[0] if len(look.found) == 1 else None,
        reasons=sorted(reasons),
    )


def _use_batch(ask: Ask, person_ids: Sequence[int], *, at: datetime) -> list[Opened | UseRefused]:
    records, decisions, entry_ids = _decide_batch(ask, person_ids, at)
    return [
        UseRefused(decision.reasons, entry_id)
        if isinstance(decision, deciding.Refusal)
        else open_granted(records[person_id], decision.fields, entry_id)  # 4
        for person_id, decision, entry_id in zip(person_ids, decisions, entry_ids, strict=True)
    ]


def _decide_batch(
    ask: Ask, person_ids: Sequence[int], at: datetime
) -> tuple[Mapping[int, vault.Sealed], list[deciding.Permitted | deciding.Refusal], Sequence[int]]:
    """Decide about each, and return when what was decided is durable: steps 1 to 3."""
    adopted = promise.in_force()
    request = _request(adopted, ask, at)
    already = deciding.against_anyone(adopted.promise, request)
    with transaction.atomic(durable=True):
        # 1.
        records, facts = gather(person_ids, [adopted.promise.purposes.get(request.purpose)], at)
        # 2.
        decisions = [
            deciding.decide_person(adopted.promise, request, facts[person_id], already)
            for person_id in person_ids
        ]
        entries = [
            _entry(
                adopted,
                ask,
                record.handle if (record := records.get(person_id)) else None,
                decision,
                at,
            )
            for person_id, decision in zip(person_ids, decisions, strict=True)
        ]
        entry_ids = append_many(entries)
    # 3: the block above has committed, or raised.
    return records, decisions, entry_ids


def open_granted(record: vault.Sealed, fields: Collection[str], entry_id: int) -> Opened:
    """Open what was decided and whose entry is durable. Only this room calls it: the procedures
    here and in ``emergency``."""
    return Opened(
        vault.open_record(_grant(record, fields, entry_id), record), entry_id, record.person_id
    )


def _grant(record: vault.Sealed, fields: Collection[str], entry_id: int) -> Grant:
    return Grant(_MINT, record.person_id, frozenset(fields), entry_id, clock.now() + GRANT_LIFE)


def _request(adopted: Adopted, ask: Ask, at: datetime) -> deciding.Request:
    own = ask.actor.kind is ActorKind.PERSON
    latest = clock.now() + CLOCK_SKEW
    return deciding.Request(
        ask.actor.role,
        ask.purpose,
        ask.fields,
        ask.channel,
        at,
        ask.scope,
        own,
        adopted.adopted_at,
        latest,
    )


def _entry(
    adopted: Adopted,
    ask: Ask,
    handle: str | None,
    decision: deciding.Permitted | deciding.Refusal,
    at: datetime,
) -> NewEntry:
    facts: dict[str, Json] = {
        "purpose": _known(ask.purpose, adopted.promise.purposes),
        "fields": sorted(_known(field, adopted.promise.fields) for field in set(ask.fields)),
        "channel": _known(ask.channel, adopted.promise.channels),
        "promise": adopted.serial,
    }
    if ask.reference:
        # A reference is typed by people and programs, so it may hold anything; its digest
        # proves it without keeping it.
        facts["reference"] = hashlib.sha256(ask.reference.encode()).hexdigest()
    if isinstance(decision, deciding.Refusal):
        facts["reasons"] = sorted({one.code.value for one in decision.reasons})
    kind = "use.refused" if isinstance(decision, deciding.Refusal) else "use.granted"
    return NewEntry(kind, ask.actor, at, handle, facts)


def _known(name: str, known: Iterable[str]) -> str:
    """Words from outside reach the ledger only if the promise has them: it must
    never hold personal data."""
    return name if name in known else "unknown"
