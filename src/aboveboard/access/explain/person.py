"""Would this be allowed, and why was it refused? Decided, written down, and nothing opened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from aboveboard.access.decision import decide as deciding
from aboveboard.access.decision.gather import gather
from aboveboard.access.models import QuietRefusal
from aboveboard.access.reasons import SENTENCES, Code, Reason
from aboveboard.basics.actor import Actor
from aboveboard.basics.canonical import Json
from aboveboard.basics.errors import Invalid, NotFound
from aboveboard.ledger import queries as ledger
from aboveboard.ledger.actions import append
from aboveboard.promise import queries as promise
from aboveboard.promise.model import Promise

KIND = "explain.asked"
_USES = ("use.granted", "use.refused", "use.emergency", "emergency.refused")


class NotAUse(Invalid):
    """Entry {entry} is no use of anybody's data: it says {kind}."""

    code = "not_a_use"
    next_step = "Give the number of a look, as the console and the customer's page show it."


@dataclass(frozen=True, slots=True)
class Question:
    """What would be asked: a role, a purpose, fields and a channel."""

    role: str
    purpose: str
    fields: tuple[str, ...]
    channel: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What would come of it; ``reasons`` is empty when it would be granted. ``entry_id``
    proves that it was asked."""

    reasons: tuple[Reason, ...]
    entry_id: int

    @property
    def granted(self) -> bool:
        """Whether it would be granted."""
        return not self.reasons


@dataclass(frozen=True, slots=True)
class Explained:
    """Why an entry came out as it did: what was asked of what, and each reason in a sentence;
    none if it was granted."""

    entry: ledger.Recorded
    promise: Promise
    reasons: tuple[str, ...]
    entry_id: int


def would(question: Question, person_id: int, *, by: Actor, at: datetime) -> Answer:
    """Return what would come of a use of one person's data now, with every reason. Nothing
    is opened, no use is made.

    Raises:
        NotFound: nobody with that id is held.
        NoPromise: no promise is in force.
    """
    adopted = promise.in_force()
    request = deciding.Request(
        question.role, question.purpose, question.fields, question.channel, at
    )
    with transaction.atomic():
        records, facts = gather([person_id], [adopted.promise.purposes.get(question.purpose)], at)
        record = records.get(person_id)
        if record is None:
            raise NotFound(what="person")
        decision = deciding.decide(adopted.promise, request, facts[person_id])
        reasons = decision.reasons if isinstance(decision, deciding.Refusal) else ()
        known = adopted.promise
        told: dict[str, Json] = {
            "purpose": question.purpose if question.purpose in known.purposes else "unknown",
            "fields": sorted(
                name if name in known.fields else "unknown" for name in set(question.fields)
            ),
            "channel": question.channel if question.channel in known.channels else "unknown",
            "promise": adopted.serial,
        }
        entry_id = append(KIND, by=by, handle=record.handle, facts=told, at=at)
    return Answer(reasons, entry_id)


def why(entry_id: int, *, by: Actor, at: datetime) -> Explained:
    """Return why a use came out as its entry says, by the promise of that
    time. Asking is written down.

    The true reasons of a look-up that found somebody are kept beside the ledger; they are told
    here, without saying of whom.

    Raises:
        NotFound: there is no such entry.
        NotAUse: it is no use.
    """
    entry = ledger.entry(entry_id)
    if entry.kind not in _USES:
        raise NotAUse(entry=entry_id, kind=entry.kind)
    codes: Sequence[str] = _words(entry.facts.get("reasons", ()))
    serial = int(str(entry.facts["promise"]))
    with transaction.atomic():
        quiet = (
            QuietRefusal.objects.filter(entry_id=entry_id)
            .values_list("reasons", "person_id")
            .first()
        )
        if quiet is not None and quiet[0]:
            codes = quiet[0]
        facts: dict[str, Json] = {
            key: entry.facts[key] for key in ("purpose", "fields", "channel", "promise")
        } | {"about": entry_id}
        asked = append(KIND, by=by, handle=entry.handle, facts=facts, at=at)
        if quiet is not None:
            # The ledger must not tie to somebody what the look-up kept apart; so that it was
            # asked is kept apart too.
            QuietRefusal.objects.create(entry_id=asked, person_id=quiet[1], reasons=list(codes))
    sentences = tuple(sentence(code, entry) for code in sorted(set(codes)))
    return Explained(entry, promise.version(serial).promise, sentences, asked)


def sentence(code: str, entry: ledger.Recorded) -> str:
    """Return a reason's sentence, filled in from the entry as far as it says."""
    facts = entry.facts
    fields = ", ".join(_words(facts.get("fields", ())))
    return SENTENCES[Code(code)].format(
        field=f"one of: {fields}",
        role=entry.actor.role,
        purpose=facts.get("purpose", ""),
        channel=facts.get("channel", ""),
    )


def _words(value: Json) -> tuple[str, ...]:
    return tuple(str(item) for item in value) if isinstance(value, list | tuple) else ()
