"""Whom a batch of notices tells: everybody in its count, or those alone to whom something is new.

Later facts make a new count. Whoever was never told of the loss is *added*; of whom more can be
read than they were told has *more*, and is told just that. Both are worked out against everybody
whom an approved batch told, and not against one earlier count, so that nobody is told the same
twice. Who they are stands in a file of the batch, whose digest is under its MAC.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import models

from aboveboard.basics.errors import Damaged
from aboveboard.basics.ids import new_id
from aboveboard.engines import listing, untold
from aboveboard.engines.listing import ExposureCell
from aboveboard.incidents import lifecycle
from aboveboard.incidents.exposure.counts import cells_json, current_count, summary_cells
from aboveboard.incidents.exposure.folders import exposure_file, folder_of
from aboveboard.incidents.models import Exposure
from aboveboard.incidents.notices.models import NoticeBatch
from aboveboard.vault import aliases


class NoticeNews(models.TextChoices):
    """What is new to whom a further batch tells."""

    ADDED = "added", "People who were added"
    MORE = "more", "People of whom more is exposed"


class RecipientsDamaged(Damaged):
    """The list of whom these notices tell is not the one that was prepared."""

    code = "recipients_damaged"
    next_step = "Send the notices back, and prepare them again."


@dataclass(frozen=True, slots=True)
class NewRecipients:
    """The set of whom a further batch tells: how many, and what its batch keeps of it."""

    people: int
    details: dict[str, Any]


def news_of(batch: NoticeBatch) -> NoticeNews | None:
    """Return what is new to whom a batch tells; None where it tells everybody of its count."""
    new = batch.details.get("new")
    return NoticeNews(new["change"]) if new else None


def recipients_file(batch: NoticeBatch) -> Path:
    """Return the Parquet file (an exposure set) of whom a batch tells."""
    new = batch.details.get("new")
    return folder_of(batch.incident) / new["file"] if new else exposure_file(batch.exposure)


def recipient_cells(batch: NoticeBatch) -> list[ExposureCell]:
    """Return the summary of whom a batch tells."""
    new = batch.details.get("new")
    return [ExposureCell(*row) for row in new["cells"]] if new else summary_cells(batch.exposure)


def check_recipients(batch: NoticeBatch) -> None:
    """Look that the file of whom a batch tells is the one that was prepared.

    Raises:
        RecipientsDamaged: it is another, or gone.
    """
    new = batch.details.get("new")
    if not new:
        return
    try:
        with recipients_file(batch).open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        raise RecipientsDamaged from None
    if digest != new["digest"]:
        raise RecipientsDamaged


def approved_batches(number: int) -> Sequence[NoticeBatch]:
    """Return the batches of an incident that were approved, without those that were written past
    this program."""
    rows = NoticeBatch.objects.filter(incident__number=number, delivery_batch__isnull=False)
    listed = rows.select_related("incident", "exposure__incident").order_by("id")
    return [row for row in listed if row.authentic]


def count_new(number: int, *, least_severity: int = 1) -> dict[NoticeNews, int]:
    """Return how many people are to be told what is new, by what it is; none of them before
    notices were approved.

    Raises:
        NotFound: there is no such incident.
    """
    counted, notified = current_count(lifecycle.find(number)), _notified_sets(number)
    if counted is None or not notified:
        return dict.fromkeys(NoticeNews, 0)
    merged = aliases.all_merged()
    counts = untold.count_untold(exposure_file(counted), notified, merged, least=least_severity)
    return {each: counts[each.value] for each in NoticeNews}


def write_new(counted: Exposure, news: NoticeNews, *, least: int) -> NewRecipients:
    """Write the set of whom a further batch tells into the incident's folder."""
    out = folder_of(counted.incident) / f"recipients-{new_id()}.parquet"
    made = untold.write_untold(
        exposure_file(counted),
        _notified_sets(counted.incident.number),
        aliases.all_merged(),
        out,
        least=least,
        change=news.value,
    )
    details = {
        "change": news.value,
        "file": out.name,
        "digest": made.digest,
        "cells": cells_json(listing.summary(out)),
    }
    return NewRecipients(made.people, details)


def _notified_sets(number: int) -> list[untold.NotifiedSet]:
    return [
        untold.NotifiedSet(recipients_file(batch), batch.least_severity)
        for batch in approved_batches(number)
    ]
