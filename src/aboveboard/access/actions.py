"""Using data: decide, write the entry, then open. Nothing else in Aboveboard makes a grant.

The procedure, numbered as in the code and in ``tests/access/test_use.py``:

1. Fetch the sealed records and consent states of everyone asked about.
2. Decide for each, and write one ledger entry for each, granted or refused, in one transaction.
3. The transaction commits: the entries are durable. If it cannot, nothing below happens.
4. Open what was granted, each with a grant that names its entry.

Where only the decision is asked for (``UseRequest.opens``), step 4 is left out and the entry says
that it was asked; the rest is the same.

A subject who is named by what they said of themselves is looked up first, which discloses nothing
else about who is known (:mod:`aboveboard.access.by_identifier`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice, repeat

from django.db import transaction

from aboveboard.access.by_identifier import use_each
from aboveboard.access.decision.decide import decide_person, general_refusals
from aboveboard.access.decision.facts import DecisionFacts
from aboveboard.access.decision.gather import gather
from aboveboard.access.limits import USE_BATCH
from aboveboard.access.release import (
    decision_moment,
    entry_subjects,
    make_grant,
    open_granted,
    use_entries,
)
from aboveboard.access.sealed_uses import is_hidden
from aboveboard.access.use import Decision, UseRequest, UseResult
from aboveboard.basics.errors import AboveboardError
from aboveboard.ledger.actions import append_many
from aboveboard.promise import queries as promise
from aboveboard.promise.queries import AdoptedPromise
from aboveboard.vault import queries as vault
from aboveboard.vault.documents.queries import Document, open_attachment

__all__ = ["use", "use_document", "use_each", "use_many"]


def use(request: UseRequest, *, at: datetime) -> UseResult:
    """Use one person's data.

    Raises:
        NoPromise: no promise is in force, so nothing is allowed.
        Unavailable: the root key cannot be reached.
        NoOneFound, SeveralFound: the subject is not one person, and the purpose may know that
            (:func:`aboveboard.access.by_identifier.use_each`).
    """
    if request.subject.person_id is not None:
        return _use_batch(request, [request.subject.person_id], at=at)[0]
    (result,) = use_each([request], at=at)
    if isinstance(result, AboveboardError):
        raise result
    return result


def use_many(
    request: UseRequest, person_ids: Iterable[int], *, at: datetime
) -> Iterator[tuple[int, UseResult]]:
    """Use many people's data, decided for each: batches of ``limits.USE_BATCH``, streamed in
    order. The request's own subject is not read."""
    remaining = iter(person_ids)
    while batch := list(islice(remaining, USE_BATCH)):
        yield from zip(batch, _use_batch(request, batch, at=at), strict=True)


def use_document(request: UseRequest, *, at: datetime) -> tuple[UseResult, Document | None]:
    """Use the document in the one field that is asked for: decided and written down as any use,
    then opened as a stream; None where none is held, or the use was refused.

    Raises:
        NoPromise, Unavailable: as :func:`use`.
        ValueError: more or fewer fields than one are asked for, or the subject has no number.
    """
    (field,) = request.fields
    person_id = request.subject.person_id
    if person_id is None:
        raise ValueError("a document is asked for by the person's number")
    records, (decision,), (entry_id,) = _decide_batch(request, [person_id], at)  # 1, 2, 3
    result = UseResult(entry_id, person_id, reasons=decision.reasons)
    if not decision.allowed:
        return result, None
    record = records[person_id]
    # 4.
    return result, open_attachment(make_grant(record, decision.fields, entry_id), record, field)


def _use_batch(request: UseRequest, person_ids: Sequence[int], *, at: datetime) -> list[UseResult]:
    records, decisions, entry_ids = _decide_batch(request, person_ids, at)
    return [
        open_granted(records[person_id], decision.fields, entry_id)  # 4
        if decision.allowed and request.opens
        else UseResult(entry_id, person_id, reasons=decision.reasons)
        for person_id, decision, entry_id in zip(person_ids, decisions, entry_ids, strict=True)
    ]


def _decide_batch(
    request: UseRequest, person_ids: Sequence[int], at: datetime
) -> tuple[Mapping[int, vault.SealedPerson], list[Decision], Sequence[int]]:
    """Decide about each, and return when what was decided is durable: steps 1 to 3."""
    while (decided := _decide_under(promise.last_in_force(), request, person_ids, at)) is None:
        promise.in_force()  # another promise was adopted since: it is decided under that one
    return decided


def _decide_under(
    adopted: AdoptedPromise, request: UseRequest, person_ids: Sequence[int], at: datetime
) -> tuple[Mapping[int, vault.SealedPerson], list[Decision], Sequence[int]] | None:
    """Do the same under one promise; None, and nothing is done, where it is no longer in force."""
    moment = decision_moment(adopted, at)
    already = general_refusals(adopted.promise, request, moment)
    # Durable: within somebody else's transaction the entries could still be rolled back after
    # the data has left, so Django refuses to begin.
    with transaction.atomic(durable=True):
        # 1. In the same transaction as the entries, so that what was decided about is what the
        # entries say, also where an erasure or a choice is made meanwhile.
        gathered = gather(person_ids, [adopted.promise.purposes.get(request.purpose)], at)
        if not promise.is_in_force(adopted, gathered.newest):
            return None
        records, facts = gathered.records, gathered.facts
        # 2.
        decisions = [
            decide_person(
                adopted.promise, request, DecisionFacts(facts[person_id], moment), already
            )
            for person_id in person_ids
        ]
        hides = not request.is_own and is_hidden(adopted.promise.purposes.get(request.purpose))
        subjects, entry_ids = entry_subjects(
            [records.get(person_id) for person_id in person_ids], repeat(hides)
        )
        decided = zip(repeat(request), subjects, decisions, strict=False)
        append_many(use_entries(adopted, decided, at), entry_ids)
    # 3: the block above has committed, or raised.
    return records, decisions, entry_ids
