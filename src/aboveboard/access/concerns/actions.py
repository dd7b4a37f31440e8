"""Raising a concern about a use, taking it, handing it over and answering it. Each is one
transaction with one entry, which holds codes and numbers alone.

Locks are taken in this order: the person, then the row of the concern.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from math import ceil

from django.db import transaction

from aboveboard.access import limits
from aboveboard.access.concerns import words as sealed
from aboveboard.access.concerns.queries import may_answer, questioned_account
from aboveboard.access.concerns.terms import (
    ANSWERED,
    ANSWERING,
    ASSIGNED,
    KIND,
    AlreadyAnswered,
    AlreadyRaised,
    Concern,
    ConcernVerdict,
    NotYoursToAnswer,
    OwnedBySomeoneElse,
    TooManyConcerns,
    WordsMissing,
    WordsTooLong,
)
from aboveboard.access.entries import ConcernAnswered, ConcernAssigned, ConcernRaised
from aboveboard.access.models import RaisedConcern
from aboveboard.access.queries import is_about
from aboveboard.basics.actor import Actor, ActorKind
from aboveboard.basics.errors import NotFound
from aboveboard.basics.facts import Code
from aboveboard.keys.actions import entry_subject
from aboveboard.keys.rows import RowNotAuthentic
from aboveboard.ledger import queries as ledger
from aboveboard.ledger.actions import append
from aboveboard.outbox.actions import post, post_gathered
from aboveboard.vault.locking import lock_person


def raise_concern(
    person_id: int,
    about: int | None,
    concern: Concern,
    *,
    words: str = "",
    by: Actor,
    at: datetime,
) -> int:
    """Put into the queue that the person finds a use wrong, with what they wrote about it; notify
    the privacy lead, and return the entry's id.

    ``about`` is the id of the use's entry, or None when it is about the list as a whole.

    Raises:
        NotFound: nobody with that id is held, or the entry is not about them.
        AlreadyRaised: they did so of the same use, and are not answered yet.
        TooManyConcerns: they raised ``limits.CONCERNS_A_DAY`` within a day.
        WordsTooLong: ``words`` are more than ``limits.CONCERN_WORDS``.
    """
    words = _checked(words)
    with transaction.atomic():
        # Locked, so that of many at once each counts those before it, and so that the words are
        # not sealed under a key that is being replaced.
        person_id = lock_person(person_id)
        subject = entry_subject(person_id)
        if subject is None:
            raise NotFound(what="person")
        # The same error as for a number that nobody has: whose an entry is, only that person may
        # learn.
        if about is not None and not is_about(person_id, ledger.entry(about)):
            raise NotFound(what="ledger entry")
        _refuse_again(person_id, about, at)
        due = at + limits.CONCERN_ANSWER
        raised = ConcernRaised(about, Code(concern.value), due)
        entry_id = append(raised, by=by, handle=subject.handle, at=at)
        RaisedConcern.objects.create(
            entry_id=entry_id,
            person_id=person_id,
            about=about,
            concern=concern.value,
            words=sealed.seal(person_id, sealed.OWN, entry_id, words),
            at=at,
            due_at=due,
        )
        post_gathered(KIND, {"entry": entry_id}, every=limits.CONCERN_DIGEST)
    return entry_id


def take(number: int, *, by: Actor, at: datetime) -> None:
    """Let a member of staff be the one who answers.

    Raises:
        NotFound: there is no such concern.
        NotYoursToAnswer: it is another role's, or about a use of theirs.
        OwnedBySomeoneElse: somebody has it who may still answer.
        AlreadyAnswered: it is answered.
        RowNotAuthentic: it was written, or changed, past this program.
    """
    with transaction.atomic():
        row = _locked(number)
        account = _answering(row, by)
        if row.owner_id == account:
            return
        if row.owner_id is not None and row.owner_id in may_answer(row.about):
            raise OwnedBySomeoneElse(why="they may still answer it")
        _assign(row, account, by=by, at=at)


def hand_over(number: int, *, to: int, by: Actor, at: datetime) -> None:
    """Let another member of staff be the one who answers, and tell them by mail. ``to``: their
    account's number.

    Raises:
        NotFound, NotYoursToAnswer, AlreadyAnswered, RowNotAuthentic: as :func:`take`.
        OwnedBySomeoneElse: it is not theirs to hand over.
    """
    with transaction.atomic():
        row = _locked(number)
        account = _answering(row, by)
        if row.owner_id != account:
            raise OwnedBySomeoneElse(why="only who has it hands it over")
        if to not in may_answer(row.about):
            raise NotYoursToAnswer(reason="the other member of staff may not answer it")
        if to != account:
            _assign(row, to, by=by, at=at)
            post(ASSIGNED, {"concern": row.pk})


def answer(number: int, verdict: ConcernVerdict, words: str, *, by: Actor, at: datetime) -> None:
    """Answer the person: what was found, and in words what is done. They see it beside the use, and
    are told by mail that it is there.

    Raises:
        NotFound, NotYoursToAnswer, AlreadyAnswered, RowNotAuthentic: as :func:`take`.
        OwnedBySomeoneElse: they have not taken it.
        WordsMissing, WordsTooLong: the words are none, or more than ``limits.CONCERN_WORDS``.
    """
    words = _checked(words)
    if not words:
        raise WordsMissing
    with transaction.atomic():
        row = _locked(number)
        account = _answering(row, by)
        if row.owner_id != account:
            raise OwnedBySomeoneElse(why="take it first")
        answered = ConcernAnswered(row.entry_id, Code(verdict.value))
        row.answer_entry_id = append(answered, by=by, handle=_handle(row), at=at)
        row.answered_at, row.answered_by, row.verdict = at, by.as_json(), verdict.value
        row.answer_words = sealed.seal(row.person_id, sealed.ANSWER, row.entry_id, words)
        row.save()
        post(ANSWERED, {"concern": row.pk})


def _checked(words: str) -> str:
    """Return the words as they are sealed. A browser sends a line's end as two characters and
    counts it as one."""
    words = words.replace("\r\n", "\n").strip()
    if len(words) > limits.CONCERN_WORDS:
        raise WordsTooLong(length=len(words), limit=limits.CONCERN_WORDS)
    return words


def _refuse_again(person_id: int, about: int | None, at: datetime) -> None:
    """Refuse what was raised and waits for its answer, and one more where they raised as many as
    they may."""
    theirs = RaisedConcern.objects.filter(person_id=person_id)
    if about is not None and theirs.filter(about=about, answered_at=None).exists():
        raise AlreadyRaised(why="it waits for its answer")
    day = timedelta(days=1)
    moments = theirs.filter(at__gt=at - day).order_by("-at").values_list("at", flat=True)
    last = list(moments[: limits.CONCERNS_A_DAY])
    if len(last) == limits.CONCERNS_A_DAY:
        wait = last[-1] + day - at
        raise TooManyConcerns(count=len(last), seconds=ceil(wait.total_seconds()))


def _locked(number: int) -> RaisedConcern:
    """Return a concern that waits for its answer, locked until the commit: its person first, so
    that no erasure, merge or rotation of their key comes between."""
    rows = RaisedConcern.objects.filter(pk=number)
    seen: RaisedConcern | None = rows.first()
    if seen is None:
        raise NotFound(what="concern")
    person_id = lock_person(seen.person_id)
    row: RaisedConcern | None = rows.select_for_update().first()
    # Merged or split between the two reads, it may be about somebody who is not locked.
    if row is None or row.person_id != person_id:
        raise NotFound(what="concern")
    if not row.authentic:
        # Whoever is questioned may have written that it is about something else.
        raise RowNotAuthentic(table=RaisedConcern._meta.label)
    if row.answered_at is not None:
        raise AlreadyAnswered(why="its answer stands")
    return row


def _answering(row: RaisedConcern, by: Actor) -> int:
    """Return the account of who acts, where they may answer this."""
    if by.kind is not ActorKind.STAFF or by.role != ANSWERING:
        raise NotYoursToAnswer(reason=f"it is the work of a {ANSWERING.value.replace('-', ' ')}")
    if int(by.id) == questioned_account(row.about):
        raise NotYoursToAnswer(reason="it is about something that you did yourself")
    return int(by.id)


def _assign(row: RaisedConcern, owner: int, *, by: Actor, at: datetime) -> None:
    assigned = ConcernAssigned(row.entry_id, owner)
    row.assigned_entry_id = append(assigned, by=by, handle=_handle(row), at=at)
    row.owner_id = owner
    row.save(update_fields=["owner_id", "assigned_entry_id"])


def _handle(row: RaisedConcern) -> str | None:
    # That of the concern's own entry, which it names anyway (decision 0032).
    return ledger.entry(row.entry_id).handle
