"""The lines of a leaked file that could not be read: they stand in a file beside the others of the
incident, for a third of a hundred million lines is too many for rows.

Incidents that an earlier version opened have rows (``UnreadRow``) and no file.
"""

from __future__ import annotations

from aboveboard.engines import listing
from aboveboard.engines.leak import unread_file
from aboveboard.incidents.exposure.folders import folder_of
from aboveboard.incidents.leaks.reading import UnreadLine, UnreadReason
from aboveboard.incidents.models import Incident


def page(incident: Incident, *, after: int, limit: int) -> list[UnreadLine]:
    """Return up to ``limit`` of them after line ``after``, by line number, with the reason."""
    file = unread_file(folder_of(incident))
    if file.is_file():
        rows = listing.unread(file, after=after, limit=limit)
    else:
        kept = incident.unread_rows.filter(line__gt=after).order_by("line")
        rows = list(kept.values_list("line", "reason")[:limit])
    return [UnreadLine(line, UnreadReason(reason)) for line, reason in rows]


def count(incident: Incident) -> int:
    """Return how many there are."""
    file = unread_file(folder_of(incident))
    return listing.count_unread(file) if file.is_file() else incident.unread_rows.count()
