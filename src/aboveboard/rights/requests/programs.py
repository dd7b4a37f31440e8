"""Requests that programs bring: a web shop, the system of a call centre, an agent's.

A program says who the person is by what they told it. Only where its scope has ``proves:`` is its
word taken that it proved who they are, as evidence like any other, which the rule of proportion
judges (``requests.identity``). Everything else begins unproved: nobody is looked up for it, so that
the answer is the same whether the person is held or not, and a code goes to the e-mail address that
was given, if one was. Whoever gives it back, through the program too, has proved that address and
nothing else; so such a request is about nothing but that address.

A duplicate is a request of its own, proved like the first; neither waits for the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from django.db import transaction

from aboveboard.access.lookup import find
from aboveboard.access.use import Subject
from aboveboard.accounts.clients.scope import ClientScope
from aboveboard.basics.actor import Actor
from aboveboard.basics.errors import Invalid, NotFound, Refused
from aboveboard.basics.limits import PAGE_SIZE
from aboveboard.basics.personal import Personal
from aboveboard.connectors.contract import EMAIL, Identifier
from aboveboard.kinds.normalise import normal_forms
from aboveboard.law import categories
from aboveboard.promise.model import Promise
from aboveboard.promise.queries import in_force
from aboveboard.rights.models import RightsRequest
from aboveboard.rights.requests import actions, queries, visitors
from aboveboard.rights.requests.queries import RequestRecord, records_of
from aboveboard.rights.requests.state import RequestStage, RequestState
from aboveboard.rights.requests.terms import (
    Asker,
    CodeRefused,
    NewRequest,
    ProofEvidence,
    RequestChannel,
    RequestDetails,
    RequestKind,
)
from aboveboard.vault.references import REFERENCE

PROVABLE: Final = (ProofEvidence.SIGNED_IN, ProofEvidence.KNOWLEDGE, ProofEvidence.DOCUMENT)
"""What a program may be trusted to have checked. A code of ours proves itself; that somebody may
act for another is for a member of staff to see."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramRequest:
    """What a program brings.

    Attributes:
        subject: the person, by what they told the program.
        proof: how the program proved who asks; None: it did not.
        jurisdiction: where the person lives (ISO 3166), which sets the clock.
        acting: who asks for them, where it is not they.
        corrections: of a correction, the new values by data category or field of the promise.
        purpose: of an objection or a restriction, a purpose of the promise; "" for all.
        agent_request: what an authorised agent calls it, or "".
    """

    kind: RequestKind
    subject: Subject
    asker: Asker = Asker.SELF
    proof: ProofEvidence | None = None
    jurisdiction: str = ""
    language: str = "en"
    name: Personal[str] = field(default_factory=lambda: Personal(""))
    acting: Personal[str] = field(default_factory=lambda: Personal(""))
    words: Personal[str] = field(default_factory=lambda: Personal(""))
    corrections: Mapping[str, Personal[str]] = field(default_factory=dict)
    purpose: str = ""
    agent_request: str = ""


@dataclass(frozen=True, slots=True)
class ProgramReceipt:
    """That a request was written down: its number, its ledger entry, and whether a code went to the
    person."""

    id: int
    entry_id: int
    code_sent: bool


class RequestNotInScope(Refused):
    """This client may not bring requests of the kind {asked}."""

    code = "request_not_in_scope"
    next_step = "Add a client with --request {asked}, and ask for a token with that scope."


class ProofNotInScope(Refused):
    """The word of this client is not taken for the proof {proof}. Nothing was written down."""

    code = "proof_not_in_scope"
    next_step = "Leave `proof` out: the request begins unproved, and the person proves themselves."


def ask(
    asked: ProgramRequest, *, scope: ClientScope, agent: str = "", by: Actor, at: datetime
) -> ProgramReceipt:
    """Write down what a program brings; send the person a code where nothing is proved and an
    e-mail address was given. ``agent``: the name of the authorised agent that the program is; then
    the mail says who asked, and where the code is entered.

    Raises:
        RequestNotInScope, ProofNotInScope: the token does not say so.
        Invalid: the person, a correction or the purpose cannot be read.
        TooManyRequests: as many of this program wait for proof as a day may bring.
        PlaceUnreadable, WordsTooMany: as :func:`aboveboard.rights.requests.actions.ask`.
        Unavailable: the mail server did not take the code; nothing was written down.
    """
    if not scope.may_ask(asked.kind.value):
        raise RequestNotInScope(asked=asked.kind.value)
    if asked.proof is not None and not scope.may_prove(asked.proof.value):
        raise ProofNotInScope(proof=asked.proof.value)
    promise = in_force().promise
    identifier = _identifier(promise, asked.subject)
    address = identifier.value.reveal() if identifier.kind == EMAIL else ""
    new = NewRequest(
        kind=asked.kind,
        channel=RequestChannel.API,
        received_at=at,
        person_id=None if asked.proof is None else _person(promise, asked.subject),
        asker=asked.asker,
        jurisdiction=asked.jurisdiction,
        language=asked.language,
        details=RequestDetails(
            identifiers=(identifier,),
            contact=Personal(address),
            name=asked.name,
            acting=asked.acting,
            words=asked.words,
            corrections=_checked_corrections(promise, asked.corrections),
            purpose=_checked_purpose(promise, asked.purpose),
            agent_request=asked.agent_request,
        ),
    )
    send_code = asked.proof is None and bool(address)
    # Together: a request whose code never left could not be gone on with.
    with transaction.atomic():
        number = actions.ask(new, evidence=asked.proof, by=by, at=at)
        if send_code:
            visitors.send_code(number, address, language=asked.language, agent=agent, by=by, at=at)
        entry_id = RightsRequest.objects.values_list("entry_id", flat=True).get(pk=number)
    return ProgramReceipt(number, entry_id, send_code)


def send_code(request_id: int, *, by: Actor, at: datetime) -> None:
    """Send the person another code; the ones before it prove nothing any more.

    Raises:
        NotFound: the program brought no such request.
        Invalid: it was not asked with an e-mail address alone, so no code proves who asks.
        RequestClosed, TooManyRequests, Unavailable: as
            :func:`aboveboard.rights.requests.visitors.send_code`.
    """
    record = request(request_id, program=by, at=at)
    contact = queries.details(record.id).contact.reveal() if record.readable else ""
    if not contact or record.person_id is not None:
        raise Invalid(
            found="no code proves who asks here",
            fix="A code goes to the e-mail address that a request was asked with, until it is "
            "proved. Let a member of staff look at this one.",
        )
    visitors.send_code(request_id, contact, language=record.language, by=by, at=at)


def prove(request_id: int, code: str, *, by: Actor, at: datetime) -> RequestState:
    """Take the code back that the person was sent, from the program that brought the request.

    Raises:
        NotFound: the program brought no such request.
        CodeRefused, RequestClosed, NotInThisStage: as
            :func:`aboveboard.rights.requests.visitors.prove`.
    """
    record = request(request_id, program=by, at=at)
    if record.person_id is not None:
        raise CodeRefused
    return visitors.prove(request_id, code, by=by, at=at)


def withdraw(request_id: int, *, by: Actor, at: datetime) -> RequestRecord:
    """Close a request because the program that brought it says that the person wants it no more;
    of one that is withdrawn, nothing more is written.

    Raises:
        NotFound: the program brought no such request.
        RequestClosed: it ended in another way.
    """
    record = request(request_id, program=by, at=at)
    if record.state.stage is RequestStage.WITHDRAWN:
        return record
    actions.withdraw(request_id, by=by, at=at)
    return request(request_id, program=by, at=at)


def request(request_id: int, *, program: Actor, at: datetime) -> RequestRecord:
    """Return a request that this program brought.

    Raises:
        NotFound: there is none, or somebody else brought it: nobody learns which.
    """
    record = queries.request(request_id, at=at)
    if record.channel is not RequestChannel.API or (record.actor.kind, record.actor.id) != (
        program.kind,
        program.id,
    ):
        raise NotFound(what="request")
    return record


def requests_of_program(
    *, before: int | None = None, limit: int = PAGE_SIZE, program: Actor, at: datetime
) -> list[RequestRecord]:
    """Return a page of the requests that this program brought, the newest first. ``before``: the
    number of the last of the page before."""
    rows = RightsRequest.objects.filter(
        channel=RequestChannel.API.value, actor__kind=program.kind.value, actor__id=program.id
    )
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return records_of(list(rows.order_by("-id")[:limit]), at)


def _identifier(promise: Promise, subject: Subject) -> Identifier:
    """Return by what systems are asked, in its normal form."""
    if subject.kind == REFERENCE:
        raise Invalid(
            found="a reference of ours stands for the person, which no other system knows",
            fix="Send their e-mail address, phone or customer number.",
        )
    regions = [subject.country] if subject.country else [None, *promise.organisation.trades_in]
    forms = normal_forms(subject.kind, subject.value, regions)
    if not forms:
        raise Invalid(
            found=f"what stands for the person is no {subject.kind.replace('_', ' ')}",
            fix="Send it as the person wrote it, with the right kind.",
        )
    return Identifier(subject.kind, Personal(forms[0]))


def _person(promise: Promise, subject: Subject) -> int | None:
    """Return the one person who is known by it. Of several a person decides, system by system; of
    nobody every system is asked."""
    people = find(promise, subject)
    return people[0] if len(people) == 1 else None


def _checked_corrections(
    promise: Promise, corrections: Mapping[str, Personal[str]]
) -> Mapping[str, Personal[str]]:
    for name in corrections:
        if name not in promise.fields and name not in categories.all_categories():
            raise Invalid(
                found="a correction names no field of the promise and no data category",
                fix=f"Its fields: {', '.join(promise.fields)}.",
            )
    return corrections


def _checked_purpose(promise: Promise, purpose: str) -> str:
    if purpose and purpose not in promise.purposes:
        raise Invalid(
            found="the promise has no such purpose",
            fix=f"Its purposes: {', '.join(promise.purposes)}. Leave it out to mean all.",
        )
    return purpose
