"""The changes in this room: a choice is added; an erased person's rows go (the
ledger keeps the entries)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from aboveboard.basics.actor import Actor, ActorKind
from aboveboard.basics.canonical import Json
from aboveboard.basics.errors import Invalid, NotFound
from aboveboard.choices.models import Choice
from aboveboard.choices.state import Answer
from aboveboard.ledger.actions import append
from aboveboard.promise import queries as promise
from aboveboard.promise.model import Promise
from aboveboard.vault.locking import lock_person
from aboveboard.vault.queries import handle

_EVIDENCE = re.compile(r"[A-Za-z0-9:._/-]{1,80}")


class NoChoiceHere(Invalid):
    """There is no choice to make about {purpose}: {why}."""

    code = "no_choice_here"
    next_step = ""


class ChannelUnknown(Invalid):
    """The promise has no such channel for a choice to be made on."""

    code = "channel_unknown"
    next_step = "Use one of: {channels}."


class EvidenceRefused(Invalid):
    """The evidence of a choice is a reference, not a sentence: letters,
    digits and : . _ / - only."""

    code = "evidence_refused"
    next_step = "Give the call or form number, and keep the words where they belong."


def choose(
    person_id: int,
    purpose: str,
    answer: Answer,
    *,
    channel: str,
    evidence: str,
    by: Actor,
    at: datetime,
) -> Choice:
    """Record what the person chose about a purpose that leaves them a choice.

    ``channel`` is any channel of the promise, not of the purpose alone: a purpose's channels say
    where its data may be used, and taking a yes back must be as easy as giving it (GDPR Art.
    7(3)), wherever the person says so. What a person does with their own hand on their own pages
    is never refused for its channel, even under a promise that names no such channel: they must
    always be able to say no.

    ``evidence`` is a reference without personal data, such as ``call:2026-11-22/417``.

    Raises:
        NoChoiceHere: no such purpose, or its lawful basis leaves no choice.
        ChannelUnknown: the promise has no such channel.
        NotFound: nobody with that id is held.
        EvidenceRefused: the evidence is not a reference.
    """
    adopted = promise.in_force()
    check(adopted.promise, purpose, channel=channel, evidence=evidence, by=by)
    with transaction.atomic():
        person_id = lock_person(person_id)
        who = handle(person_id)
        if who is None:
            raise NotFound(what="person")
        facts = {
            "purpose": purpose,
            "answer": answer.value,
            "channel": channel,
            "evidence": evidence,
            "promise": adopted.serial,
        }
        entry_id = append("choice.made", by=by, handle=who, facts=facts, at=at)
        return Choice.objects.create(
            person_id=person_id,
            purpose=purpose,
            answer=answer.value,
            channel=channel,
            evidence=evidence,
            at=at,
            promise_serial=adopted.serial,
            actor=by.as_json(),
            entry_id=entry_id,
        )


def forget(person_id: int) -> None:
    """Delete an erased person's choices: each row names both the person and the entry
    that carries their handle.

    That a choice was made stays in the ledger, and in the receipt that the person was given
    (``docs/decisions/0011``). Only an erasure calls this.
    """
    Choice.objects.filter(person_id=person_id).delete()


def replay(
    person_id: int, entry_id: int, facts: Mapping[str, Json], *, by: Actor, at: datetime
) -> bool:
    """Put back the row of a choice whose ledger entry outlived it, in a restored
    backup. True if it was missing.

    ``facts`` are those of the entry ``choice.made`` numbered ``entry_id``. No entry
    is written: it is there.
    """
    _, made = Choice.objects.get_or_create(
        entry_id=entry_id,
        defaults={
            "person_id": person_id,
            "purpose": str(facts["purpose"]),
            "answer": Answer(str(facts["answer"])).value,
            "channel": str(facts["channel"]),
            "evidence": str(facts["evidence"]),
            "at": at,
            "promise_serial": int(str(facts["promise"])),
            "actor": by.as_json(),
        },
    )
    return made


def check(promised: Promise, purpose: str, *, channel: str, evidence: str, by: Actor) -> None:
    """Say what is wrong with a choice whoever makes it: asked before anybody is looked up.

    Raises:
        NoChoiceHere, ChannelUnknown, EvidenceRefused: as :func:`choose`.
    """
    found = promised.purposes.get(purpose)
    if found is None:
        raise NoChoiceHere(purpose=purpose, why="the promise has no such purpose")
    if not (found.needs_consent or found.objectable):
        raise NoChoiceHere(
            purpose=purpose, why=f"it rests on {found.basis.value.replace('_', ' ')}"
        )
    if channel not in promised.channels and by.kind is not ActorKind.PERSON:
        raise ChannelUnknown(channels=", ".join(promised.channels))
    if not _EVIDENCE.fullmatch(evidence):
        raise EvidenceRefused()
