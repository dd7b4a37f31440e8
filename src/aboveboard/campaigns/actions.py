"""What is done with a campaign: brought in, begun, stopped, gone on with, given up; its parcel
fetched once. All of it by whoever brought it in, and by nobody else."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Final

from django.db import transaction

from aboveboard.access.contactable.asking import ask
from aboveboard.access.use import UseRequest
from aboveboard.basics.actor import Actor
from aboveboard.basics.errors import Conflict, Invalid, NotFound
from aboveboard.campaigns import files, limits
from aboveboard.campaigns.models import Campaign
from aboveboard.campaigns.recognising import FIND_BY, recognise
from aboveboard.campaigns.terms import CampaignState, ListColumns, NewCampaign
from aboveboard.custody import parcel
from aboveboard.outbox import jobs
from aboveboard.promise.model import Purpose
from aboveboard.promise.queries import in_force

RUN: Final = "campaigns.run"
"""The job that decides: its reference is ``campaign``."""
END: Final = "campaigns.end"
"""The job that deletes what is left of it: its reference is ``campaign``."""


class CampaignMoved(Conflict):
    """The campaign is {state} by now."""

    code = "campaign_moved"
    next_step = "Look at its page again."


class CampaignRefused(Invalid):
    """This campaign cannot be made: {found}."""

    code = "campaign_refused"
    next_step = "{fix}"


def purposes_for(role: str) -> list[Purpose]:
    """Return the purposes that this role may make a campaign for: its own, about which people have
    a choice, and which share with somebody."""
    purposes = in_force().promise.purposes.values()
    return [
        each for each in purposes if role in each.roles and each.recipients and each.has_one_answer
    ]


def bring(
    asked: NewCampaign,
    blocks: Iterable[bytes] | None,
    *,
    file_name: str = "",
    by: Actor,
    at: datetime,
) -> int:
    """Bring a list in, sealed, or None for everybody held; return the number of the campaign.
    Nothing is decided yet.

    Raises:
        CampaignRefused: the role, the channel or the recipient is not the purpose's.
        WrongAgeKey: a key is none.
        ListTooLarge, ListNotReadable: as ``files``.
    """
    purpose = _check(asked, by)
    if blocks is not None:
        files.rule_of(file_name)
    row = Campaign(
        purpose=asked.purpose,
        channel=asked.channel,
        recipient=asked.recipient,
        age_keys=list(asked.age_keys),
        actor=by.as_json(),
        file_name=file_name[-200:] if blocks is not None else "",
        made_at=at,
        state=CampaignState.DRAFT.value,
    )
    with transaction.atomic():
        row.save()
        jobs.enqueue(END, {"campaign": row.pk}, due=at + limits.CAMPAIGN_LIFE)
    try:
        if blocks is None:
            _count_everybody(row, purpose, by, at)
        else:
            row.token, row.file_digest = files.store_list(row.pk, blocks)
            _read_list(row, purpose)
        row.save()
    except Exception:
        files.delete(row.pk)
        row.delete()
        raise
    return int(row.pk)


def _check(asked: NewCampaign, by: Actor) -> Purpose:
    purpose = next((each for each in purposes_for(by.role) if each.key == asked.purpose), None)
    if purpose is None:
        raise CampaignRefused(found="the purpose is not one of your role's", fix="Choose another.")
    if asked.channel not in purpose.channels:
        raise CampaignRefused(
            found="the purpose does not use this channel",
            fix=f"Choose one of: {', '.join(purpose.channels)}.",
        )
    if asked.recipient not in purpose.recipients:
        raise CampaignRefused(
            found="the promise does not share with them for this purpose",
            fix=f"Choose one of: {', '.join(purpose.recipients)}.",
        )
    if not 0 < len(asked.age_keys) <= limits.KEYS:
        raise CampaignRefused(
            found="it is sealed to nobody, or to too many",
            fix=f"Give one to {limits.KEYS} public keys of age, a line each.",
        )
    parcel.recipients(asked.age_keys)
    return purpose


def _read_list(row: Campaign, purpose: Purpose) -> None:
    headers: dict[str, None] = {}
    for number, each in enumerate(files.rows(row.pk, row.token, row.file_name), 1):
        if number == 1:
            headers = dict.fromkeys(map(str, each))
        row.total = number
    if not row.total:
        raise files.ListNotReadable(
            found="it has no row under its heading", fix="Choose the file with the rows."
        )
    known = recognise(headers, in_force().promise, purpose)
    row.headers = list(headers)
    row.columns = _as_json(known)


def _count_everybody(row: Campaign, purpose: Purpose, by: Actor, at: datetime) -> None:
    request = UseRequest(by, purpose.key, purpose.fields, row.channel, opens=False)
    report = ask(request, files.folder_of(row.pk), by=by, at=at)
    report.decided.unlink(missing_ok=True)
    row.total, row.allowed = report.people, report.allowed
    row.left_out = {code.value: people for code, people in report.refused_for().items()}
    row.columns = _as_json(ListColumns(dict.fromkeys(purpose.fields, "")))


def _as_json(columns: ListColumns) -> dict[str, object]:
    return {"fields": dict(columns.fields), "find_by": [list(pair) for pair in columns.find_by]}


def begin(number: int, columns: ListColumns, *, by: Actor) -> None:
    """Have the worker decide, once it was seen what goes out.

    Raises:
        NotFound: there is no such campaign of theirs.
        CampaignMoved: it was begun already.
        CampaignRefused: nothing goes out, a column is not there, or nothing says whose a row is.
    """
    with transaction.atomic():
        row = _locked(number, by, CampaignState.DRAFT)
        purpose = in_force().promise.purposes.get(row.purpose)
        if purpose is None or not columns.fields or set(columns.fields) - set(purpose.fields):
            raise CampaignRefused(
                found="no column goes out that the purpose needs", fix="Choose at least one."
            )
        if row.file_name:
            _check_columns(row, columns)
        row.columns, row.left_out, row.allowed = _as_json(columns), {}, 0
        row.state = CampaignState.RUNNING.value
        row.save()
        jobs.enqueue(RUN, {"campaign": row.pk})


def _check_columns(row: Campaign, columns: ListColumns) -> None:
    if not columns.find_by:
        raise CampaignRefused(
            found="no column says whose a row is",
            fix="Choose the column of the customer number, e-mail or phone.",
        )
    kinds = {kind.value for kind in FIND_BY}
    used = [*columns.fields.values(), *(column for _, column in columns.find_by)]
    if set(used) - set(row.headers) or {kind for kind, _ in columns.find_by} - kinds:
        raise CampaignRefused(found="the list has no such column", fix="Choose among its columns.")


def stop(number: int, *, by: Actor) -> None:
    """Stop it. The worker notices before its next batch.

    Raises:
        NotFound, CampaignMoved: as :func:`begin`.
    """
    with transaction.atomic():
        row = _locked(number, by, CampaignState.RUNNING)
        row.state = CampaignState.STOPPED.value
        row.save(update_fields=["state"])


def go_on(number: int, *, by: Actor) -> None:
    """Go on where it was; what was allowed too long ago is asked again.

    Raises:
        NotFound, CampaignMoved: as :func:`begin`.
    """
    with transaction.atomic():
        row = _locked(number, by, CampaignState.STOPPED, CampaignState.FAILED)
        row.state, row.failure = CampaignState.RUNNING.value, ""
        row.save(update_fields=["state", "failure"])
        jobs.enqueue(RUN, {"campaign": row.pk})


def give_up(number: int, *, by: Actor, at: datetime) -> None:
    """Delete the list and the parcel now; that it was, and its counts, stay.

    Raises:
        NotFound: there is no such campaign of theirs.
        CampaignMoved: it is running; stop it first.
    """
    with transaction.atomic():
        states = [state for state in CampaignState if state is not CampaignState.RUNNING]
        row = _locked(number, by, *states)
        row.gone_at = at
        row.save(update_fields=["gone_at"])
    files.delete(number)


def fetch_parcel(number: int, *, by: Actor, at: datetime) -> Path:
    """Return the parcel, once: whoever asks again gets none. The caller deletes it when it left.

    Raises:
        NotFound: there is no such campaign of theirs, or its parcel is gone.
        CampaignMoved: it is not done, or was fetched.
    """
    with transaction.atomic():
        row = _locked(number, by, CampaignState.DONE)
        place = files.parcel_of(number)
        if row.fetched_at is not None:
            raise CampaignMoved(state="fetched")
        if row.gone_at is not None or not place.exists():
            raise NotFound(what="parcel")
        row.fetched_at = at
        row.save(update_fields=["fetched_at"])
    return place


def _locked(number: int, by: Actor, *states: CampaignState) -> Campaign:
    row: Campaign | None = Campaign.objects.select_for_update().filter(pk=number).first()
    if row is None or not row.authentic or not is_whose(row, by):
        raise NotFound(what="campaign")
    if row.state not in {state.value for state in states} or row.gone_at is not None:
        raise CampaignMoved(state="over" if row.gone_at else row.state)
    return row


def is_whose(row: Campaign, by: Actor) -> bool:
    """Whether a campaign is this member of staff's own."""
    return (row.actor["kind"], row.actor["id"]) == (by.kind.value, by.id)
