"""Remembering who was erased, so that the next file does not bring them back.

What is kept is a day, the purposes they objected to, and a keyed digest of each thing they could be
recognised by; nothing leads from it to a record, a handle or a ledger entry. The basis is the duty
to make the erasure effective and to show that it is (GDPR Art. 17(1), 17(3)(b), 5(2)); it ends
after ``vault.limits.ERASED_REMEMBERED`` (docs/decisions/0029).
"""

from __future__ import annotations

import hmac
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from aboveboard.basics.actor import Actor
from aboveboard.basics.errors import Conflict, NotFound
from aboveboard.basics.limits import PAGE_SIZE
from aboveboard.basics.package import Numbers
from aboveboard.basics.reference import parse_reference as checked_reference
from aboveboard.basics.sealing import new_key, seal
from aboveboard.choices import queries as choices
from aboveboard.choices.topic import parts_of
from aboveboard.intake.entries import ErasedReadmissionUndone, ErasedReadmitted
from aboveboard.intake.models import ErasedIdentifier, ErasedPerson
from aboveboard.keys.queries import instance_secret
from aboveboard.ledger import queries as ledger
from aboveboard.ledger.actions import append
from aboveboard.promise.queries import last_known
from aboveboard.vault import blind, bulk
from aboveboard.vault.entries import ErasureDone
from aboveboard.vault.identifiers import keyed_digests
from aboveboard.vault.limits import ERASED_REMEMBERED

RETENTION = "retention"
"""The reason of an erasure that nobody asked for: the time was over."""

MAYBE = "maybe_erased"
"""The code of a row that was held back and may be of another person."""

_SHARED = {blind.KIND_NUMBERS["email"]: "the address", blind.KIND_NUMBERS["phone"]: "the phone"}
"""What people share who live together, by the number of the kind."""

_SECRET = "intake"  # noqa: S105 - the name of a secret

Identifier = tuple[int, bytes]
"""The number of a kind, and a digest."""


@dataclass(frozen=True, slots=True)
class RememberedErasure:
    """Somebody who was erased, as an import needs it.

    ``shares``: what a row has in common with them, in words, where that is one address or one phone
    number alone and the row says otherwise of them in something else; else "". A household shares
    such a thing, so the row may be of another person: somebody decides. ``kind``: its number.
    """

    id: int
    erased_on: date
    by_number_only: bool
    objections: tuple[str, ...]
    readmitted: bool
    shares: str = ""
    kind: int = 0

    @property
    def code(self) -> str:
        """Which of the two an import says of a row."""
        return MAYBE if self.shares else "erased"

    @property
    def sentence(self) -> str:
        """What an import says of a row of theirs."""
        day = f"{self.erased_on:%-d %B %Y}"
        if self.shares:
            return (
                f"Held back: it has {self.shares} of somebody erased on {day} (erasure {self.id}), "
                "and else other values. Decide whether it is another person: aboveboard import "
                "--held-back"
            )
        return f"This person was erased on {day} and is left out (erasure {self.id})."


def digest_keys() -> dict[str, bytes]:
    """Return the key of the digests of each kind that somebody can be recognised by."""
    secret = instance_secret(_SECRET)
    return {
        # A key for each kind, so that a phone and a customer number of the same digits have nothing
        # in common.
        kind: hmac.digest(secret, b"aboveboard/erased/v1/" + kind.encode(), "sha256")
        for kind in blind.KIND_NUMBERS
    }


def value_digest(person_id: int, field: str, text: str) -> bytes:
    """Return the digest of what a file said of one field of one person."""
    key = hmac.digest(instance_secret(_SECRET), b"aboveboard/file-value/v1", "sha256")
    return hmac.digest(key, f"{person_id}/{field}/{text}".encode(), "sha256")


def remember_erased(numbers: Numbers, reason: str, at: datetime) -> None:
    """Keep what it takes to recognise a person who is being erased (``Package.before_erasure``)."""
    # The last that is known: a person is erased also while the promise in force is not here, as
    # after a restoration from before it was adopted.
    if (adopted := last_known()) is None:
        return  # nothing says what anybody could be recognised by
    kinds = {key: field.kind_and_format for key, field in adopted.promise.fields.items()}
    digests = keyed_digests(numbers, kinds, digest_keys())
    if not digests:
        return
    consent = choices.consent_state(numbers[0])
    # A no and nothing else: that somebody had said yes must not outlive their erasure.
    refused = consent.denied(adopted.promise.purposes)
    row = ErasedPerson.objects.create(
        erased_on=at.date(),
        by_number_only=reason == RETENTION,
        objections=refused,
        ends_on=at.date() + ERASED_REMEMBERED,
    )
    ErasedIdentifier.objects.bulk_create(
        ErasedIdentifier(erased=row, kind=kind, digest=digest) for kind, digest in sorted(digests)
    )


def count_forgotten() -> int:
    """Return how many entries say that somebody was erased, on an instance that remembers none of
    them: an earlier version did it, and their keys are gone, so that nothing recognises them."""
    if ErasedPerson.objects.exists():
        return 0
    return sum(1 for _ in ledger.entries_of({ErasureDone.kind}))


def has_remembered() -> bool:
    """Whether an import must look."""
    return ErasedIdentifier.objects.exists()


def find_erased(
    people: Sequence[Collection[Identifier]], identity: Sequence[Collection[Identifier]]
) -> dict[int, RememberedErasure]:
    """Return who of these people was erased, by their place; the latest erasure of each.

    ``people``: what each can be recognised by. ``identity``: of each, the one of the field that
    tells two people apart, which alone finds those who were erased because the time was over.
    """
    wanted = {identifier for identifiers in people for identifier in identifiers}
    if not wanted:
        return {}
    rows = ErasedIdentifier.objects.select_related("erased").filter(
        digest__in=[digest for _, digest in wanted]
    )
    by_identifier: dict[Identifier, list[ErasedPerson]] = {}
    for row in rows.order_by("erased_id"):
        by_identifier.setdefault((row.kind, bytes(row.digest)), []).append(row.erased)
    erased_people: dict[int, RememberedErasure] = {}
    for place, identifiers in enumerate(people):
        matches = {
            erased.pk: erased
            for identifier in identifiers
            for erased in by_identifier.get(identifier, ())
            if not (erased.by_number_only and erased.authentic) or identifier in identity[place]
        }
        if matches:
            # One that was not let in again holds the row back, whatever else it matches.
            latest = max(
                matches.values(),
                key=lambda each: (each.readmitted_at is None or not each.authentic, each.pk),
            )
            shared = _shared_kind(
                [
                    each
                    for each in identifiers
                    if any(erased.pk in matches for erased in by_identifier.get(each, ()))
                ],
                identifiers,
                identity[place],
            )
            objections = sorted({key for each in matches.values() for key in each.objections})
            erased_people[place] = RememberedErasure(
                latest.pk,
                latest.erased_on,
                latest.by_number_only,
                tuple(objections),
                # A row that somebody wrote past the program lets nobody in.
                readmitted=latest.readmitted_at is not None and latest.authentic,
                shares=_SHARED.get(shared, ""),
                kind=shared,
            )
    return erased_people


def _shared_kind(
    matching: Collection[Identifier],
    identifiers: Collection[Identifier],
    identity: Collection[Identifier],
) -> int:
    """Return the number of the kind of the one thing that a row shares with somebody erased who may
    be another person; 0 where it is theirs."""
    others = [each for each in identifiers if each not in matching and each not in identity]
    if len(matching) != 1 or not others:
        return 0
    (shared,) = matching
    return 0 if shared in identity or shared[0] not in _SHARED else shared[0]


def delete_remembered(ids: Collection[int]) -> None:
    """End the memory of people who are customers again: what they objected to is theirs again."""
    ErasedPerson.objects.filter(id__in=ids).delete()


def delete_expired(*, at: datetime) -> int:
    """Delete what has come to its end, and return of how many people."""
    # One whose end somebody wrote past the program stays, until a person has looked.
    rows = ErasedPerson.objects.filter(ends_on__lte=at.date())
    due = [row.pk for row in rows.iterator() if row.authentic]
    ErasedPerson.objects.filter(pk__in=due).delete()
    return len(due)


@dataclass(frozen=True, slots=True)
class ErasureToLetIn:
    """An erasure that is remembered: its number and day, and how many purposes they objected
    to."""

    id: int
    erased_on: date
    objections: int


def remembered(number: int) -> ErasureToLetIn:
    """Return an erasure after which somebody may be let in.

    Raises:
        NotFound: there is no such erasure, or its memory has ended.
        Conflict: they were let in before.
    """
    row = ErasedPerson.objects.filter(id=number).first()
    if row is None:
        raise NotFound(what="erasure")
    _check_not_readmitted(row)
    return ErasureToLetIn(
        row.pk, row.erased_on, len({parts_of(topic)[0] for topic in row.objections})
    )


def _check_not_readmitted(row: ErasedPerson) -> None:
    if row.readmitted_at is not None:
        raise Conflict(why="they were let in again before; import the file")


def readmit(number: int, *, reference: str, by: Actor, at: datetime) -> None:
    """Let somebody who was erased be a customer again with the next file that has them; what they
    objected to stays objected to.

    ``number``: of the erasure, as an import says it. ``reference``: of the form or call in which
    they came back.

    Raises:
        NotFound: there is no such erasure, or its memory has ended.
        Conflict: that was done before.
        ReferenceRefused: the reference is not one.
    """
    case = checked_reference(reference)
    with transaction.atomic():
        row = ErasedPerson.objects.select_for_update().filter(id=number).first()
        if row is None:
            raise NotFound(what="erasure")
        _check_not_readmitted(row)
        key = new_key()
        row.readmitted_at, row.readmitted_by, row.reference = at, by.as_json(), case
        # Kept here, for the entry names nobody: without it nobody could ever check which paper let
        # them in.
        row.reference_key = key
        row.save(update_fields=["readmitted_at", "readmitted_by", "reference", "reference_key"])
        append(ErasedReadmitted(reference=seal(case, key)), by=by, handle=None, at=at)


def undo_readmission(number: int, *, by: Actor, at: datetime) -> None:
    """Take back that somebody who was erased was let in, before a file has brought them in: they
    are left out of imports again.

    Raises:
        NotFound: there is no such erasure, or a file has brought them in meanwhile.
        Conflict: they were not let in, or that was undone before.
        RowNotAuthentic: somebody wrote to the row past the program.
    """
    with transaction.atomic():
        # A block of an import reads who was let in and loads them under this lock: either it comes
        # first, and they are customers again, or they stay out.
        bulk.lock()
        row = ErasedPerson.objects.select_for_update().filter(id=number).first()
        if row is None:
            raise NotFound(what="erasure")
        if row.readmitted_at is None:
            raise Conflict(why="nobody was let in after it, so there is nothing to undo")
        row.readmitted_at, row.readmitted_by, row.reference, row.reference_key = (
            None,
            None,
            "",
            None,
        )
        row.save(update_fields=["readmitted_at", "readmitted_by", "reference", "reference_key"])
        append(ErasedReadmissionUndone(), by=by, handle=None, at=at)


@dataclass(frozen=True, slots=True)
class Readmission:
    """Somebody who was let in, and whom no file has brought in yet: the number of their erasure,
    and when and on what form they were let in."""

    erasure: int
    at: datetime
    reference: str


def readmissions(*, after: int = 0, limit: int = PAGE_SIZE) -> list[Readmission]:
    """Return a page of those who were let in and are not here yet, by the number of their
    erasure, after the number ``after``."""
    rows = ErasedPerson.objects.filter(readmitted_at__isnull=False, id__gt=after).order_by("id")
    return [
        # A row that somebody wrote past the program lets nobody in, so there is nothing to undo.
        Readmission(row.pk, row.readmitted_at, row.reference)
        for row in rows[:limit]
        if row.readmitted_at is not None and row.authentic
    ]
