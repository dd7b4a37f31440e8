"""The worker's part: deciding about each person of a campaign, and deleting what is over."""

from __future__ import annotations

from collections import Counter

from aboveboard.access.use import UseRequest
from aboveboard.basics import clock
from aboveboard.basics.actor import Actor
from aboveboard.basics.errors import AboveboardError
from aboveboard.campaigns import files
from aboveboard.campaigns.models import Campaign
from aboveboard.campaigns.terms import CampaignState
from aboveboard.custody import queries as custody
from aboveboard.custody.campaign import CampaignColumns, filter_campaign
from aboveboard.custody.exporting import ExportFormat, ExportPlace, make_export
from aboveboard.custody.selection import everyone_for
from aboveboard.outbox.reference import Reference


class _Stopped(Exception):
    """Somebody stopped it, or its day is over."""


def run(ref: Reference) -> None:
    """Do the job ``campaigns.run``. Done again after a crash it goes on where it was; everybody
    held is gone through from the start."""
    row = Campaign.objects.filter(pk=int(str(ref["campaign"]))).first()
    if row is None or not row.authentic or not _is_running(row.pk):
        return
    # What a run made that died before it said so stays in the log, and is made once more.
    files.parcel_of(row.pk).unlink(missing_ok=True)
    files.left_out_of(row.pk).unlink(missing_ok=True)
    try:
        (_filter if row.file_name else _take_everybody)(row)
    except _Stopped:
        return
    except AboveboardError as error:
        Campaign.objects.filter(pk=row.pk, state=CampaignState.RUNNING.value).update(
            state=CampaignState.FAILED.value, failure=error.message[:300]
        )


def _is_running(number: int) -> bool:
    return Campaign.objects.filter(
        pk=number, state=CampaignState.RUNNING.value, gone_at=None
    ).exists()


def _place(row: Campaign) -> ExportPlace:
    sealed = ExportFormat(age_keys=tuple(row.age_keys))
    return ExportPlace(files.parcel_of(row.pk), None, row.recipient, False, sealed)


def _progress(row: Campaign, done: int) -> None:
    if not _is_running(row.pk):
        raise _Stopped
    Campaign.objects.filter(pk=row.pk).update(done=done)


def _filter(row: Campaign) -> None:
    columns = row.columns
    fields = dict(columns["fields"])
    find_by = tuple((kind, column) for kind, column in columns["find_by"])
    request = UseRequest(
        Actor.from_json(row.actor), row.purpose, tuple(fields), row.channel, opens=False
    )
    report = filter_campaign(
        lambda: files.rows(row.pk, row.token, row.file_name),
        CampaignColumns(find_by, fields),
        request,
        _place(row),
        file_digest=row.file_digest,
        progress=lambda done: _progress(row, done),
        at=clock.now(),
    )
    _finish(row, report.rows, report.allowed, dict(report.left_out), report.export.id)


def _take_everybody(row: Campaign) -> None:
    place = _place(row)
    made = make_export(
        everyone_for(row.purpose),
        tuple(row.columns["fields"]),
        purpose=row.purpose,
        out=place.out,
        recipient=row.recipient,
        channel=row.channel,
        file_format=place.file_format,
        progress=lambda done: _progress(row, done),
        by=Actor.from_json(row.actor),
        at=clock.now(),
    )
    codes: Counter[str] = Counter()
    for line in custody.manifest_lines(made.id):
        codes.update(line.reasons.split())
    # Whoever never said yes was not asked about: they stand in no manifest.
    left = row.total - made.people - made.refused
    if left > 0:
        codes["no_consent"] += left
    _finish(row, row.total, made.people, dict(sorted(codes.items())), made.id)


def _finish(
    row: Campaign, done: int, allowed: int, left_out: dict[str, int], export_id: int
) -> None:
    Campaign.objects.filter(pk=row.pk).update(
        done=done,
        allowed=allowed,
        left_out=left_out,
        export_id=export_id,
        state=CampaignState.DONE.value,
    )


def end(ref: Reference) -> None:
    """Do the job ``campaigns.end``: its day is over, and what is left in files goes."""
    number = int(str(ref["campaign"]))
    Campaign.objects.filter(pk=number, gone_at=None).update(gone_at=clock.now())
    files.delete(number)
