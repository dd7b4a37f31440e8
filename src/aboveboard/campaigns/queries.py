"""Reading campaigns: each sees their own."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from aboveboard.basics.actor import Actor
from aboveboard.basics.errors import NotFound
from aboveboard.basics.limits import PAGE_SIZE
from aboveboard.campaigns import files, limits
from aboveboard.campaigns.actions import is_whose
from aboveboard.campaigns.models import Campaign
from aboveboard.campaigns.terms import CampaignState, CampaignView, ListColumns, NewCampaign


def campaigns_of(by: Actor) -> list[CampaignView]:
    """Return the newest campaigns of a member of staff."""
    rows = Campaign.objects.filter(actor__id=by.id, actor__kind=by.kind.value).order_by("-id")
    return [_view(row) for row in rows[:PAGE_SIZE] if row.authentic]


def campaign(number: int, by: Actor) -> CampaignView:
    """Return one of theirs.

    Raises:
        NotFound: there is none.
    """
    row = Campaign.objects.filter(pk=number).first()
    if row is None or not row.authentic or not is_whose(row, by):
        raise NotFound(what="campaign")
    return _view(row)


def left_out_list(number: int, by: Actor) -> Path:
    """Return the list of rows that were left out: their numbers and why, and no value of theirs.

    Raises:
        NotFound: there is none, or it is gone.
    """
    view = campaign(number, by)
    place = files.left_out_of(number)
    if view.state is not CampaignState.DONE or not view.has_files or not place.exists():
        raise NotFound(what="list")
    return place


def _view(row: Campaign) -> CampaignView:
    asked = NewCampaign(row.purpose, row.channel, row.recipient, tuple(row.age_keys))
    columns = ListColumns(
        dict(row.columns.get("fields", {})),
        tuple((kind, column) for kind, column in row.columns.get("find_by", [])),
    )
    over_at: datetime = row.made_at + limits.CAMPAIGN_LIFE
    return CampaignView(
        id=row.pk,
        asked=asked,
        file_name=row.file_name,
        headers=tuple(row.headers),
        columns=columns,
        state=CampaignState(row.state),
        total=row.total,
        done=row.done,
        allowed=row.allowed,
        left_out=row.left_out,
        failure=row.failure,
        export_id=row.export_id,
        made_at=row.made_at,
        fetched_at=row.fetched_at,
        over_at=over_at,
        has_files=row.gone_at is None,
    )
