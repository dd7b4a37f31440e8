"""At the portal: the organisations whose uses it shows, and the secret of its client at each.

A secret is ``12 bytes nonce | AES-256-GCM``, under the instance's secret ``group``, bound to the
key of the organisation and the client's ID: a sealed secret that is copied to another row, whose
address somebody else chose, does not open.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import transaction

from aboveboard.basics.actor import Actor
from aboveboard.basics.errors import Damaged, Invalid, NotFound
from aboveboard.basics.facts import Code, Digest
from aboveboard.connectors.outgoing.addresses import OutgoingRules, read_destination, read_rules
from aboveboard.connectors.secrets import SecretText
from aboveboard.group.entries import OrganisationDeclared, OrganisationRemoved
from aboveboard.group.models import OtherOrganisation
from aboveboard.keys.queries import instance_secret
from aboveboard.kinds.kind import FieldKind
from aboveboard.ledger.actions import append
from aboveboard.ledger.format.note import NoteRefused, Verifier
from aboveboard.promise.queries import in_force

_KEY_NAME: Final = "group"
_NONCE_BYTES: Final = 12
_KEY: Final = re.compile(r"[a-z][a-z0-9-]{0,39}")
CHANGED_BY_THEMSELVES: Final = frozenset({FieldKind.EMAIL, FieldKind.PHONE, FieldKind.TEXT})
"""Kinds that people correct themselves, or share: who writes another's number into their own record
would be shown the other's uses."""


class OrganisationRefused(Invalid):
    """This organisation cannot be added: {why}."""

    code = "organisation_refused"
    next_step = "{fix}"


class OrganisationDamaged(Damaged):
    """The secret of our client at {organisation} cannot be opened."""

    code = "organisation_damaged"
    next_step = "Add the organisation again, with a new secret from it."


@dataclass(frozen=True, slots=True)
class DeclaredOrganisation:
    """What an operator says of another organisation: as ``models.OtherOrganisation``, the secret in
    clear."""

    key: str
    name: str
    address: str
    client_id: str
    secret: SecretText
    secret_until: datetime
    landing: str
    verifier: str
    field: str = ""
    inside: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OrganisationRecord:
    """An organisation that is read, without its secret. ``failure``: a code of
    ``reading.ReadFailure``, for when ``failed_at``; empty where it answered last."""

    serial: int
    key: str
    name: str
    address: str
    client_id: str
    secret_until: datetime
    landing: str
    verifier: str
    field: str
    inside: tuple[str, ...]
    reached_at: datetime | None
    failed_at: datetime | None
    failure: str

    @property
    def rules(self) -> OutgoingRules:
        """Where calls to it may go."""
        return rules_of(self.address, self.inside)


def declare(stated: DeclaredOrganisation, *, by: Actor, at: datetime) -> OrganisationRecord:
    """Read an organisation from now on, or anew with other words, and write that to the ledger.
    Links that people made stay where its address and the key of its ledger stay.

    Raises:
        OrganisationRefused: something of it cannot be right.
        NoPromise: no promise is in force.
    """
    _check(stated, at)
    with transaction.atomic():
        before = _in_force(stated.key, locked=True)
        same = before is not None and (before.address, before.verifier, before.field) == (
            stated.address,
            stated.verifier,
            stated.field,
        )
        if before is not None and not same:
            _end(before, by, at)
        row = before if before is not None and same else OtherOrganisation(key=stated.key)
        row.name, row.address, row.client_id = stated.name, stated.address, stated.client_id
        row.secret = _seal(stated.key, stated.client_id, stated.secret)
        row.secret_until, row.landing = stated.secret_until, stated.landing
        row.verifier, row.field, row.inside = stated.verifier, stated.field, list(stated.inside)
        row.declared_at = at
        row.save()
        digest = Digest(sha256(f"{stated.address}\n{stated.verifier}".encode()).hexdigest())
        entry = OrganisationDeclared(row.serial, Code(stated.key), digest)
        row.entry_id = append(entry, by=by, handle=None, at=at)
        row.save(update_fields=["entry_id"])
    return record_of(row)


def remove(key: str, *, by: Actor, at: datetime) -> OrganisationRecord:
    """Read an organisation no more. What its client may do there, the organisation ends.

    Raises:
        NotFound: there is none with this key.
    """
    with transaction.atomic():
        row = _in_force(key, locked=True)
        if row is None:
            raise NotFound(what="organisation")
        _end(row, by, at)
    return record_of(row)


def organisations() -> list[OrganisationRecord]:
    """Return the organisations that are read, by name. A row that this program did not write is
    none."""
    rows = OtherOrganisation.objects.filter(removed_at=None).order_by("name", "serial")
    return [record_of(row) for row in rows if row.authentic]


def organisation(key: str) -> OrganisationRecord:
    """Return one.

    Raises:
        NotFound: there is none with this key.
    """
    row = _in_force(key)
    if row is None:
        raise NotFound(what="organisation")
    return record_of(row)


def secret_of(record: OrganisationRecord) -> SecretText:
    """Return the secret of our client there.

    Raises:
        OrganisationDamaged: it was changed, or stands in another's row.
    """
    row = OtherOrganisation.objects.get(serial=record.serial)
    blob, context = bytes(row.secret), _bound_to(row.key, row.client_id)
    cipher = AESGCM(instance_secret(_KEY_NAME))
    try:
        opened = cipher.decrypt(blob[:_NONCE_BYTES], blob[_NONCE_BYTES:], context)
    except InvalidTag:
        raise OrganisationDamaged(organisation=record.key) from None
    return SecretText(opened.decode())


def note_answer(serial: int, failure: str, *, at: datetime) -> None:
    """Keep whether an organisation could be asked, for people; nothing of what it answered."""
    rows = OtherOrganisation.objects.filter(serial=serial)
    if failure:
        rows.update(failed_at=at, failure=failure)
    else:
        rows.update(reached_at=at, failed_at=None, failure="")


def record_of(row: OtherOrganisation) -> OrganisationRecord:
    """Return a row as others read it."""
    return OrganisationRecord(
        row.serial,
        row.key,
        row.name,
        row.address,
        row.client_id,
        row.secret_until,
        row.landing,
        row.verifier,
        row.field,
        tuple(row.inside),
        row.reached_at,
        row.failed_at,
        row.failure,
    )


def rules_of(address: str, inside: tuple[str, ...]) -> OutgoingRules:
    """Return where calls to an address may go: without TLS only inside, to a host that is named."""
    host = address.removeprefix("http://").partition("/")[0].rpartition(":")[0]
    plain = [host] if address.startswith("http://") and host in inside else []
    return read_rules(inside, plain_http=plain)


def _check(stated: DeclaredOrganisation, at: datetime) -> None:
    if not _KEY.fullmatch(stated.key):
        raise OrganisationRefused(
            why="its key is no word", fix="Use small letters, digits and hyphens."
        )
    if not stated.name.strip() or len(stated.name) > 200:
        raise OrganisationRefused(why="it has no name", fix="Give the name that people know.")
    # Raises what is wrong with the address, in words of its own.
    read_destination(stated.key, stated.address, rules_of(stated.address, stated.inside))
    try:
        Verifier.from_vkey(stated.verifier)
    except NoteRefused:
        raise OrganisationRefused(
            why="the key of its ledger cannot be read",
            fix="Copy it from its page /trust/check/: a name, eight hex digits and the key.",
        ) from None
    if stated.secret_until <= at:
        raise OrganisationRefused(
            why="the secret of our client there has ended",
            fix="Have that organisation run: aboveboard client rotate",
        )
    if stated.field:
        _check_field(stated.field)


def _check_field(key: str) -> None:
    field = in_force().promise.fields.get(key)
    if field is None:
        raise OrganisationRefused(
            why=f"the promise has no field {key}", fix="Name a field of the promise in force."
        )
    if field.kind in CHANGED_BY_THEMSELVES:
        raise OrganisationRefused(
            why=f"people change {key} themselves, and would be shown somebody else's uses",
            fix="Name a number that an authority gave, or have people link (without a field).",
        )


def _in_force(key: str, *, locked: bool = False) -> OtherOrganisation | None:
    rows = OtherOrganisation.objects.select_for_update() if locked else OtherOrganisation.objects
    row = rows.filter(key=key, removed_at=None).order_by("-serial").first()
    return row if row is not None and row.authentic else None


def _end(row: OtherOrganisation, by: Actor, at: datetime) -> None:
    row.removed_at = at
    row.removed_entry_id = append(
        OrganisationRemoved(row.serial, Code(row.key)), by=by, handle=None, at=at
    )
    row.save(update_fields=["removed_at", "removed_entry_id"])


def _seal(key: str, client_id: str, secret: SecretText) -> bytes:
    nonce = os.urandom(_NONCE_BYTES)
    cipher = AESGCM(instance_secret(_KEY_NAME))
    return nonce + cipher.encrypt(nonce, secret.reveal().encode(), _bound_to(key, client_id))


def _bound_to(key: str, client_id: str) -> bytes:
    return f"aboveboard/group/client/{key}/{client_id}".encode()
