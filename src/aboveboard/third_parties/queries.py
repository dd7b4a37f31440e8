"""Whom a person let in themselves, and whom they may."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from aboveboard.access import queries as access
from aboveboard.access.use import UseRecord
from aboveboard.access.use_index.columns import IndexedUses, UseFilter
from aboveboard.accounts import queries as accounts
from aboveboard.accounts.clients.scope import THIRD_PARTY
from aboveboard.accounts.queries import Client
from aboveboard.choices.queries import consent_state, history
from aboveboard.choices.state import ChoiceAnswer, ChoiceRecord, ConsentState
from aboveboard.choices.third_parties import (
    ThirdPartyChoice,
    ends_at,
    is_third_party,
    third_parties_waiting,
    third_party_choices,
)
from aboveboard.promise.model import Promise, Purpose
from aboveboard.third_parties.limits import USUAL

_SHOWN = 5


class ThirdPartyState(StrEnum):
    """Where it is at a moment. The third party reads in one of them alone."""

    WAITING = "waiting"
    """Somebody else recorded it; it waits for the person's own hand."""
    OPEN = "open"
    EXPIRED = "expired"
    """Its last day is over: by the clock, whatever runs."""
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class LetIn:
    """A third party that a person let in, once or now. ``choice``: what they said last of it;
    ``opened``: the newest yes. ``uses``: the newest of its uses, out of ``use_count`` in all;
    ``who``: role and team under which its uses stand."""

    party: str
    purpose: str
    state: ThirdPartyState
    choice: ChoiceRecord
    opened: ChoiceRecord | None
    uses: tuple[UseRecord, ...] = ()
    use_count: int = 0
    who: tuple[str, str] | None = None

    @property
    def last_day(self) -> date | None:
        """The last day that was said; None where none is known."""
        choice = self.opened or self.choice
        return date.fromisoformat(choice.contact) if choice.contact else None


@dataclass(frozen=True, slots=True)
class Offered:
    """A purpose that a person may open to a third party, up to ``latest``; ``usual`` is offered."""

    party: str
    purpose: Purpose
    usual: date
    latest: date


def client_of_party(party: str) -> Client | None:
    """Return the client by which a third party reads; None where none is registered and works."""
    word = f"{THIRD_PARTY}{party}"
    clients = (each for each in accounts.clients() if word in each.rights and not each.revoked_at)
    return next(clients, None)


def last_day_allowed(promised: Promise, purpose: Purpose, at: datetime) -> date:
    """Return the last day until which somebody may be let in for a purpose from now on."""
    here = at.astimezone(promised.organisation.zone)
    return (
        purpose.third_parties.longest.add_to(here).date() if purpose.third_parties else here.date()
    )


def offered(promised: Promise, at: datetime) -> Sequence[Offered]:
    """Return whom people may let in, and for what, in the order of the promise: recipients of such
    a purpose that a client is registered for."""
    here = at.astimezone(promised.organisation.zone)
    offers = []
    for purpose in promised.purposes.values():
        latest = last_day_allowed(promised, purpose, at)
        for party in purpose.recipients if purpose.third_parties else ():
            client = client_of_party(party)
            if client is not None and purpose.key in client.purposes:
                usual = min((here + USUAL).date(), latest)
                offers.append(Offered(party, purpose, usual, latest))
    return offers


def let_in_by(person_id: int, promised: Promise, *, at: datetime) -> Sequence[LetIn]:
    """Return everybody whom a person let in, or is asked to confirm: what waits first, then what is
    open, then what is over; the newest first."""
    state = consent_state(person_id)
    choices = [each for each in history(person_id) if is_third_party(each.purpose)]
    records = {each.id: each for each in choices}
    uses = access.indexed_uses(person_id) or IndexedUses()
    rows = [
        LetIn(each.party, each.purpose, ThirdPartyState.WAITING, records[each.event.id], None)
        for each in third_parties_waiting(state)
        if each.event.id in records
    ]
    rows += [
        _let_in(person_id, each, promised, choices, uses, at)
        for each in third_party_choices(state)
        if each.event.id in records
    ]
    order = list(ThirdPartyState)
    return sorted(rows, key=lambda row: order.index(row.state))


def open_purposes(state: ConsentState, promised: Promise, *, at: datetime) -> frozenset[str]:
    """Return the purposes for which somebody is let in at a moment."""
    choices = third_party_choices(state)
    return frozenset(
        each.purpose for each in choices if _state(each, promised, at) is ThirdPartyState.OPEN
    )


def opened_with(choice: ChoiceRecord) -> date:
    """Return the last day that a choice is about: its own, or where it ended one, the day of that
    moment."""
    return date.fromisoformat(choice.contact) if choice.contact else choice.at.date()


def _let_in(
    person_id: int,
    choice: ThirdPartyChoice,
    promised: Promise,
    choices: Sequence[ChoiceRecord],
    uses: IndexedUses,
    at: datetime,
) -> LetIn:
    about = [each for each in choices if each.purpose == choice.event.purpose and not each.waits]
    opened = next((each for each in about if each.answer is ChoiceAnswer.YES), None)
    who = _names(choice.party)
    theirs = uses.matching(UseFilter(party=who, purpose=choice.purpose)) if who else IndexedUses()
    shown = access.records_of(person_id, theirs.page(None, _SHOWN)) if len(theirs) else ()
    return LetIn(
        choice.party,
        choice.purpose,
        _state(choice, promised, at),
        next(each for each in about if each.id == choice.event.id),
        opened,
        tuple(shown),
        len(theirs),
        who,
    )


def _state(choice: ThirdPartyChoice, promised: Promise, at: datetime) -> ThirdPartyState:
    if choice.last_day is None:
        return ThirdPartyState.ENDED
    is_over = at >= ends_at(choice.last_day, promised.organisation.zone)
    return ThirdPartyState.EXPIRED if is_over else ThirdPartyState.OPEN


def _names(party: str) -> tuple[str, str] | None:
    """Return the role and the team under which the uses of a third party stand, also once its
    client was revoked."""
    word = f"{THIRD_PARTY}{party}"
    return next(((c.role, c.team) for c in accounts.clients() if word in c.rights), None)
