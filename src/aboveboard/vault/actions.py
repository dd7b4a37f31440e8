"""Changes to one person's record. Loading many is :mod:`aboveboard.intake.load`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import transaction

from aboveboard.basics.actor import Actor
from aboveboard.basics.canonical import Json
from aboveboard.basics.errors import Invalid, NotFound
from aboveboard.basics.package import NotNeeded, personal_data
from aboveboard.identity import actions as merging
from aboveboard.keys import actions as keys
from aboveboard.keys.handles import handles_of
from aboveboard.keys.queries import data_keys, people_with_keys
from aboveboard.kinds import values
from aboveboard.kinds.kind import Misfit
from aboveboard.ledger.actions import append
from aboveboard.retention import actions as keeping
from aboveboard.vault import aliases, blind, generations, sealed
from aboveboard.vault.documents import actions as attachments
from aboveboard.vault.locking import lock_person, refuse_if_held
from aboveboard.vault.models import BlindIndex, MergedPerson, Person, SealedRecord
from aboveboard.vault.origin import Origin


class BadValue(Invalid):
    """What was given for {field} is not {expected}."""

    code = "bad_value"
    next_step = "Give it as expected; docs/reference/promise-file.md lists the kinds."


def correct(
    person_id: int,
    field: str,
    value: str,
    *,
    kinds: Mapping[str, str],
    origin: Origin,
    by: Actor,
    at: datetime,
) -> None:
    """Replace one field of one person, and its look-up.

    ``kinds``: field to the kind the promise gives it, with its format (``Field.kind_and_format``).
    ``origin``: where the new value comes from.

    Raises:
        BadValue: the value does not fit the kind.
        NotFound: nobody with that id is held.
        FieldTooLong: the value is too long.
    """
    try:
        value = values.read(kinds[field], value)
    except Misfit as misfit:
        raise BadValue(field=field, expected=misfit.expected) from None
    with transaction.atomic():
        person_id = lock_person(person_id)
        row = SealedRecord.objects.filter(person_id=person_id).first()
        found = data_keys([person_id]).get(person_id)
        if row is None or found is None:
            raise NotFound(what="person")
        boxes = sealed.decode(bytes(row.boxes))
        cipher = AESGCM(found.key)
        old = sealed.unseal(cipher, person_id, field, boxes[field]) if field in boxes else None
        boxes[field] = sealed.seal(cipher, person_id, field, origin, value)
        SealedRecord.objects.filter(person_id=person_id).update(boxes=sealed.encode(boxes))
        number = blind.number_of(kinds[field])
        if number is not None:
            alike = [name for name in boxes if blind.number_of(kinds.get(name, "")) == number]
            held = [
                (kinds[name], sealed.unseal(cipher, person_id, name, boxes[name])) for name in alike
            ]
            _file_again(person_id, number, (kinds[field], old), held)
        facts: dict[str, Json] = {
            "field": field,
            "promise": origin.promise_serial,
            "channel": origin.channel,
            "purpose": origin.purpose,
        }
        known_as = handles_of(person_id, found.key, found.handles)[0]
        append("correction.made", by=by, handle=known_as, facts=facts, at=at)


def _file_again(
    person_id: int, number: int, old: tuple[str, str | None], held: Sequence[tuple[str, str]]
) -> None:
    """File a person under all they hold of one kind, and no longer under ``old``, unless
    another field says the same."""
    region = Person.objects.values_list("jurisdiction", flat=True).get(id=person_id)[:2]
    written = generations.written()
    filed = {one for kind, value in held for one in blind.filed(kind, value, (region,), written)}
    index = BlindIndex.objects.filter(person_id=person_id, kind=number)
    if old[1] is not None:
        gone = blind.filed(old[0], old[1], (region,), written) - filed
        index.filter(digest__in=[digest for _, digest in gone]).delete()
    for generation, digest in filed:
        BlindIndex.objects.get_or_create(
            kind=number, digest=digest, person_id=person_id, defaults={"generation": generation}
        )


Forget = Callable[[int], object]

_forgetters: dict[str, Forget] = {}


def also_forgets(room: str) -> Callable[[Forget], Forget]:
    """Register what a room above this one deletes of an erased person, in its app's ``ready``.

    The function gets the person's id, runs in the transaction of the erasure, and
    must bear to be run again.
    """

    def register(function: Forget) -> Forget:
        _forgetters[room] = function
        return function

    return register


def erase(person_id: int, *, reason: str, by: Actor, at: datetime) -> None:
    """Erase one person: the key first and last, then everything it made useless or that
    ties them to their handle.

    ``reason`` is a code such as ``asked`` or ``retention``. The ledger entry carries the handle,
    computed one last time; afterwards nobody can tie it to the person.

    Raises:
        NotFound: nobody with that id is held.
        HeldByLaw: a legal hold stands on them (GDPR Art. 17(3)).
    """
    with transaction.atomic():
        person_id = lock_person(person_id)
        refuse_if_held(person_id, at)
        found = data_keys([person_id]).get(person_id)
        if found is None:
            raise NotFound(what="person")
        remove(person_id)
        # A backup from before a merge knows them apart.
        for known_as in handles_of(person_id, found.key, found.handles):
            append("erasure.done", by=by, handle=known_as, facts={"reason": reason}, at=at)


def remove(person_id: int) -> None:
    """Do what an erasure does to the database, without its ledger entry: a restored backup
    repeats erasures with this.

    The key, look-ups, boxes and sign-in go, and what other rooms registered. Running
    it again changes nothing.
    """
    with transaction.atomic():
        keys.destroy_person_key(person_id)
        BlindIndex.objects.filter(person_id=person_id).delete()
        SealedRecord.objects.filter(person_id=person_id).delete()
        numbers = aliases.numbers_of(person_id)
        attachments.forget(numbers)
        keeping.forget(numbers)
        merging.forget(numbers)
        Person.objects.filter(id=person_id).delete()
        for forget in _forgetters.values():
            for number in numbers:
                forget(number)
        for _, data in personal_data():
            if not isinstance(data.erase, NotNeeded):
                data.erase(numbers)


def destroy_keys_without_record() -> int:
    """Destroy keys that open nothing: in a restored database, those of people who came after the
    backup. Return how many.

    The key of a record that was merged into another stays: it opens what was
    set aside for the undoing.
    """
    with transaction.atomic():
        merged = MergedPerson.objects.filter(split_at__isnull=True).values("merged_id")
        spare = list(
            people_with_keys()
            .exclude(person_id__in=Person.objects.values("id"))
            .exclude(person_id__in=merged)
        )
        for person_id in spare:
            keys.destroy_person_key(person_id)
    return len(spare)
