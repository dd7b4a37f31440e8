"""Correcting what is held of one person, by themselves or by an adviser (GDPR Art. 16).

A value that is corrected by hand is stronger than any file. A country decides whose law protects
the person, so their facets follow it. An e-mail address is where codes for signing in go: who
corrects it proves it first (``proof``), and the person is told at the old one and the new.
"""

from __future__ import annotations

import re
from datetime import datetime

from django.db import transaction

from aboveboard.basics.actor import Actor
from aboveboard.basics.errors import NotFound, Refused
from aboveboard.intake import former, notes
from aboveboard.kinds import values
from aboveboard.kinds.kind import FieldKind, KindMismatch
from aboveboard.law.duties import has_law_of_its_own
from aboveboard.promise.model import Field, Promise
from aboveboard.promise.queries import in_force
from aboveboard.promise.words import check_origin
from aboveboard.vault import changing
from aboveboard.vault import queries as vault
from aboveboard.vault.actions import BadValue
from aboveboard.vault.changing import Residence
from aboveboard.vault.origin import ValueOrigin

_KINDS = frozenset(
    {
        FieldKind.TEXT,
        FieldKind.EMAIL,
        FieldKind.PHONE,
        FieldKind.COUNTRY,
        FieldKind.REGION,
        FieldKind.POSTCODE,
        FieldKind.POSTAL_ADDRESS,
    }
)
_REGION = re.compile(r"[A-Za-z0-9]{1,3}")
"""The second part of a code of ISO 3166-2."""
_CATEGORIES = ("user.name", "user.contact")


class NotCorrectable(Refused):
    """This cannot be corrected here: {field}."""

    code = "not_correctable"
    next_step = "Write to the organisation: what proves it must be looked at first."


class AddressNotProved(Refused):
    """A new e-mail address must be proved before it is used."""

    code = "address_not_proved"
    next_step = "Enter the code that was sent to it."


def is_correctable(field: Field) -> bool:
    """Whether a field can be corrected by the person or an adviser: names, and ways to reach them.

    A card is the bank's, a date of birth and a national number need a document: for those they
    write to us.
    """
    return field.kind in _KINDS and field.category.startswith(_CATEGORIES)


def needs_proof(field: Field) -> bool:
    """Whether a new value must be proved by a code that is sent to it."""
    return field.kind is FieldKind.EMAIL


def read_value(key: str, value: str) -> str:
    """Return a value of a field as it would be sealed.

    Raises:
        BadValue: it does not fit its kind.
    """
    try:
        return values.read(in_force().promise.fields[key].kind_and_format, value)
    except KindMismatch as misfit:
        raise BadValue(field=key, expected=misfit.expected) from None


def correct(
    person_id: int,
    key: str,
    value: str,
    *,
    channel: str,
    proved: bool = False,
    by: Actor,
    at: datetime,
) -> None:
    """Replace one field of one person, with its entry.

    ``channel``: how they said so, a channel of the promise. ``proved``: of an e-mail address, that
    the code which was sent there came back.

    Raises:
        NotFound: nobody with that number is held, or there is no such field.
        NotCorrectable: the field is not one of those.
        BadValue: the value does not fit its kind.
        AddressNotProved: it is an e-mail address that nobody proved.
        NotInPromise: the promise has no such channel.
    """
    adopted = in_force()
    field = adopted.promise.fields.get(key)
    if field is None:
        raise NotFound(what=f"field {key}"[:60])
    if not is_correctable(field):
        raise NotCorrectable(field=key)
    # Refused here and not in the pages alone: codes for signing in go to this address, whichever
    # door it is changed by.
    if needs_proof(field) and not proved:
        raise AddressNotProved
    kinds = {name: each.kind_and_format for name, each in adopted.promise.fields.items()}
    value = read_value(key, value)
    purpose = _purpose(adopted.promise, person_id, key)
    check_origin(adopted.promise, field=key, channel=channel, purpose=purpose)
    origin = ValueOrigin(adopted.serial, at, channel, purpose)
    with transaction.atomic():
        replaced = changing.replace(
            person_id,
            {key: value},
            kinds=kinds,
            origins={key: origin},
            home=_home(person_id, field, value),
            by=by,
            at=at,
        )
        # In the same transaction: a file that is imported a moment later must find the note
        # (decision 0029).
        notes.note_corrected(person_id, [key], at=at)
        former.store_former(person_id, replaced, at=at)


def _purpose(promise: Promise, person_id: int, key: str) -> str:
    """Return what the new value is collected for: a correction serves what the old value did."""
    before = vault.provenance(person_id).get(key)
    if before is not None and before.purpose in promise.purposes:
        return before.purpose
    return promise.purposes_of(key)[0].key


def _home(person_id: int, field: Field, value: str) -> Residence | None:
    """Return where the person lives from now on, where the corrected field says so.

    Of a new country no region is known yet: its law is that of the whole country until the region
    is corrected too. The language stays: it is the person's own, not their country's.
    """
    person = vault.person(person_id)
    if person is None:
        return None
    if field.kind is FieldKind.COUNTRY:
        return Residence(value, person.language)
    country, _, region = person.jurisdiction.partition("-")
    if field.kind is FieldKind.REGION and _REGION.fullmatch(value):
        place = f"{country}-{value.upper()}"
        # A region counts where the import gave them one, and wherever the law has its own for it:
        # else somebody who moved to another country could never be under the law of a part of it.
        if region or has_law_of_its_own(place):
            return Residence(place, person.language)
    return None
