"""Every change: a visitor's choice is kept, put under the log, made a person's own, and deleted
when its time is over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db import transaction

from aboveboard.basics.actor import CUSTOMER, SYSTEM
from aboveboard.basics.errors import NotFound, RateLimited
from aboveboard.basics.facts import Digest
from aboveboard.choices import actions as choices
from aboveboard.choices.queries import consent_state, history
from aboveboard.choices.state import ChoiceAnswer, ChoiceRecord, ConsentState
from aboveboard.ledger.actions import append
from aboveboard.promise import queries as promise
from aboveboard.promise.model import Promise, Purpose
from aboveboard.promise.words import OWN_PAGES
from aboveboard.website import limits
from aboveboard.website.asked import asked_purposes
from aboveboard.website.batches import digest_of_rows
from aboveboard.website.entries import VisitorChoicesKept
from aboveboard.website.models import VisitorChoice
from aboveboard.website.visit import Visit, VisitorChoiceRefused, check

GPC_EVIDENCE = "gpc"
"""The evidence of a no that a browser's Global Privacy Control said."""


def record(visit: Visit, *, site: str, at: datetime) -> int:
    """Keep what a visitor of the website chose; return the number of the row. The same again,
    while it is the newest of that visitor, is that row.

    There is no ledger entry for each: anybody may send one, and the log must not be anybody's to
    fill. :func:`seal_batch` puts them under one entry an hour.

    Raises:
        VisitorChoiceRefused: the promise that it names asks something else, or is not known.
        RateLimited: more are kept already than may be: of this visitor, or of all.
    """
    try:
        asked = promise.version(visit.promise).promise
    except NotFound:
        raise VisitorChoiceRefused(why="there is no such version of the promise") from None
    proved = check(visit, asked)
    with transaction.atomic():
        newest = VisitorChoice.objects.filter(visitor=visit.visitor).order_by("-id").first()
        columns = {
            "promise_serial": visit.promise,
            "revision": visit.revision,
            "language": visit.language,
            "answers": dict(visit.answers),
            "how": visit.how,
            "gpc": visit.gpc,
            "site": site,
            "proved": proved,
        }
        if newest and all(getattr(newest, name) == value for name, value in columns.items()):
            return int(newest.pk)
        _check_capacity(visit.visitor, proved=proved, at=at)
        row = VisitorChoice.objects.create(visitor=visit.visitor, at=at, **columns)
    return int(row.pk)


def _check_capacity(visitor: str, *, proved: bool, at: datetime) -> None:
    """Refuse one more where as many are kept as may be. Two at once may both be the last: the
    bounds are there for the disk, and are not exact to one."""
    rows = VisitorChoice.objects
    full = rows.filter(visitor=visitor)[: limits.VISITOR_ROWS].count() == limits.VISITOR_ROWS
    if proved:
        today = rows.filter(proved=True, at__gt=at - timedelta(days=1))
        full = full or today[: limits.PROVED_A_DAY].count() == limits.PROVED_A_DAY
    else:
        kept = rows.filter(proved=False)[: limits.UNPROVED_ROWS].count()
        full = full or kept == limits.UNPROVED_ROWS
    if full:
        raise RateLimited(seconds=int(timedelta(hours=1).total_seconds()))


def seal_batch(*, at: datetime) -> int:
    """Put the proved choices that are under no entry yet under one; return how many. Nothing is
    written where none came, or the last hour is not over."""
    with transaction.atomic():
        open_rows = VisitorChoice.objects.filter(proved=True, batch=None).order_by("id")
        first = open_rows.first()
        if first is None or first.at > at - limits.BATCH_EVERY:
            return 0
        rows = list(open_rows)
        facts = VisitorChoicesKept(len(rows), Digest(digest_of_rows(rows)))
        entry_id = append(facts, by=SYSTEM, handle=None, at=at)
        VisitorChoice.objects.filter(pk__in=[row.pk for row in rows]).update(batch=entry_id)
    return len(rows)


def sweep(*, at: datetime) -> int:
    """Delete what is no longer kept; return how many rows. A batch goes as a whole, so that what is
    left of the others can still be held against its entry."""
    unproved = VisitorChoice.objects.filter(proved=False, at__lt=at - limits.UNPROVED_KEPT)
    deleted = unproved.delete()[0]
    old = VisitorChoice.objects.filter(proved=True, at__lt=at - limits.PROOF_KEPT)
    young = VisitorChoice.objects.filter(
        proved=True, at__gte=at - limits.PROOF_KEPT, batch__isnull=False
    )
    return deleted + old.exclude(batch__in=young.values("batch")).delete()[0]


def take_over(
    person_id: int, visitor: str, shown: Mapping[str, bool], *, at: datetime
) -> Sequence[ChoiceRecord]:
    """Make what a visitor chose the choice of the person who says that it was they, with their own
    hand; return the choices. ``shown``: the answers that they were shown; one that is another by
    now is left out.

    The row stays as it is: it does not learn whose it was. Each choice names the row as its
    evidence, sealed in its entry.

    Raises:
        NotFound: nothing of this visitor is kept, or nobody with that id is held.
    """
    row = VisitorChoice.objects.filter(visitor=visitor).order_by("-id").first()
    if row is None:
        raise NotFound(what="choice")
    asked = asked_purposes(promise.in_force().promise)
    return [
        choices.choose(
            person_id,
            key,
            ChoiceAnswer.YES if row.answers[key] else ChoiceAnswer.NO,
            channel=OWN_PAGES,
            evidence=f"website:{row.pk}",
            by=CUSTOMER,
            at=at,
        )
        for key in asked
        if key in row.answers and shown.get(key) is row.answers[key]
    ]


def object_by_signal(person_id: int, promised: Promise, *, at: datetime) -> Sequence[ChoiceRecord]:
    """Record the objection that a signed-in person's browser sends (W3C Global Privacy Control): a
    no to each purpose that the promise maps. Returns the choices; none where nothing changed.

    Once for each purpose: what the person says afterwards with their own hand, knowing of the
    signal, stands.
    """
    mapped = promised.website.refused_by_gpc if promised.website else ()
    if not mapped:
        return []
    consent = consent_state(person_id)
    open_purposes = [key for key in mapped if _is_open(consent, promised.purposes[key])]
    if not open_purposes:
        return []
    objected = {past.purpose for past in history(person_id) if past.evidence == GPC_EVIDENCE}
    return [
        choices.choose(
            person_id,
            key,
            ChoiceAnswer.NO,
            channel=OWN_PAGES,
            evidence=GPC_EVIDENCE,
            by=CUSTOMER,
            at=at,
        )
        for key in open_purposes
        if key not in objected
    ]


def _is_open(consent: ConsentState, purpose: Purpose) -> bool:
    """Whether a no would change anything: to the whole, or to a way of contact they said yes to."""
    return consent.answer(purpose.key) is not ChoiceAnswer.NO or any(
        consent.answer(purpose.key, way) is ChoiceAnswer.YES for way in purpose.contact_ways
    )
