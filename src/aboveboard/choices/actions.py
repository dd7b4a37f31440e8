"""The one change of this package: a choice is added. An erased person's rows go, and the ledger
keeps the entries (``personal_data``)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from django.db import transaction

from aboveboard.basics.actor import Actor, ActorKind
from aboveboard.basics.errors import Invalid, NotFound, RateLimited
from aboveboard.basics.facts import Word
from aboveboard.basics.package import NotHeld, RecordedEntry
from aboveboard.basics.reference import is_reference, restored_reference
from aboveboard.choices import queries
from aboveboard.choices.addresses import UNCONFIRMED, confirmed
from aboveboard.choices.entries import ChoiceMade, ChoiceWaits, ObjectionMet
from aboveboard.choices.events import MET, event_of
from aboveboard.choices.limits import RECORDED_AN_HOUR
from aboveboard.choices.models import Choice
from aboveboard.choices.state import (
    ChoiceAnswer,
    ChoiceRecord,
    ConsentState,
    needs_confirmation,
)
from aboveboard.choices.topic import WHOLE, topic_of
from aboveboard.keys.actions import entry_subject
from aboveboard.ledger.actions import append
from aboveboard.outbox import jobs
from aboveboard.outbox.events import announce
from aboveboard.promise import queries as promise
from aboveboard.promise.model import Contact, Promise, Purpose
from aboveboard.promise.words import OWN_PAGES
from aboveboard.vault.locking import lock_person


class NoChoiceHere(Invalid):
    """There is no choice to make about {purpose}: {why}."""

    code = "no_choice_here"
    next_step = ""


class ChannelUnknown(Invalid):
    """The promise has no such channel for a choice to be made on."""

    code = "channel_unknown"
    next_step = "Use one of: {channels}."


class ContactUnknown(Invalid):
    """{purpose} uses no such way of contact."""

    code = "contact_unknown"
    next_step = "{fix}"


class EvidenceRefused(Invalid):
    """The evidence of a choice is a reference, not a sentence: letters,
    digits and : . _ / - only."""

    code = "evidence_refused"
    next_step = "Give the call or form number, and keep the words where they belong."


def choose(
    person_id: int,
    purpose: str,
    answer: ChoiceAnswer,
    *,
    channel: str,
    evidence: str,
    contact: str = WHOLE,
    writes: bool = True,
    by: Actor,
    at: datetime,
) -> ChoiceRecord:
    """Record what the person chose about a purpose that leaves them a choice, or about one way of
    ``contact`` of it (:mod:`aboveboard.choices.state` says how the two join).

    ``channel`` is any channel of the promise, not of the purpose alone: a purpose's channels say
    where its data may be used, and taking a yes back must be as easy as giving it (GDPR Art.
    7(3)), wherever the person says so. What a person does with their own hand on their own pages
    is never refused for its channel, even under a promise that names no such channel: they must
    always be able to say no.

    Whoever records it: a no counts at once, and a yes after the person's own no waits for the
    person's hand or a second member of staff (:func:`aboveboard.choices.state.needs_confirmation`).

    Where the promise has addresses confirmed (``double_opt_in``), a yes to e-mail counts once the
    person did so (:mod:`aboveboard.choices.confirming`), and with ``writes`` they are sent a letter
    for it. A file of choices writes to nobody by itself.

    ``evidence`` is a reference without personal data, such as ``call:2026-11-22/417``.

    What the newest choice about the purpose says already, from the same hand with the same
    evidence, is that choice: nothing is written, and it is returned.

    Raises:
        RateLimited: others recorded more of this person within an hour than
            ``limits.RECORDED_AN_HOUR``. A no that takes a yes back is never refused.
        NoChoiceHere: no such purpose, or its lawful basis leaves no choice.
        ChannelUnknown: the promise has no such channel.
        NotFound: nobody with that id is held.
        ContactUnknown: there is no such way of contact, or a yes is about one that the purpose does
            not use. A no is taken of every way there is: it holds if the purpose uses it one day.
        EvidenceRefused: the evidence is not a reference.
    """
    adopted = promise.in_force()
    # Before anybody is looked up: how a wrong question is refused must not say who is held.
    check(adopted.promise, purpose, channel=channel, evidence=evidence, by=by)
    check_contact(adopted.promise.purposes[purpose], contact, answer)
    stated = StatedChoice(
        purpose,
        contact,
        answer,
        channel=channel,
        evidence=evidence,
        promise=adopted.serial,
        writes=writes,
    )
    with transaction.atomic():
        # The person's row first, as an erasure and a merge do: a choice made meanwhile lands on who
        # they are afterwards, or finds nobody.
        return record(lock_person(person_id), stated, by=by, at=at)


@dataclass(frozen=True, slots=True)
class StatedChoice:
    """What was said, before it is known whose it is and whether it counts. ``purpose`` and
    ``contact`` are the two parts of its topic."""

    purpose: str
    contact: str
    answer: ChoiceAnswer
    channel: str = field(kw_only=True)
    evidence: str = field(kw_only=True)
    promise: int = field(kw_only=True)
    writes: bool = field(kw_only=True, default=True)
    """Whether they are asked to confirm their address, where that is needed."""


def record(person_id: int, stated: StatedChoice, *, by: Actor, at: datetime) -> ChoiceRecord:
    """Record a choice of a person who is locked, once what it says was checked.

    Raises:
        RateLimited, NotFound: as :func:`choose`.
    """
    subject = entry_subject(person_id)
    if subject is None:
        raise NotFound(what="person")
    # Asked while the person is locked: a no of their own that commits meanwhile must be seen.
    consent = queries.consent_state(person_id)
    waits = needs_confirmation(consent, stated.purpose, stated.answer, by, stated.contact)
    # Their last word about just this, not about the whole: each is a choice of its own.
    newest = consent.last.get(topic_of(stated.purpose, stated.contact))
    counts = newest is not None and newest.answer is stated.answer and not consent.unproven
    # What was met and is said again is an objection anew.
    counts = counts and topic_of(stated.purpose, stated.contact) not in consent.met
    kind = ChoiceWaits if waits else ChoiceMade
    made = kind(
        Word(stated.purpose),
        stated.answer,
        Word(stated.channel),
        subject.seal(stated.evidence),
        stated.promise,
        Word(stated.contact) if stated.contact else None,
        _unconfirmed(person_id, stated, consent),
    )
    columns = _columns(made, stated.evidence, by=by, at=at)
    if (waits or counts) and (same := _newest_with(person_id, columns)) is not None:
        return queries.record_of(same)
    if (same := _same_moment(person_id, columns)) is not None:
        return queries.record_of(same)
    if by.kind is not ActorKind.PERSON and (counts or stated.answer is ChoiceAnswer.YES):
        _check_rate(person_id, at)
    # The entry before the row, which names it; both or neither.
    entry_id = append(made, by=by, handle=subject.handle, at=at)
    row = Choice.objects.create(entry_id=entry_id, person_id=person_id, **columns)
    if made.unconfirmed and stated.writes:
        jobs.enqueue(UNCONFIRMED, {"person": person_id, "field": str(made.unconfirmed)})
    if not waits:
        purpose = promise.in_force().promise.purposes.get(stated.purpose)
        announce(event_of(made, purpose), entry=entry_id, person=person_id)
    return queries.record_of(row)


def _unconfirmed(person_id: int, stated: StatedChoice, consent: ConsentState) -> Word | None:
    """Return the field of the address that a yes needs confirmed, where it is not."""
    purpose = promise.in_force().promise.purposes.get(stated.purpose)
    if purpose is None or stated.answer is not ChoiceAnswer.YES:
        return None
    field = purpose.must_confirm(stated.contact or Contact.EMAIL)
    return Word(field) if field and confirmed(person_id, field, consent) is None else None


def meet_objection(person_id: int, purpose: str, *, evidence: str, by: Actor, at: datetime) -> bool:
    """Record that the person's objection to a purpose was met with compelling grounds, or that they
    took it back: the use may go on until they object anew. Return whether there was one.

    ``evidence`` is the number of the request in which it was decided and they were told.

    Raises:
        NotFound: nobody with that id is held.
        EvidenceRefused: the evidence is not a reference.
    """
    if not is_reference(evidence):
        raise EvidenceRefused()
    serial = promise.in_force().serial
    with transaction.atomic():
        person_id = lock_person(person_id)
        subject = entry_subject(person_id)
        if subject is None:
            raise NotFound(what="person")
        state = queries.consent_state(person_id)
        if state.answer(purpose) is not ChoiceAnswer.NO or state.is_met(purpose):
            return False
        made = ObjectionMet(
            Word(purpose), ChoiceAnswer.MET, Word(OWN_PAGES), subject.seal(evidence), serial
        )
        entry_id = append(made, by=by, handle=subject.handle, at=at)
        columns = _columns(made, evidence, by=by, at=at)
        Choice.objects.create(entry_id=entry_id, person_id=person_id, **columns)
        announce(MET, entry=entry_id, person=person_id)
    return True


def _newest_with(person_id: int, columns: Mapping[str, Any]) -> Choice | None:
    """Return the newest choice about a topic where it says just this, but for its moment."""
    # Among those about the whole too: a no to it came between, and ended what this said.
    about = {"purpose": columns["purpose"], "contact__in": {columns["contact"], WHOLE}}
    rows = Choice.objects.filter(person_id=person_id, **about)
    newest: Choice | None = rows.order_by("-at", "-id").first()
    if newest is None or not newest.authentic:
        return None
    same = all(getattr(newest, name) == value for name, value in columns.items() if name != "at")
    return newest if same else None


def _same_moment(person_id: int, columns: Mapping[str, Any]) -> Choice | None:
    """Return the choice that says just this of just this moment: a file that is imported again."""
    alike = ("purpose", "contact", "answer", "evidence", "channel", "at")
    rows = Choice.objects.filter(person_id=person_id, **{name: columns[name] for name in alike})
    return next((row for row in rows if row.authentic and row.actor == columns["actor"]), None)


def _check_rate(person_id: int, at: datetime) -> None:
    """Refuse one more choice of a person where others record one after the other: each is kept for
    good, and every use reads all of them. One statement, under the person's lock: two at once
    cannot both be the last."""
    hour = timedelta(hours=1)
    recorded = Choice.objects.filter(person_id=person_id, at__gt=at - hour).order_by("-at")
    last = RECORDED_AN_HOUR - 1
    for earliest in recorded.values_list("at", flat=True)[last : last + 1]:
        raise RateLimited(seconds=ceil((earliest + hour - at).total_seconds()))


def repeat(entry: RecordedEntry[ChoiceMade]) -> bool:
    """Put back the row of a choice whose ledger entry outlived it, in a restored backup. No entry
    is written: it is there. True if the row was missing.

    Raises:
        NotHeld: nobody is known whom the entry is about.
    """
    if entry.person_id is None:
        raise NotHeld(what="person")
    evidence = restored_reference(entry.facts.evidence, entry.id)
    columns = _columns(entry.facts, evidence, by=entry.by, at=entry.at)
    # By entry, not by content: the same answer given twice is two choices.
    _, new = Choice.objects.get_or_create(
        entry_id=entry.id, defaults={"person_id": entry.person_id, **columns}
    )
    return new


def _columns(made: ChoiceMade, evidence: str, *, by: Actor, at: datetime) -> dict[str, Any]:
    return {
        "purpose": made.purpose,
        "contact": made.contact or WHOLE,
        "answer": made.answer.value,
        "channel": made.channel,
        "evidence": evidence,
        "at": at,
        "promise_serial": made.promise,
        "waits": isinstance(made, ChoiceWaits),
        "actor": by.as_json(),
    }


def check(promised: Promise, purpose: str, *, channel: str, evidence: str, by: Actor) -> None:
    """Refuse what is wrong with a choice whoever makes it: asked before anybody is looked up.

    Raises:
        NoChoiceHere, ChannelUnknown, EvidenceRefused: as :func:`choose`.
    """
    known = promised.purposes.get(purpose)
    if known is None:
        raise NoChoiceHere(purpose=purpose, why="the promise has no such purpose")
    if not known.leaves_choice:
        raise NoChoiceHere(
            purpose=purpose, why=f"it rests on {known.basis.value.replace('_', ' ')}"
        )
    check_source(promised, channel=channel, evidence=evidence, by=by)


def check_source(promised: Promise, *, channel: str, evidence: str, by: Actor) -> None:
    """Refuse what is wrong with how a choice came about.

    Raises:
        ChannelUnknown, EvidenceRefused: as :func:`choose`.
    """
    # Art. 7(3), 21(4): the person's own no is never refused for the way it came.
    by_hand = by.kind in (ActorKind.PERSON, ActorKind.REPRESENTATIVE)
    own = by_hand and channel == OWN_PAGES
    if channel not in promised.channels and not own:
        raise ChannelUnknown(channels=", ".join(promised.channels))
    if not is_reference(evidence):
        raise EvidenceRefused()


def check_contact(purpose: Purpose, contact: str, answer: ChoiceAnswer) -> None:
    """Refuse a way of contact that a choice about the purpose cannot be about.

    Raises:
        ContactUnknown: as :func:`choose`.
    """
    ways = list(purpose.contact_ways) if answer is ChoiceAnswer.YES else list(Contact)
    if contact and contact not in ways:
        fix = f"Use one of: {', '.join(ways)}; or none, for the whole." if ways else "Give none."
        raise ContactUnknown(purpose=purpose.key, fix=fix)
