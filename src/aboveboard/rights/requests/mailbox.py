"""Requests that come by mail: proposed from a mailbox, for a person to confirm.

A mail proves nothing: who sent it is what somebody wrote into it. So it becomes a request that
waits for staff to say that it is one, and then for proof like any other. What it says is sealed.
Mail of programs, of our own addresses and of nobody in particular is passed over, so that nothing
answers answers.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from aboveboard.basics import settings
from aboveboard.basics.actor import SYSTEM
from aboveboard.basics.personal import Personal
from aboveboard.connectors.contract import EMAIL, Identifier
from aboveboard.connectors.imap import inbox
from aboveboard.connectors.imap.inbox import NewMail
from aboveboard.kinds import normalise
from aboveboard.promise.queries import in_force
from aboveboard.rights import limits
from aboveboard.rights.requests import actions
from aboveboard.rights.requests.terms import (
    NewRequest,
    RequestChannel,
    RequestDetails,
    RequestKind,
)

_WORDS: Final = (
    (RequestKind.ERASURE, r"delet|eras(e|ure)|forgotten|efface|supprim|suppression|lösch|loesch"),
    (RequestKind.CORRECTION, r"correct(?!ly)|rectif|corrig|berichtig"),
    (
        RequestKind.STOP_ASKING,
        r"unsubscrib|advertis|désabonn|désinscri|abbestell|werbung",
    ),
    (RequestKind.OBJECTION, r"\bobject|m.oppose|opposition|widersp"),
    (RequestKind.RESTRICTION, r"restrict|limitation|einschränk"),
    (RequestKind.PORTABILITY, r"portab|übertragbar"),
)
"""Words of a mail that point at more than a copy, the most grave first: only a proposal."""


def propose_new(*, at: datetime) -> int:
    """Propose a request from each new mail; return how many mails were looked at."""
    return inbox.take_new(
        lambda mail: propose(mail, at=at), most=limits.MAILS_AT_ONCE, days=limits.MAIL_DAYS
    )


def propose(mail: NewMail, *, at: datetime) -> int | None:
    """Write down the request that a mail may be, and return its number; None where a program wrote
    it, or nobody whom it could be of.

    Raises:
        TooManyRequests: as many wait as a day may bring.
    """
    address = normalise.email(mail.sender.reveal())
    if mail.automatic or not address or address in _our_own():
        return None
    text = f"{mail.subject.reveal()}\n\n{mail.words.reveal()}".strip()
    new = NewRequest(
        kind=guess_kind(text),
        channel=RequestChannel.EMAIL,
        received_at=at,
        language=settings.current().organisation.language,
        details=RequestDetails(
            identifiers=(Identifier(EMAIL, Personal(address)),),
            contact=Personal(address),
            name=Personal(mail.name.reveal()[: limits.MAIL_NAME]),
            words=Personal(text[: limits.WORDS]),
        ),
    )
    return actions.ask(new, by=SYSTEM, at=at)


def guess_kind(text: str) -> RequestKind:
    """Return what a mail may ask for; a copy, where its words point at nothing else."""
    lowered = text.lower()
    for kind, words in _WORDS:
        if re.search(words, lowered):
            return kind
    return RequestKind.ACCESS


def _our_own() -> frozenset[str]:
    """Return the addresses that we write from, or are written to at."""
    current = settings.current()
    addresses = (
        current.organisation.contact,
        current.mail.sender.rpartition("<")[2].rstrip(">"),
        in_force().promise.organisation.contact,
    )
    return frozenset(filter(None, map(normalise.email, addresses)))
