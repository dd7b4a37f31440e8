"""At the portal: which organisations somebody has their uses shown of.

The subject of a link is sealed under the person's own key, ``12 bytes nonce | AES-256-GCM``, bound
to the organisation: an erasure takes it with the key, and it opens for nobody else.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import transaction

from aboveboard.basics.actor import CUSTOMER
from aboveboard.basics.errors import Invalid, NotFound
from aboveboard.basics.facts import Code
from aboveboard.basics.package import RecordedEntry
from aboveboard.basics.personal import Personal
from aboveboard.group.entries import OrganisationLinked, OrganisationUnlinked
from aboveboard.group.limits import LINK_LIFE
from aboveboard.group.models import OwnLink
from aboveboard.group.organisations import OrganisationRecord
from aboveboard.group.subject import HALF, subject_of_halves
from aboveboard.keys.actions import entry_subject
from aboveboard.keys.queries import person_key
from aboveboard.ledger.actions import append
from aboveboard.vault.locking import lock_person

_NONCE_BYTES: Final = 12


class LinkRefused(Invalid):
    """What came back from the other organisation is not what it gives."""

    code = "link_refused"
    next_step = "Begin again: link the organisation once more."


@dataclass(frozen=True, slots=True)
class LinkRecord:
    """A link to the organisation with the number ``organisation``; ``subject`` is None where both
    know the person by a field."""

    organisation: int
    at: datetime
    until: datetime
    subject: Personal[str] | None


def link(
    person_id: int, organisation: OrganisationRecord, halves: tuple[str, str], *, at: datetime
) -> None:
    """Show somebody's uses at an organisation from now on. ``halves``: ours and theirs of the
    subject; two empty ones where both know people by a field.

    Raises:
        LinkRefused: a half is none.
        NotFound: nobody with that number is held.
    """
    ours, theirs = halves
    if not organisation.field and not (HALF.fullmatch(ours) and HALF.fullmatch(theirs)):
        raise LinkRefused()
    with transaction.atomic():
        person_id = lock_person(person_id)
        entry_about, key = entry_subject(person_id), person_key(person_id)
        if entry_about is None or key is None:
            raise NotFound(what="person")
        _end_links(person_id, organisation.serial, entry_about.handle, at)
        until = at + LINK_LIFE
        entry = OrganisationLinked(Code(organisation.key), until)
        subject = "" if organisation.field else subject_of_halves(ours, theirs)
        OwnLink.objects.create(
            person_id=person_id,
            organisation_id=organisation.serial,
            sealed=_seal(AESGCM(key), organisation.serial, subject) if subject else b"",
            at=at,
            until=until,
            entry_id=append(entry, by=CUSTOMER, handle=entry_about.handle, at=at),
        )


def unlink(person_id: int, organisation: OrganisationRecord, *, at: datetime) -> None:
    """Show somebody's uses at an organisation no more. Asked again, it changes nothing.

    Raises:
        NotFound: nobody with that number is held.
    """
    with transaction.atomic():
        person_id = lock_person(person_id)
        subject = entry_subject(person_id)
        if subject is None:
            raise NotFound(what="person")
        _end_links(person_id, organisation.serial, subject.handle, at)


def links_of(person_id: int, *, at: datetime) -> dict[int, LinkRecord]:
    """Return somebody's links that work now, by the number of the organisation. What cannot be
    opened is no link: the person makes it again."""
    rows = list(OwnLink.objects.filter(person_id=person_id, until__gt=at))
    key = person_key(person_id) if rows else None
    if key is None:
        return {}
    cipher, records = AESGCM(key), {}
    for row in rows:
        subject = _open(cipher, row) if row.sealed else None
        if subject is not None or not row.sealed:
            records[row.organisation_id] = LinkRecord(
                row.organisation_id,
                row.at,
                row.until,
                None if subject is None else Personal(subject),
            )
    return records


def re_encrypt(person_id: int, old: AESGCM, new: AESGCM) -> None:
    """Seal the links of a person under their new key."""
    for row in OwnLink.objects.filter(person_id=person_id).exclude(sealed=b""):
        re_encrypt_one(row, old, new)


def re_encrypt_one(row: OwnLink, old: AESGCM, new: AESGCM) -> None:
    """Seal one link under another key. One that does not open stays as it is, and is none."""
    subject = _open(old, row) if row.sealed else None
    if subject is not None:
        row.sealed = _seal(new, row.organisation_id, subject)
        row.save(update_fields=["sealed"])


def repeat_unlinked(entry: RecordedEntry[OrganisationUnlinked]) -> None:
    """Let a link that ended be gone from a restored database. No entry is written: it is there."""
    OwnLink.objects.filter(entry_id=entry.facts.linked).delete()


def _end_links(person_id: int, organisation: int, handle: str, at: datetime) -> None:
    for row in OwnLink.objects.filter(person_id=person_id, organisation_id=organisation):
        append(OrganisationUnlinked(row.entry_id), by=CUSTOMER, handle=handle, at=at)
        row.delete()


def _seal(cipher: AESGCM, organisation: int, subject: str) -> bytes:
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + cipher.encrypt(nonce, subject.encode(), _bound_to(organisation))


def _open(cipher: AESGCM, row: OwnLink) -> str | None:
    blob = bytes(row.sealed)
    context = _bound_to(row.organisation_id)
    try:
        return cipher.decrypt(blob[:_NONCE_BYTES], blob[_NONCE_BYTES:], context).decode()
    except InvalidTag:
        return None


def _bound_to(organisation: int) -> bytes:
    return f"aboveboard/group/link/{organisation}".encode()
