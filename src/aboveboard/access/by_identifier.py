"""Using the data of people who are named by what they said of themselves, and disclosing nothing
else about who is known (``docs/decisions/0017-a-look-up-tells-nothing.md``).

What is wrong regardless of the person is decided first. Then everyone who matches is decided about,
and the answer is what it would be if those whom this use may not show did not exist. The same
statements run whether nobody, one or several match, and the entry, which anybody may read, is the
same too. Whom it was about is kept apart, for them to see (``models.QuietRefusal``).

The steps are those of :mod:`aboveboard.access.actions`.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from datetime import datetime

from django.db import transaction

from aboveboard.access import decoys, lookup, quiet_refusals
from aboveboard.access.decision.decide import decide_person, general_refusals
from aboveboard.access.decision.facts import DecisionFacts, DecisionMoment
from aboveboard.access.decision.gather import gather
from aboveboard.access.limits import LOOK_UP_WIDTH
from aboveboard.access.reasons import OF_THIRD_PARTIES, ReasonCode, RefusalReason, reason
from aboveboard.access.release import decision_moment, entry_subjects, open_granted, use_entries
from aboveboard.access.sealed_uses import is_hidden
from aboveboard.access.use import Decision, UseRequest, UseResult
from aboveboard.basics.errors import AboveboardError
from aboveboard.keys.handles import NamelessHandle
from aboveboard.ledger.actions import append_many
from aboveboard.promise import queries as promise
from aboveboard.promise.model import Promise
from aboveboard.promise.queries import AdoptedPromise
from aboveboard.vault import queries as vault
from aboveboard.vault.locking import lock_people

_NOBODIES = tuple(range(-1, -LOOK_UP_WIDTH - 1, -1))
"""Ids that nobody has, asked for where too few match, so that the statement is as long for one as
for several."""
_NOBODY, _SEVERAL = reason(ReasonCode.NOBODY_TO_SHOW), reason(ReasonCode.SEVERAL_TO_SHOW)

Matches = Sequence[tuple[vault.SealedPerson | None, Decision]]
"""Everyone who was decided about for one request, with what came of it."""
Chosen = tuple[vault.SealedPerson | None, Decision]
"""The one who is shown and what of them; or None, and why nobody is."""


def use_each(requests: Sequence[UseRequest], *, at: datetime) -> list[UseResult | AboveboardError]:
    """Use the data of the one person whom each request's subject names; each is decided by itself;
    one transaction, and a few statements, for all.

    ``NoOneFound`` and ``SeveralFound`` are results where the purpose works with such an identifier
    itself; so is ``RecordDamaged``, of a record that does not open.

    Raises:
        NoPromise: no promise is in force, so nothing is allowed.
        Unavailable: the root key cannot be reached; then nobody's data is used.
    """
    while (results := _use_under(promise.last_in_force(), requests, at)) is None:
        promise.in_force()  # another promise was adopted since: it is decided under that one
    return results


def _use_under(
    adopted: AdoptedPromise, requests: Sequence[UseRequest], at: datetime
) -> list[UseResult | AboveboardError] | None:
    """Do the same under one promise; None, and nothing is done, where it is no longer in force."""
    moment = decision_moment(adopted, at)
    refusals = _general_refusals(adopted.promise, requests, moment)
    decoys.prepare(len(requests))
    with transaction.atomic(durable=True):
        matched = lookup.find_each(adopted.promise, [request.subject for request in requests])
        decided = _decide_matches(adopted, requests, refusals, matched, moment)  # 1, 2
        if decided is None:
            return None
        chosen = [
            _choose_match(adopted.promise, request, already, matches)
            for request, already, matches in zip(requests, refusals, decided, strict=True)
        ]
        there = _lock_unshown(chosen, matched)
        subjects, entry_ids = entry_subjects(
            [record for record, _ in chosen],
            [is_hidden(adopted.promise.purposes.get(request.purpose)) for request in requests],
        )
        append_many(
            use_entries(
                adopted,
                [
                    (request, subject, decision)
                    for request, subject, (_, decision) in zip(
                        requests, subjects, chosen, strict=True
                    )
                ],
                at,
            ),
            entry_ids,
        )
        quiet_refusals.insert(
            [
                _quiet_refusal(entry_id, subject, already, person_ids, matches, there)
                for entry_id, subject, already, person_ids, matches in zip(
                    entry_ids, subjects, refusals, matched, decided, strict=True
                )
                if isinstance(subject, NamelessHandle)
            ]
        )
    # 3: the block above has committed, or raised.
    return [
        _result(adopted.promise, request, already, shown, entry_id)
        for request, already, shown, entry_id in zip(
            requests, refusals, chosen, entry_ids, strict=True
        )
    ]


def _general_refusals(
    promised: Promise, requests: Sequence[UseRequest], moment: DecisionMoment
) -> list[tuple[RefusalReason, ...]]:
    """Return what is wrong with each request regardless of the person. A batch asks the same of
    each of its people, so it is decided once."""
    known: dict[Hashable, tuple[RefusalReason, ...]] = {}
    refusals = []
    for request in requests:
        same = request.actor, request.purpose, request.fields, request.channel, request.scope
        if same not in known:
            known[same] = general_refusals(promised, request, moment)
        refusals.append(known[same])
    return refusals


def _decide_matches(
    adopted: AdoptedPromise,
    requests: Sequence[UseRequest],
    refusals: Sequence[tuple[RefusalReason, ...]],
    matched: Sequence[Sequence[int]],
    moment: DecisionMoment,
) -> list[Matches] | None:
    """Decide about those who match, in the same statement however many they are: the list asked for
    is never shorter than one length. A request that is refused for anyone is decided about no more.
    None where the promise is no longer in force, which the same statement says."""
    promised = adopted.promise
    few = [
        () if already else tuple(person_ids[:LOOK_UP_WIDTH])
        for already, person_ids in zip(refusals, matched, strict=True)
    ]
    # Where nobody matches somebody else is fetched and decided about: leaving the work out would
    # tell by time who is known.
    nobody = [not already and not known for already, known in zip(refusals, few, strict=True)]
    stand_ins = decoys.pick(sum(nobody))
    spare = iter(stand_ins)
    worked = [
        ((next(spare, _NOBODIES[-1]),) if empty else known)
        for empty, known in zip(nobody, few, strict=True)
    ]
    asked = {person_id for person_ids in worked for person_id in person_ids}
    asked.update(_NOBODIES[: max(LOOK_UP_WIDTH - len(asked), 0)])
    purposes = {
        request.purpose for request, already in zip(requests, refusals, strict=True) if not already
    }
    gathered = gather(asked, [promised.purposes.get(key) for key in purposes], moment.at)
    if not promise.is_in_force(adopted, gathered.newest):
        return None
    records, facts = gathered.records, gathered.facts
    decoys.remove([person_id for person_id in stand_ins if person_id not in records])
    decided = [
        [
            (
                records.get(person_id),
                decide_person(promised, request, DecisionFacts(facts[person_id], moment), ()),
            )
            for person_id in person_ids
        ]
        for request, person_ids in zip(requests, worked, strict=True)
    ]
    # Nothing of a decoy goes on from here.
    return [() if empty else matches for empty, matches in zip(nobody, decided, strict=True)]


def _choose_match(
    promised: Promise, request: UseRequest, already: tuple[RefusalReason, ...], matches: Matches
) -> Chosen:
    """Choose who is shown: the only one whom this use may show. Anybody else who matches counts
    as though they did not exist, but to a third party whom they let in."""
    shown = [
        (record, decision)
        for record, decision in matches
        if record is not None and decision.allowed
    ]
    if len(shown) == 1:
        return shown[0]
    # A third party that this person let in, now or once, knew them: it is told why no more.
    if len(matches) == 1 and matches[0][0] is not None and _tells_third_party(matches[0][1]):
        return matches[0]
    several = bool(shown) and _may_disclose(promised, request)
    return None, Decision(reasons=already or (_SEVERAL if several else _NOBODY,))


def _tells_third_party(decision: Decision) -> bool:
    return {reason.code for reason in decision.reasons} <= OF_THIRD_PARTIES


def _may_disclose(promised: Promise, request: UseRequest) -> bool:
    return lookup.may_disclose_matches(promised, request.purpose, request.subject.kind)


def _result(
    promised: Promise,
    request: UseRequest,
    already: tuple[RefusalReason, ...],
    chosen: Chosen,
    entry_id: int,
) -> UseResult | AboveboardError:
    record, decision = chosen
    if record is not None and (decision.reasons or not request.opens):
        return UseResult(entry_id, None, reasons=decision.reasons)
    if record is not None:
        try:
            return open_granted(record, decision.fields, entry_id)  # 4
        # One damaged record must not take the others' answers away.
        except AboveboardError as error:
            return error
    if already or not _may_disclose(promised, request):
        return UseResult(entry_id, None, reasons=decision.reasons)
    return lookup.SeveralFound() if decision.reasons == (_SEVERAL,) else lookup.NoOneFound()


def _lock_unshown(chosen: Sequence[Chosen], matched: Sequence[Sequence[int]]) -> frozenset[int]:
    """Lock whom the rows beside the ledger will name, before any entry is written; return those
    who are still there. A row about somebody who is erased at this moment would come after their
    erasure, or fail with it.

    Where nobody is named a decoy is locked: the same statement, which finds and locks as many.
    """
    named = [
        person_ids[0] if len(person_ids) == 1 else None
        for (record, _), person_ids in zip(chosen, matched, strict=True)
        if record is None
    ]
    if not named:
        return frozenset()
    spare = iter(decoys.pick(named.count(None)))
    return lock_people(
        [next(spare, _NOBODIES[-1]) if number is None else number for number in named]
    )


def _quiet_refusal(
    entry_id: int,
    subject: NamelessHandle,
    already: tuple[RefusalReason, ...],
    person_ids: Sequence[int],
    matches: Matches,
    there: frozenset[int],
) -> quiet_refusals.QuietRow:
    """Return the row that ties the entry to the only match, where the log cannot show it, with the
    key of its reference. Somebody who is not ``there`` any more was erased meanwhile, and is not
    named. One row, also when nobody matched: neither the time it takes nor the table's size may
    tell the cases apart."""
    codes = {reason.code.value for reason in already}
    if len(person_ids) == 1:
        codes |= {reason.code.value for _, decision in matches for reason in decision.reasons}
    person_id = person_ids[0] if len(person_ids) == 1 and person_ids[0] in there else None
    return entry_id, person_id, sorted(codes), subject.key
