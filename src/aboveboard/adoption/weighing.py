"""What a draft would change, counted over everybody held, by the worker."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import transaction

from aboveboard.access.impact.counting import count
from aboveboard.access.impact.report import ImpactReport
from aboveboard.adoption.drafting import newest_of, open_draft
from aboveboard.adoption.models import DraftRevision, Weighing
from aboveboard.basics import clock
from aboveboard.basics.canonical import Json
from aboveboard.outbox import jobs
from aboveboard.outbox.reference import Reference
from aboveboard.promise import queries as promise
from aboveboard.promise.loading import load
from aboveboard.vault.queries import people_count

JOB: Final = "adoption.weigh"


def weigh(draft_id: int, *, at: datetime) -> int:
    """Have the worker count what the newest text of a draft changes for everybody held; return the
    number of the count. One that is under way for the same text is that one.

    Raises:
        NotFound: there is no such draft.
        DraftClosed: it was adopted or given up.
        PromiseRefused: the text has problems.
        NoPromise: there is none to compare with.
    """
    with transaction.atomic():
        draft = open_draft(draft_id)
        newest, against = newest_of(draft), promise.in_force().serial
        load(newest.source, name=draft.name)
        under_way = Weighing.objects.filter(
            draft=draft, digest=newest.digest, against=against, finished_at=None
        ).first()
        if under_way is not None:
            return int(under_way.pk)
        row = Weighing.objects.create(
            draft=draft, digest=newest.digest, against=against, asked_at=at, total=people_count()
        )
        jobs.enqueue(JOB, {"weighing": int(row.pk)})
    return int(row.pk)


def run(ref: Reference) -> None:
    """Do the job ``adoption.weigh``. Done again after a crash it counts from the start."""
    row = Weighing.objects.filter(pk=int(str(ref["weighing"])), finished_at=None).first()
    if row is None:
        return
    revision = DraftRevision.objects.filter(draft_id=row.draft_id, digest=row.digest).first()
    if revision is None:
        return
    new = load(revision.source, name=f"draft {row.draft_id}")

    def progress(done: int) -> None:
        # Outside any transaction of the count, so that the page sees it move.
        Weighing.objects.filter(pk=row.pk).update(done=done)

    report = count(promise.version(row.against).promise, new, at=clock.now(), progress=progress)
    Weighing.objects.filter(pk=row.pk).update(
        done=report.people, total=report.people, finished_at=clock.now(), counts=_as_json(report)
    )


def _as_json(report: ImpactReport) -> dict[str, Json]:
    return {
        "people": report.people,
        "uses": [
            {
                "purpose": cell.purpose,
                "role": cell.role,
                "channel": cell.channel,
                "field": cell.field,
                "before": cell.before,
                "after": cell.after,
                "gained": cell.gained,
                "lost": cell.lost,
            }
            for cell in report.cells
        ],
        "lapsing": dict(report.lapsing),
    }
