"""A pack for somebody without an account: its link, and a code to the address that they proved.

The link came in a letter and opens nothing by itself. Who has it asks for a code, which goes to the
address on record and nowhere else, and gives it back.
"""

from __future__ import annotations

from datetime import datetime

from babel.dates import format_date

from aboveboard.accounts import mail
from aboveboard.basics import settings
from aboveboard.basics.actor import Actor
from aboveboard.basics.errors import Conflict
from aboveboard.basics.personal import Personal
from aboveboard.promise.queries import in_force
from aboveboard.rights import limits
from aboveboard.rights.pack.kept import PackOffer, pack_offer
from aboveboard.rights.pack.release import PackLinkDead, request_of
from aboveboard.rights.proof import mail_texts
from aboveboard.rights.requests import letters, proving, queries
from aboveboard.rights.requests.proving import CodeUse


class NoAddress(Conflict):
    """There is no address to which a code could be sent."""

    code = "no_address"
    next_step = "Have them come with their identity card, or send the copy by post."


def offered(token: Personal[str], *, at: datetime) -> PackOffer:
    """Return what a link leads to.

    Raises:
        PackLinkDead: nothing, or its time is over: nobody learns which.
    """
    offer = pack_offer(request_of(token), at=at)
    if offer is None or not offer.is_named_by(token):
        raise PackLinkDead(what="pack")
    return offer


def send_code(request_id: int, *, by: Actor, at: datetime) -> None:
    """Send a code that opens the pack of a request to the addresses of whoever asked.

    Raises:
        NotFound: there is no such request.
        NotProved: who asked is not proved.
        NoAddress: there is none, or they are not to be written to.
        TooManyRequests: as many codes were made as a day allows.
        Unavailable: the mail server did not take it.
    """
    record = queries.request(request_id, at=at)
    addresses = letters.addresses_of(record)
    if not addresses:
        raise NoAddress
    code = proving.make_code(request_id, CodeUse.PACK, by=by, at=at)
    words, current = mail_texts(record.language), settings.current()
    language = record.language.split("-")[0]
    day = (at + limits.PACK_CODE_LIFE).astimezone(in_force().promise.organisation.zone).date()
    facts = {
        "organisation": current.organisation.name,
        "contact": current.organisation.contact,
        "reference": record.reference,
        "code": code,
        "until": format_date(day, "long", locale="en_GB" if language == "en" else language),
    }
    for address in addresses:
        mail.send(
            words["pack_code_subject"].format(**facts),
            words["pack_code"].format(**facts),
            to=address,
        )
