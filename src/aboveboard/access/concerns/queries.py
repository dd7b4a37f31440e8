"""Reading concerns: the queue of who answers, and what a person asked and was answered."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from aboveboard.access.concerns import words as sealed
from aboveboard.access.concerns.terms import ANSWERING, Concern, ConcernVerdict
from aboveboard.access.models import RaisedConcern
from aboveboard.accounts.queries import StaffMember, staff
from aboveboard.basics.actor import ActorKind
from aboveboard.basics.errors import NotFound
from aboveboard.basics.limits import PAGE_SIZE
from aboveboard.basics.personal import Personal
from aboveboard.ledger import queries as ledger


@dataclass(frozen=True, slots=True)
class ConcernRecord:
    """A concern as who answers sees it: about which entry (None: the list as a whole), what seems
    wrong, by when it is to be answered, who has it, and the kind of its answer.

    ``authentic``: False where somebody wrote the row past this program; it is nobody's and not
    answered then.
    """

    id: int
    entry_id: int
    about: int | None
    concern: Concern
    at: datetime
    due_at: datetime
    owner_id: int | None
    has_words: bool
    answered_at: datetime | None
    verdict: ConcernVerdict | None
    authentic: bool

    def is_overdue(self, at: datetime) -> bool:
        """Whether its answer is late."""
        return self.answered_at is None and self.due_at < at


@dataclass(frozen=True, slots=True)
class OwnConcern:
    """A concern as the person sees it: when they raised it, by when it is answered, and the
    answer. ``words`` are None where they cannot be read."""

    entry_id: int
    about: int | None
    concern: Concern
    at: datetime
    due_at: datetime
    answered_at: datetime | None
    verdict: ConcernVerdict | None
    words: Personal[str] | None


def concern(number: int) -> ConcernRecord:
    """Return one concern.

    Raises:
        NotFound: there is none with this number, or the person was erased.
    """
    row = RaisedConcern.objects.filter(pk=number).first()
    if row is None:
        raise NotFound(what="concern")
    return _record(row)


def concerns_of_entries(entry_ids: Collection[int]) -> list[ConcernRecord]:
    """Return the concerns with these entries, oldest first; those of erased people are gone."""
    rows = RaisedConcern.objects.filter(entry_id__in=list(entry_ids)).order_by("entry_id")
    return [_record(row) for row in rows]


def open_concerns(
    *, owner: int | None = None, page: int = 0, limit: int = PAGE_SIZE
) -> list[ConcernRecord]:
    """Return what waits for an answer, the oldest first; of one owner's alone where that is asked.
    ``page`` counts from 0; the first of the next page follows where there is one."""
    rows = _open() if owner is None else _open().filter(owner_id=owner)
    return _page(rows.order_by("due_at", "id"), page, limit)


def answered_concerns(*, page: int = 0, limit: int = PAGE_SIZE) -> list[ConcernRecord]:
    """Return what is answered, the newest first; pages as those of :func:`open_concerns`."""
    rows = RaisedConcern.objects.filter(answered_at__isnull=False)
    return _page(rows.order_by("-answered_at", "-id"), page, limit)


def count_open(*, owner: int | None = None) -> int:
    """Return how many wait for an answer."""
    return (_open() if owner is None else _open().filter(owner_id=owner)).count()


def count_overdue(at: datetime) -> int:
    """Return how many answers are late."""
    return _open().filter(due_at__lt=at).count()


def answered_person(number: int) -> tuple[int, int] | None:
    """Return who raised an answered concern, and its entry; None where it is not answered, or
    they were erased."""
    row = RaisedConcern.objects.filter(pk=number).first()
    if row is None or not row.authentic or row.answered_at is None:
        return None
    return row.person_id, row.entry_id


def own_concerns(person_id: int, about: Iterable[int] | None = None) -> list[OwnConcern]:
    """Return what a person raised, newest first: about these entries and the list as a whole, or
    all of it; no more than a page of it."""
    rows = RaisedConcern.objects.filter(person_id=person_id)
    if about is not None:
        rows = rows.filter(Q(about__in=list(about)) | Q(about=None))
    return [_own_record(row) for row in rows.order_by("-entry_id")[:PAGE_SIZE]]


def questioned_account(about: int | None) -> int | None:
    """Return the account whose use is questioned; None where it is no member of staff's, or the
    list as a whole."""
    if about is None:
        return None
    actor = ledger.entry(about).actor
    return int(actor.id) if actor.kind is ActorKind.STAFF and actor.id.isdigit() else None


def may_answer(about: int | None) -> dict[int, StaffMember]:
    """Return who may answer a concern about this entry, by account: those of the role, but the
    one whose use is questioned."""
    questioned = questioned_account(about)
    return {
        member.id: member
        for member in staff()
        if member.is_active and member.role == ANSWERING and member.id != questioned
    }


def _open() -> QuerySet[RaisedConcern]:
    rows: QuerySet[RaisedConcern] = RaisedConcern.objects.filter(answered_at=None)
    return rows


def _page(rows: QuerySet[RaisedConcern], page: int, limit: int) -> list[ConcernRecord]:
    return [_record(row) for row in rows[page * limit : (page + 1) * limit + 1]]


def _record(row: RaisedConcern) -> ConcernRecord:
    known = row.authentic
    return ConcernRecord(
        row.pk,
        row.entry_id,
        row.about,
        Concern(row.concern),
        row.at,
        row.due_at,
        row.owner_id if known else None,
        bool(row.words),
        row.answered_at if known else None,
        ConcernVerdict(row.verdict) if known and row.verdict else None,
        known,
    )


def _own_record(row: RaisedConcern) -> OwnConcern:
    answered = row.authentic and row.answered_at is not None
    words = sealed.read(row, sealed.ANSWER) if answered else None
    return OwnConcern(
        row.entry_id,
        row.about,
        Concern(row.concern),
        row.at,
        row.due_at,
        row.answered_at if answered else None,
        ConcernVerdict(row.verdict) if answered else None,
        Personal(words) if words else None,
    )
