"""What somebody asks who has no account, or whom we may not hold at all.

A code proves that the address is theirs; until it comes back nothing is looked up for them and
nothing is done. What they see is the same whether they are held or not: only the answer says that,
and it goes to the address that they proved.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.core import signing
from django.db import transaction

from aboveboard.access.lookup import find
from aboveboard.access.use import Subject
from aboveboard.accounts import mail
from aboveboard.basics import settings
from aboveboard.basics.actor import CUSTOMER, SYSTEM, Actor
from aboveboard.basics.errors import NotFound
from aboveboard.basics.personal import Personal
from aboveboard.connectors.contract import Identifier
from aboveboard.kinds import email_addresses
from aboveboard.kinds.kind import FieldKind
from aboveboard.promise.model import Promise
from aboveboard.promise.queries import in_force
from aboveboard.rights import limits
from aboveboard.rights.proof import mail_texts
from aboveboard.rights.requests import actions, proving, queries
from aboveboard.rights.requests.proving import CodeUse
from aboveboard.rights.requests.state import RequestState
from aboveboard.rights.requests.terms import (
    NewRequest,
    ProofEvidence,
    RequestChannel,
    RequestDetails,
    RequestKind,
)
from aboveboard.vault import queries as vault

_EMAIL = "email"
_CONFIRM = "aboveboard.rights.confirm"


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitorRequest:
    """What a visitor fills in. ``address``: their e-mail address; ``country``: where they live, ISO
    3166, which sets the clock."""

    kind: RequestKind
    address: Personal[str]
    name: Personal[str]
    words: Personal[str]
    country: str
    language: str


def ask(asked: VisitorRequest, *, at: datetime) -> int:
    """Write down what a visitor asks, send a code to the address, and return the request's number.

    Raises:
        KindMismatch: it is not an address to which anything can be sent.
        TooManyRequests: as many wait as a day may bring.
        Unavailable: the mail server did not take the code; nothing was written down.
    """
    address = email_addresses.read(asked.address.reveal())
    new = NewRequest(
        kind=asked.kind,
        channel=RequestChannel.PORTAL,
        received_at=at,
        jurisdiction=asked.country,
        language=asked.language,
        details=RequestDetails(
            identifiers=(Identifier(_EMAIL, Personal(address)),),
            contact=Personal(address),
            name=asked.name,
            words=asked.words,
        ),
    )
    # Together: a request whose code never left could not be gone on with.
    with transaction.atomic():
        number = actions.ask(new, by=CUSTOMER, at=at)
        send_code(number, address, language=asked.language, by=CUSTOMER, at=at)
    return number


def send_code(
    request_id: int, address: str, *, language: str, agent: str = "", by: Actor, at: datetime
) -> None:
    """Send a code to the address that a request was asked with: it proves that it is theirs.
    ``agent``: the name of the agent who asked for them; then the mail says where to enter it.

    Raises:
        NotFound, RequestClosed: there is no such request, or it is closed.
        TooManyRequests: as many were made as a day allows.
        Unavailable: the mail server did not take it; the code before it still works.
    """
    with transaction.atomic():
        evidence = _evidence(address, at)
        life = limits.AGENT_CODE_LIFE if agent else limits.CODE_LIFE
        code = proving.make_code(
            request_id, CodeUse.CONTACT, evidence=evidence, life=life, by=by, at=at
        )
        if agent:
            _mail_agent_code(request_id, address, code, language, agent)
        else:
            _mail_code(address, code, language)


def confirm_address(request_id: int) -> str:
    """Return where somebody enters the code that they were sent because an agent asked for them."""
    origin = settings.current().server.origin.rstrip("/")
    whole = origin if "://" in origin else f"https://{origin}"
    return f"{whole}/trust/requests/confirm/{signing.dumps(request_id, salt=_CONFIRM)}/"


def request_to_confirm(token: str) -> int:
    """Return the number of the request that an address of :func:`confirm_address` is of.

    Raises:
        NotFound: we made no such address.
    """
    try:
        number = signing.loads(token, salt=_CONFIRM)
    except signing.BadSignature:
        raise NotFound(what="request") from None
    return int(number)


def prove(request_id: int, code: str, *, by: Actor = CUSTOMER, at: datetime) -> RequestState:
    """Take the code back. Whose request it is, is settled where the address is on record of one
    person; where it is of several, somebody decides. ``by``: whoever hands the code in.

    Raises:
        CodeRefused, RequestClosed, NotInThisStage: as
            :func:`aboveboard.rights.requests.proving.prove_by_code`.
    """
    state = proving.prove_by_code(request_id, CodeUse.CONTACT, code, by=by, at=at)
    address = queries.details(request_id).contact.reveal()
    people = _people_with(in_force().promise, address)
    if len(people) == 1:
        state = actions.name_person(request_id, people[0], by=SYSTEM, at=at)
    return state


def due_at(request_id: int, *, at: datetime) -> datetime:
    """Return by when a request is to be answered.

    Raises:
        NotFound: there is no such request.
    """
    return queries.request(request_id, at=at).due.at


def _people_with(promise: Promise, address: str) -> list[int]:
    return find(promise, Subject(kind=_EMAIL, value=address))


def _evidence(address: str, at: datetime) -> ProofEvidence:
    """Return what a code to this address proves: less where several people have it, or where it is
    new on record. Of an address that nobody has, that it is theirs."""
    promise = in_force().promise
    people = _people_with(promise, address)
    if not people:
        return ProofEvidence.CONTACT_CODE
    emails = {field.key for field in promise.fields.values() if field.kind is FieldKind.EMAIL}
    since = [
        origin.collected_at
        for key, origin in vault.provenance(people[0]).items()
        if key in emails and origin.collected_at is not None
    ]
    # Nobody knows since when: then it counts as new.
    return proving.contact_evidence(len(people), max(since, default=at), at=at)


def _mail_agent_code(request_id: int, address: str, code: str, language: str, agent: str) -> None:
    words = mail_texts(language)
    facts = {
        "organisation": settings.current().organisation.name,
        "agent": agent,
        "code": code,
        "days": limits.AGENT_CODE_LIFE.days,
        "address": confirm_address(request_id),
    }
    mail.send(
        words["agent_code_subject"].format(**facts), words["agent_code"].format(**facts), to=address
    )


def _mail_code(address: str, code: str, language: str) -> None:
    words = mail_texts(language)
    facts = {
        "organisation": settings.current().organisation.name,
        "code": code,
        "minutes": int(limits.CODE_LIFE.total_seconds() // 60),
    }
    mail.send(
        words["visitor_code_subject"].format(**facts),
        words["visitor_code"].format(**facts),
        to=address,
    )
