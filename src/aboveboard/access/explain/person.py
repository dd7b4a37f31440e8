"""Would this be allowed, and why was it refused? Decided, written down, and nothing opened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from aboveboard.access import lookup
from aboveboard.access.decision.decide import decide
from aboveboard.access.decision.facts import DecisionFacts, DecisionMoment
from aboveboard.access.decision.gather import gather
from aboveboard.access.entries import USES, ExplanationAsked, Use, known_word, known_words
from aboveboard.access.models import QuietRefusal
from aboveboard.access.reasons import SENTENCES, ReasonCode
from aboveboard.access.release import entry_subject
from aboveboard.access.use import Decision, UseRequest
from aboveboard.basics.actor import Actor
from aboveboard.basics.errors import Invalid, NotFound
from aboveboard.ledger import queries as ledger
from aboveboard.ledger.actions import append
from aboveboard.promise import queries as promise
from aboveboard.promise.model import Promise
from aboveboard.vault.locking import lock_person


class NotAUse(Invalid):
    """Entry {entry} is not a use of anybody's data: it says {kind}."""

    code = "not_a_use"
    next_step = "Give the number of a use, as the console and the customer's page show it."


@dataclass(frozen=True, slots=True)
class ExplainedEntry:
    """Why an entry came out as it did: what was asked of what, and each reason in a sentence; none
    if it was granted. ``asked`` is the entry that says that this was asked."""

    entry: ledger.LedgerEntry
    facts: Use
    promise: Promise
    reasons: tuple[str, ...]
    asked: int


def explain_request(request: UseRequest, *, by: Actor, at: datetime) -> tuple[Decision, int]:
    """Return what would come of a use of one person's data now, with every reason, and the entry
    that says that it was asked. Nothing is opened, no use is made.

    Raises:
        NotFound: nobody with that number is held.
        NoOneFound, SeveralFound: the subject is not one person. That is said: whoever may ask this
            may know it.
        NoPromise: no promise is in force.
    """
    adopted = promise.in_force()
    known = adopted.promise
    person_id = request.subject.person_id
    if person_id is None:
        person_id = lookup.find_one(known, request.subject)
    with transaction.atomic():
        # Gathered as for a real use, by the same code: an answer worked out in another way would
        # one day be another one.
        gathered = gather([person_id], [known.purposes.get(request.purpose)], at)
        record = gathered.records.get(person_id)
        if record is None:
            raise NotFound(what="person")
        decision = decide(
            known, request, DecisionFacts(gathered.facts[person_id], DecisionMoment(at))
        )
        question = ExplanationAsked(
            known_word(request.purpose, known.purposes),
            known_words(request.fields, known.fields),
            known_word(request.channel, known.channels),
            adopted.serial,
        )
        subject = entry_subject(record)
        # About the person, so that they see it too: whether their data could be used is a question
        # about them.
        entry_id = append(question, by=by, handle=subject.handle, at=at)
    return decision, entry_id


def explain_entry(entry_id: int, *, by: Actor, at: datetime) -> ExplainedEntry:
    """Return why a use came out as its entry says, by the promise of that time. Asking is written
    down.

    The true reasons of a look-up that found somebody are kept beside the ledger; they are given
    here, without saying of whom.

    Raises:
        NotFound: there is no such entry.
        NotAUse: it is no use.
    """
    entry = ledger.entry(entry_id)
    if entry.kind not in USES:
        raise NotAUse(entry=entry_id, kind=entry.kind)
    facts = USES[entry.kind].from_json(entry.facts)
    codes: Sequence[str] = getattr(facts, "reasons", ())
    with transaction.atomic():
        quiet = _quiet_refusal(entry_id)
        if quiet is not None and quiet[0]:
            codes = quiet[0]
        question = ExplanationAsked(
            facts.purpose, facts.fields, facts.channel, facts.promise, entry_id
        )
        asked = append(question, by=by, handle=entry.handle, at=at)
        if quiet is not None:
            # The ledger must not tie to somebody what the look-up kept apart; so that it was
            # asked is kept apart too.
            QuietRefusal.objects.create(entry_id=asked, person_id=quiet[1], reasons=list(codes))
    sentences = tuple(_sentence(code, entry, facts) for code in sorted(set(codes)))
    return ExplainedEntry(entry, facts, promise.version(facts.promise).promise, sentences, asked)


def _quiet_refusal(entry_id: int) -> tuple[Sequence[str], int | None] | None:
    """Return what is kept of a look-up beside the ledger: its reasons, and whom it was about, who
    is locked: what is written about them beside an erasure must not name them after it."""
    rows = QuietRefusal.objects.filter(entry_id=entry_id).values_list("reasons", "person_id")
    row = rows.first()
    if row is None or row[1] is None:
        return row
    try:
        lock_person(row[1])
    except NotFound:
        return None
    # Read again under the lock: a merge may have given it to another number meanwhile.
    return rows.first()


def _sentence(code: str, entry: ledger.LedgerEntry, facts: Use) -> str:
    """Return a reason's sentence, filled in from the entry as far as it says."""
    return SENTENCES[ReasonCode(code)].format(
        field=f"one of: {', '.join(facts.fields)}",
        role=entry.actor.role,
        purpose=facts.purpose,
        channel=facts.channel,
    )
