"""Aboveboard's own part of a request: how this instance is opened and changed for it.

Whoever asked is proved before any of this runs. Erasure goes through ``retention``, which refuses
while a legal hold is open; what is then kept is part of the answer, with its ground and its end.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from django.db import transaction

from aboveboard.access.former import open_for_request
from aboveboard.basics import clock, ids
from aboveboard.basics.actor import SYSTEM
from aboveboard.basics.errors import AboveboardError
from aboveboard.basics.personal import Personal
from aboveboard.choices import actions as choices
from aboveboard.choices.queries import consent_state
from aboveboard.choices.state import ChoiceAnswer
from aboveboard.connectors.contract import (
    CUSTOMER_NUMBER,
    EMAIL,
    PHONE,
    Identifier,
    Retained,
    SystemChange,
)
from aboveboard.connectors.own import KEY, PERSON, OwnActions, OwnConnector
from aboveboard.delivery.correspondence import instructions
from aboveboard.kinds.kind import FieldKind
from aboveboard.promise.model import Promise
from aboveboard.promise.queries import in_force
from aboveboard.retention import actions as retention
from aboveboard.retention import erasing, queries
from aboveboard.retention.reasons import RestrictionReason
from aboveboard.rights.correction import correct_fields
from aboveboard.rights.models import RightsRequest
from aboveboard.rights.requests import sealing
from aboveboard.rights.requests.locking import lock_request
from aboveboard.rights.requests.terms import RequestDetails, RequestKind
from aboveboard.vault.entries import ErasureReason
from aboveboard.vault.locking import HeldByLaw

__all__ = ["KEY", "PERSON", "keep_contact", "own_connector", "own_identifiers"]

_KINDS: Final = {
    FieldKind.EMAIL: EMAIL,
    FieldKind.PHONE: PHONE,
    FieldKind.CUSTOMER_NUMBER: CUSTOMER_NUMBER,
}


def own_connector(
    row: RightsRequest,
    details: Callable[[], RequestDetails] = RequestDetails,
    *,
    decided: Callable[[], bool] = lambda: True,
) -> OwnConnector:
    """Return this instance as a system, for one request. ``details``: opens what was asked;
    ``decided``: whether somebody looked at it already."""
    return OwnConnector(
        OwnActions(
            open=lambda number: open_for_request(number, row.entry_id, at=clock.now()),
            erase=_erase,
            correct=_correct,
            restrict=lambda number, purpose: _restrict(
                row, details(), number, purpose, decided=decided()
            ),
        ),
        regions=(None, *in_force().promise.organisation.trades_in),
    )


def own_identifiers(row: RightsRequest, person_id: int, *, at: datetime) -> list[Identifier]:
    """Open what other systems may know a person by: addresses, phone numbers, customer numbers."""
    fields = in_force().promise.fields
    asked = {name: _KINDS[field.kind] for name, field in fields.items() if field.kind in _KINDS}
    values = open_for_request(person_id, row.entry_id, asked, at=at)
    return [Identifier(asked[name], value) for name, value in values.items() if value.reveal()]


def keep_contact(row: RightsRequest, key: bytes) -> None:
    """Keep under the request's key where the person is written to, where they gave no address: what
    follows erases their record, and they are still to be told what became of it."""
    # After a restore nothing is there any more of what was asked.
    details = RequestDetails()
    if row.details:
        plain = sealing.unseal(key, f"details/{row.entry_id}", bytes(row.details))
        details = sealing.decode_details(plain)
    person_id = row.person_id
    if person_id is None or details.contact.reveal() or person_id in instructions([person_id]):
        return
    fields = in_force().promise.fields
    emails = [name for name, field in fields.items() if field.kind is FieldKind.EMAIL]
    opened = open_for_request(person_id, row.entry_id, emails, at=clock.now())
    address = next((value for value in opened.values() if value.reveal()), None)
    if address is None:
        return
    plain = sealing.encode_details(replace(details, contact=address))
    with transaction.atomic():
        locked = lock_request(row.pk).row
        locked.details = sealing.seal(key, f"details/{row.entry_id}", plain)
        locked.save(update_fields=["details"])


def _erase(number: int) -> SystemChange:
    at = clock.now()
    held = erasing.preview(number, at=at)
    if held.holds:
        return _retained(held, at)
    try:
        erasing.erase(number, ErasureReason.ASKED, by=SYSTEM, at=at)
    except HeldByLaw:  # placed between the two
        return _retained(erasing.preview(number, at=at), at)
    return SystemChange(changed={"fields": len(held.fields), "choices": held.choices})


def _retained(held: erasing.ErasurePreview, at: datetime) -> SystemChange:
    """Return what a hold keeps: everything, until the last of them ends."""
    numbers = set(held.numbers)
    ends = [hold.until for hold in queries.open_holds(at=at) if hold.person_id in numbers]
    until = None if not ends or None in ends else max(end for end in ends if end is not None)
    return SystemChange(
        retained=(
            Retained(
                "record",
                len(held.fields),
                " ".join(held.holds),
                None if until is None else until.date(),
            ),
        )
    )


def _correct(number: int, values: Mapping[str, Personal[str]]) -> SystemChange:
    """Correct the fields that were named, or that have the data category that was named."""
    promise = in_force().promise
    fields = {
        field: value.reveal()
        for name, value in values.items()
        for field in _fields_named(promise, name)
    }
    channel = next(iter(promise.channels))
    changed, messages = 0, []
    for field, text in fields.items():
        try:
            changed += correct_fields(
                number, {field: text}, channel=channel, by=SYSTEM, at=clock.now()
            )
        except AboveboardError as error:
            # Its words name the field and no value: a person sees to it.
            messages.append(str(error))
    return SystemChange(changed={"fields": changed}, messages=tuple(messages), done=not messages)


def _fields_named(promise: Promise, name: str) -> list[str]:
    if name in promise.fields:
        return [name]
    return [key for key, field in promise.fields.items() if field.category == name]


def _restrict(
    row: RightsRequest,
    details: RequestDetails,
    number: int,
    purpose: str | None,
    *,
    decided: bool,
) -> SystemChange:
    """Restrict all processing, where that was asked; of an objection, stop the uses that it is
    about, while it is examined (GDPR Art. 18(1)(d), 21(1)) and after. Direct marketing stops for
    good (Art. 21(3)); so does what the person wants to be asked about no more."""
    if row.kind == RequestKind.RESTRICTION:
        # Where nobody said which: the case that asks nothing of the person but that they say so.
        reason = details.restriction or RestrictionReason.ACCURACY_CONTESTED.value
        return _place_restriction(row, number, RestrictionReason(reason))
    pending = row.kind == RequestKind.OBJECTION and not decided
    promise, refusals = in_force().promise, 0
    state = consent_state(number)
    for each in promise.purposes.values():
        # To what rests on consent nobody objects, but to advertising: the rest goes on meanwhile.
        about = each.objectable or (each.needs_consent and (each.direct_marketing or not pending))
        if purpose in (None, each.key) and about:
            refusals += 1
            if state.answer(each.key) is ChoiceAnswer.NO and not state.is_met(each.key):
                continue  # said before: what becomes of this request does not change that
            choices.choose(
                number,
                each.key,
                ChoiceAnswer.NO,
                channel=next(iter(promise.channels)),
                evidence=ids.reference("REQ", row.pk),
                by=SYSTEM,
                at=clock.now(),
            )
    return SystemChange(changed={"purposes": refusals})


def _place_restriction(row: RightsRequest, number: int, why: RestrictionReason) -> SystemChange:
    reference, at = ids.reference("REQ", row.pk), clock.now()
    try:
        retention.restrict(number, why, reference=reference, by=SYSTEM, at=at)
    except retention.OpenAlready:  # done by a try that did not come to write it down
        return SystemChange(changed={"restrictions": 0})
    return SystemChange(changed={"restrictions": 1})
