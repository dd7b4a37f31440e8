"""At an organisation that is asked: who lets which portal show their uses here.

The person decides it, signed in here, for one portal. The page that they come to is named by the
portal (``landing_of``): what this instance signed when its client was made, so that nobody is sent
to an address that the operator did not name.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.core import signing
from django.db import transaction

from aboveboard.accounts import queries as accounts
from aboveboard.accounts.clients.scope import USAGE
from aboveboard.accounts.queries import Client
from aboveboard.basics.actor import CUSTOMER
from aboveboard.basics.errors import Invalid, NotFound
from aboveboard.basics.facts import Code
from aboveboard.basics.package import RecordedEntry
from aboveboard.group.entries import UsageHidden, UsageShown
from aboveboard.group.limits import LINK_LIFE
from aboveboard.group.models import ShownLink
from aboveboard.group.subject import DIGEST, digest_of_both, digest_of_subject, make_half
from aboveboard.keys.actions import entry_subject
from aboveboard.ledger.actions import append
from aboveboard.vault.locking import lock_person

LINKED: Final = "linked"
"""What stands for a field in the scope of a portal that people link: ``usage:linked``."""
_SALT: Final = "aboveboard.group.landing"


class LandingRefused(Invalid):
    """This address for linking a portal is not one that this organisation gave out."""

    code = "landing_refused"
    next_step = "Begin again in the portal that you came from."


@dataclass(frozen=True, slots=True)
class OtherPortal:
    """A portal that may show people's uses here, once they say so. ``address``: its origin."""

    client_id: int
    name: str
    address: str


@dataclass(frozen=True, slots=True)
class ShownPortal:
    """A portal that somebody lets show their uses here, since and until when."""

    id: int
    name: str
    at: datetime
    until: datetime


def landing_for(client_id: int, address: str) -> str:
    """Return what the portal of a client hands back when it sends somebody here."""
    return signing.dumps({"client": client_id, "address": address}, salt=_SALT)


def portal_of(landing: str) -> OtherPortal:
    """Return the portal that somebody comes from.

    Raises:
        LandingRefused: this instance did not sign it, or its client was revoked since.
    """
    try:
        named = signing.loads(landing, salt=_SALT)
    except signing.BadSignature:
        raise LandingRefused() from None
    client = _clients().get(int(named["client"]))
    if client is None or client.revoked_at or f"{USAGE}{LINKED}" not in client.rights:
        raise LandingRefused()
    return OtherPortal(client.id, client.name, str(named["address"]))


def show_uses(person_id: int, portal: OtherPortal, half_digest: str, *, at: datetime) -> str:
    """Let a portal show somebody's uses here, and return this organisation's half of the subject,
    which is known here no more. A link with the same portal that there was ends.

    Raises:
        LandingRefused: the digest of the portal's half is none.
        NotFound: nobody with that number is held.
    """
    if not DIGEST.fullmatch(half_digest):
        raise LandingRefused()
    half = make_half()
    with transaction.atomic():
        person_id = lock_person(person_id)
        subject = entry_subject(person_id)
        if subject is None:
            raise NotFound(what="person")
        for row in ShownLink.objects.filter(person_id=person_id, client_id=portal.client_id):
            _end(row, subject.handle, at)
        until = at + LINK_LIFE
        entry = UsageShown(Code(str(portal.client_id)), until)
        ShownLink.objects.create(
            person_id=person_id,
            client_id=portal.client_id,
            digest=digest_of_both(half_digest, half),
            at=at,
            until=until,
            entry_id=append(entry, by=CUSTOMER, handle=subject.handle, at=at),
        )
    return half


def hide_uses(person_id: int, link: int, *, at: datetime) -> None:
    """Let a portal show somebody's uses here no more.

    Raises:
        NotFound: they have no such link.
    """
    with transaction.atomic():
        person_id = lock_person(person_id)
        row = ShownLink.objects.filter(pk=link, person_id=person_id).first()
        subject = entry_subject(person_id)
        if row is None or subject is None:
            raise NotFound(what="link")
        _end(row, subject.handle, at)


def shown_portals(person_id: int, *, at: datetime) -> list[ShownPortal]:
    """Return the portals that show somebody's uses here, the newest first."""
    rows = ShownLink.objects.filter(person_id=person_id, until__gt=at).order_by("-at")
    names = {number: client.name for number, client in _clients().items()} if rows else {}
    return [
        ShownPortal(row.pk, names.get(row.client_id, ""), row.at, row.until)
        for row in rows
        if row.authentic
    ]


def linked_person(client_id: int, subject: str, *, at: datetime) -> int | None:
    """Return whom a portal means by the subject of a link; None where there is no such link of it,
    or not any more."""
    digest = digest_of_subject(subject)
    if digest is None:
        return None
    row = ShownLink.objects.filter(digest=digest, client_id=client_id, until__gt=at).first()
    return row.person_id if row is not None and row.authentic else None


def repeat_hidden(entry: RecordedEntry[UsageHidden]) -> None:
    """Let a link that ended be gone from a restored database. No entry is written: it is there."""
    ShownLink.objects.filter(entry_id=entry.facts.linked).delete()


def _end(row: ShownLink, handle: str, at: datetime) -> None:
    append(UsageHidden(row.entry_id or 0), by=CUSTOMER, handle=handle, at=at)
    row.delete()


def _clients() -> dict[int, Client]:
    return {client.id: client for client in accounts.clients()}
