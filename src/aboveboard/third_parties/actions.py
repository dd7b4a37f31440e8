"""Letting a third party in, and ending it: a choice, its entry and the letters about it, in one
transaction."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final

from django.db import transaction

from aboveboard.basics.actor import Actor, ActorKind
from aboveboard.basics.errors import Invalid, NotFound
from aboveboard.choices.actions import StatedChoice, check_source, record
from aboveboard.choices.queries import consent_state
from aboveboard.choices.state import ChoiceAnswer, ChoiceRecord
from aboveboard.choices.third_parties import (
    ends_at,
    third_parties_waiting,
    third_party_choices,
    third_party_topic,
)
from aboveboard.choices.topic import WHOLE
from aboveboard.outbox import jobs
from aboveboard.promise.model import Promise
from aboveboard.promise.queries import in_force
from aboveboard.third_parties.limits import LEAST_TO_REMIND, REMINDED_BEFORE
from aboveboard.third_parties.queries import client_of_party, last_day_allowed
from aboveboard.vault.locking import lock_person

LETTER: Final = "third-party.letter"
"""The job that has a letter written: ``choice``, its number, and ``step``, which letter it is."""


class ThirdPartyRefused(Invalid):
    """This third party cannot be let in: {why}."""

    code = "third_party_refused"
    next_step = "{fix}"


def let_in(
    person_id: int,
    party: str,
    purpose: str,
    last_day: date,
    *,
    channel: str,
    evidence: str,
    by: Actor,
    at: datetime,
) -> ChoiceRecord:
    """Let a third party read what a purpose names, to the end of ``last_day``. It counts at once
    with the person's own hand; what staff heard waits for that hand.

    Raises:
        ThirdPartyRefused: the promise opens no such purpose to it, it has no client, or the day is
            over or later than the promise allows.
        ChannelUnknown, EvidenceRefused, NotFound, RateLimited: as
            :func:`aboveboard.choices.actions.choose`.
    """
    adopted = in_force()
    check_source(adopted.promise, channel=channel, evidence=evidence, by=by)
    _check(adopted.promise, party, purpose, last_day, at)
    stated = StatedChoice(
        third_party_topic(party, purpose),
        last_day.isoformat(),
        ChoiceAnswer.YES,
        channel=channel,
        evidence=evidence,
        promise=adopted.serial,
    )
    with transaction.atomic():
        made = record(lock_person(person_id), stated, by=by, at=at)
        # What was said already is returned as it was: its letters are on their way.
        if made.at == at and not made.waits:
            _queue_letters(made, ends_at(last_day, adopted.promise.organisation.zone))
    return made


def end(
    person_id: int,
    party: str,
    purpose: str,
    *,
    channel: str,
    evidence: str,
    by: Actor,
    at: datetime,
) -> ChoiceRecord:
    """End it at once, or refuse what waits for the person's hand. Anybody who hears it may record
    it; ended again it stays as it is.

    Raises:
        NotFound: they never let it in.
        ChannelUnknown, EvidenceRefused: as :func:`aboveboard.choices.actions.choose`.
    """
    adopted = in_force()
    check_source(adopted.promise, channel=channel, evidence=evidence, by=by)
    topic = third_party_topic(party, purpose)
    stated = StatedChoice(
        topic, WHOLE, ChoiceAnswer.NO, channel=channel, evidence=evidence, promise=adopted.serial
    )
    with transaction.atomic():
        person_id = lock_person(person_id)
        state = consent_state(person_id)
        known = {each.event.purpose for each in third_party_choices(state)}
        if topic not in known | {each.event.purpose for each in third_parties_waiting(state)}:
            raise NotFound(what="third party that they let in")
        made = record(person_id, stated, by=by, at=at)
        # With their own hand they know it.
        if made.at == at and topic in known and by.kind is not ActorKind.PERSON:
            jobs.enqueue(LETTER, {"choice": made.id, "step": "ended"})
    return made


def _check(promised: Promise, party: str, purpose: str, last_day: date, at: datetime) -> None:
    known = promised.purposes.get(purpose)
    if known is None or not known.opens_to(party):
        raise ThirdPartyRefused(
            why="the promise does not let people open this purpose to it",
            fix="Choose one that is offered.",
        )
    if client_of_party(party) is None:
        raise ThirdPartyRefused(
            why="it is not registered here", fix="Ask us to register it, and try again."
        )
    latest = last_day_allowed(promised, known, at)
    if not at.astimezone(promised.organisation.zone).date() <= last_day <= latest:
        raise ThirdPartyRefused(
            why="that day is over, or later than we allow",
            fix=f"Give a day from today to {latest.isoformat()}.",
        )


def _queue_letters(made: ChoiceRecord, until: datetime) -> None:
    """Have the person written to now, before it ends, and when it ended. Each letter asks whether
    it is still true when it is written."""
    jobs.enqueue(LETTER, {"choice": made.id, "step": "let_in"})
    if until - made.at >= LEAST_TO_REMIND:
        due = until - REMINDED_BEFORE
        jobs.enqueue(LETTER, {"choice": made.id, "step": "ends_soon"}, due=due)
    jobs.enqueue(LETTER, {"choice": made.id, "step": "over"}, due=until + timedelta(minutes=1))
