"""Correcting what is held of one person, by themselves or by an adviser (GDPR Art. 16).

A value that is corrected by hand is stronger than any file. A country decides whose law protects
the person, so their facets follow it. An e-mail address is where codes for signing in go: who
corrects it proves it first (``proof``), and the person is told at the old one and the new.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum

from django.db import transaction

from aboveboard.basics.actor import Actor, ActorKind
from aboveboard.basics.errors import NotFound, Refused
from aboveboard.intake import former, notes
from aboveboard.kinds import values
from aboveboard.kinds.kind import FieldKind, KindMismatch
from aboveboard.law.duties import has_law_of_its_own
from aboveboard.promise.model import Field, Promise
from aboveboard.promise.queries import in_force
from aboveboard.promise.words import check_origin
from aboveboard.rights import confirming
from aboveboard.vault import changing
from aboveboard.vault import queries as vault
from aboveboard.vault.actions import BadValue
from aboveboard.vault.changing import Residence
from aboveboard.vault.locking import lock_person
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
_ADDRESS = "user.contact.address"


class CorrectionBar(StrEnum):
    """Why a field cannot be corrected by the person or an adviser alone."""

    ISSUED = "issued"
    """We gave it, as a customer number."""
    PAYMENT = "payment"
    """A bank or the like gave it."""
    PAPER = "paper"
    """A document must show it, as a date of birth."""
    RECORD = "record"
    """It says what happened, or was worked out: somebody must look at it first."""


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


def correction_bar(field: Field) -> CorrectionBar | None:
    """Return why a field cannot be corrected without us; None where it can."""
    if is_correctable(field):
        return None
    if field.kind is FieldKind.CUSTOMER_NUMBER or field.category.startswith("user.unique_id"):
        return CorrectionBar.ISSUED
    if field.kind is FieldKind.CARD_NUMBER or field.category.startswith("user.financial"):
        return CorrectionBar.PAYMENT
    if field.kind in (FieldKind.DATE, FieldKind.NATIONAL_ID):
        return CorrectionBar.PAPER
    return CorrectionBar.RECORD


def address_fields(promise: Promise) -> list[Field]:
    """Return what the promise holds of where somebody lives, in its order: whoever moves corrects
    all of it at once."""
    return [
        field
        for field in promise.fields.values()
        if field.category.startswith(_ADDRESS) and is_correctable(field)
    ]


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
) -> bool:
    """Replace one field of one person, with its entry; return whether anything changed.

    ``channel``: how they said so, a channel of the promise. ``proved``: of an e-mail address, that
    the code which was sent there came back.

    Raises:
        NotFound, NotCorrectable, BadValue, AddressNotProved, NotInPromise: as
            :func:`correct_fields`.
    """
    return correct_fields(person_id, {key: value}, channel=channel, proved=proved, by=by, at=at)


def correct_fields(
    person_id: int,
    values: Mapping[str, str],
    *,
    channel: str,
    proved: bool = False,
    by: Actor,
    at: datetime,
) -> bool:
    """Replace some fields of one person in one transaction, each with its entry: all of them, or
    none. What is held already as it is given is not written again; return whether anything changed.

    Raises:
        NotFound: nobody with that number is held, or there is no such field.
        NotCorrectable: a field is not one of those.
        BadValue: a value does not fit its kind.
        AddressNotProved: it is an e-mail address that nobody proved.
        NotInPromise: the promise has no such channel.
    """
    adopted = in_force()
    origins: dict[str, ValueOrigin] = {}
    sealed: dict[str, str] = {}
    for key, value in values.items():
        field = adopted.promise.fields.get(key)
        if field is None:
            raise NotFound(what=f"field {key}"[:60])
        if not is_correctable(field):
            raise NotCorrectable(field=key)
        # Refused here and not in the pages alone: codes for signing in go to this address,
        # whichever door it is changed by.
        if needs_proof(field) and not proved:
            raise AddressNotProved
        sealed[key] = read_value(key, value)
        purpose = _purpose(adopted.promise, person_id, key)
        check_origin(adopted.promise, field=key, channel=channel, purpose=purpose)
        origins[key] = ValueOrigin(adopted.serial, at, channel, purpose)
    kinds = {name: each.kind_and_format for name, each in adopted.promise.fields.items()}
    with transaction.atomic():
        # Asked under their lock: a file may change a value at the same moment.
        person_id = lock_person(person_id)
        home = _home(person_id, [(adopted.promise.fields[key], sealed[key]) for key in sealed])
        differing = changing.compare_values({person_id: sealed}, kinds).get(person_id)
        # What says the same is written where it moves them, as to a region that got its own law.
        if differing is not None and home is None:
            sealed = {key: each for key, each in sealed.items() if key in differing or not each}
            if not sealed:
                return False
        replaced = changing.replace(
            person_id, sealed, kinds=kinds, origins=origins, home=home, by=by, at=at
        )
        # In the same transaction: a file that is imported a moment later must find the note
        # (decision 0029).
        notes.note_corrected(person_id, list(sealed), at=at)
        former.store_former(person_id, replaced, at=at)
        if proved and by.kind is ActorKind.PERSON:
            for key in sealed:
                if needs_proof(adopted.promise.fields[key]):
                    confirming.confirm_proved(person_id, key, by=by, at=at)
    return True


def _purpose(promise: Promise, person_id: int, key: str) -> str:
    """Return what the new value is collected for: a correction serves what the old value did."""
    before = vault.provenance(person_id).get(key)
    if before is not None and before.purpose in promise.purposes:
        return before.purpose
    return promise.purposes_of(key)[0].key


def _home(person_id: int, values: Iterable[tuple[Field, str]]) -> Residence | None:
    """Return where the person lives from now on, where the corrected fields say so.

    Of a new country no region is known yet: its law is that of the whole country until the region
    is corrected too. The language stays: it is the person's own, not their country's.
    """
    person = vault.person(person_id)
    if person is None:
        return None
    place = person.jurisdiction
    # The country first: the region is one of it.
    for field, value in sorted(values, key=lambda pair: pair[0].kind is FieldKind.REGION):
        place = _place(place, field, value)
    return None if place == person.jurisdiction else Residence(place, person.language)


def _place(before: str, field: Field, value: str) -> str:
    if field.kind is FieldKind.COUNTRY:
        return value
    country, _, region = before.partition("-")
    if field.kind is FieldKind.REGION and _REGION.fullmatch(value):
        place = f"{country}-{value.upper()}"
        # A region counts where the import gave them one, and wherever the law has its own for it:
        # else somebody who moved to another country could never be under the law of a part of it.
        if region or has_law_of_its_own(place):
            return place
    return before
