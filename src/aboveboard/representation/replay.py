"""Approving and ending again what a restored database holds as it was before. No entry is written:
it is there."""

from __future__ import annotations

from aboveboard.basics.package import NotHeld, RecordedEntry
from aboveboard.representation.entries import RepresentationApproved, RepresentationEnded
from aboveboard.representation.models import Representation


def repeat(
    entry: RecordedEntry[RepresentationApproved] | RecordedEntry[RepresentationEnded],
) -> None:
    """Approve or end what the entry says.

    Raises:
        NotHeld: it is not in what was restored.
    """
    row = Representation.objects.filter(entry_id=entry.facts.recorded).first()
    if row is None:
        raise NotHeld(what="authority to act")
    step = "approved" if isinstance(entry.facts, RepresentationApproved) else "ended"
    setattr(row, f"{step}_at", entry.at)
    setattr(row, f"{step}_actor", entry.by.as_json())
    setattr(row, f"{step}_entry_id", entry.id)
    row.save(update_fields=[f"{step}_at", f"{step}_actor", f"{step}_entry_id"])
