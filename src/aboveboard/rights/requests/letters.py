"""What whoever asked is written, in their language: that it came, that something is needed, that it
takes longer, that it is answered or refused (GDPR Art. 12(3) and (4)).

Somebody who can sign in is told that there is news, and reads it there: a mailbox is no place for
it. Somebody without an account gets our words themselves, at the address that they proved.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime

from babel.dates import format_date

from aboveboard.access.former import open_for_request
from aboveboard.accounts import mail
from aboveboard.basics import clock, settings
from aboveboard.delivery.correspondence import instructions
from aboveboard.kinds.kind import FieldKind, KindMismatch
from aboveboard.outbox.reference import Reference
from aboveboard.promise.queries import in_force
from aboveboard.rights.pack.assembling import system_name
from aboveboard.rights.pack.kept import PackWay, pack_offer
from aboveboard.rights.pack.stating import request_statement
from aboveboard.rights.proof import mail_texts
from aboveboard.rights.requests import pending_objection, queries
from aboveboard.rights.requests.queries import RecordedEvent, RequestRecord
from aboveboard.rights.requests.recording import LETTERS
from aboveboard.rights.requests.sealing import RequestUnreadable
from aboveboard.rights.requests.terms import RequestEventKind

log = logging.getLogger(__name__)


def send(ref: Reference) -> None:
    """Do the job ``rights.letter``: write to whoever asked of one event. Done again after a crash
    it repeats one mail."""
    number = int(str(ref["entry"]))
    recorded = queries.request_and_event(int(str(ref["request"])), number)
    if recorded is None:
        return
    record, event = recorded
    for address in addresses_of(record):
        try:
            mail.send(*_letter(record, event), to=address)
        except KindMismatch:
            # From before addresses were checked: nothing can be sent there.
            log.warning("a letter about a request could not be sent (entry %s)", number)
    if event.event.kind in pending_objection.ENDS:
        stands = event.event.kind is RequestEventKind.ANSWERED
        pending_objection.end(
            record.id, record.kind, record.person_id, stands=stands, at=clock.now()
        )


def addresses_of(record: RequestRecord) -> list[str]:
    """Return where a letter goes: to the addresses on record, else to the one that was given; to
    none where they are not to be written to, or proved nothing."""
    if record.person_id is not None:
        # Who is not to be written to signed in to ask, or is told by whoever they asked.
        if record.person_id in instructions([record.person_id]):
            return []
        fields = in_force().promise.fields.values()
        emails = [each.key for each in fields if each.kind is FieldKind.EMAIL]
        opened = open_for_request(record.person_id, record.entry_id, emails, at=clock.now())
        return [value.reveal() for value in opened.values()]
    # What nobody proved is written to nobody: it may be somebody else's address.
    if not record.readable or not record.state.evidence:
        return []
    try:
        contact = queries.details(record.id).contact.reveal()
    except RequestUnreadable:
        return []
    return [contact] if contact else []


def _letter(record: RequestRecord, event: RecordedEvent) -> tuple[str, str]:
    """Return the subject and the text."""
    words, current = mail_texts(record.language), settings.current()
    name, answered = LETTERS[event.event.kind], event.event.kind is RequestEventKind.ANSWERED
    facts = {
        "organisation": current.organisation.name,
        "contact": current.organisation.contact,
        "reference": record.reference,
        "day": _day(record.due.at, record.language),
        "missing": _missing(event, record.language),
        "address": f"{_origin()}/you/requests/{record.id}/",
    }
    parts = [words[f"request_{name}"].format(**facts)]
    if answered and record.state.part is not None:
        day = _day(record.state.part.at, record.language)
        parts.append(words["request_rest"].format(day=day))
    if answered or event.event.kind is RequestEventKind.PART_ANSWERED:
        parts += _pack_parts(record, words)
    if record.person_id is not None:
        parts.append(words["request_sign_in"].format(**facts))
    else:
        if event.words is not None:
            # Not through format: what staff wrote may hold braces.
            parts.append(event.words.reveal())
        statement = request_statement(record) if answered else None
        if statement is not None:
            parts.append(statement.as_text())
    parts.append(words["request_foot"].format(**facts))
    return words[f"request_{name}_subject"].format(**facts), "\n".join(
        f"{part.strip()}\n" for part in parts
    )


def _missing(event: RecordedEvent, language: str) -> str:
    """Return the systems that an answer in part goes without."""
    missing = event.event.facts.get("missing")
    keys = missing if isinstance(missing, list) else []
    return ", ".join(system_name(str(key), language) for key in keys)


def _pack_parts(record: RequestRecord, words: Mapping[str, str]) -> list[str]:
    """Return where the copy of their data is, and until when; nothing where there is none."""
    offer = pack_offer(record.id, at=clock.now())
    if offer is None:
        return []
    way = offer.way.value
    if offer.way is PackWay.LINK and record.person_id is not None:
        # Nobody's account is opened by a mail: who signs in finds it on the page.
        way = "page"
    return [
        words[f"request_pack_{way}"].format(
            until=_day(offer.until, record.language),
            link=f"{_origin()}/trust/requests/pack/{offer.link.reveal()}/",
        )
    ]


def _origin() -> str:
    origin = settings.current().server.origin.rstrip("/")
    return origin if "://" in origin else f"https://{origin}"


def _day(moment: datetime, language: str) -> str:
    day, short = (
        moment.astimezone(in_force().promise.organisation.zone).date(),
        language.split("-")[0],
    )
    return str(format_date(day, "long", locale="en_GB" if short == "en" else short))
