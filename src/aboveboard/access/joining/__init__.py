"""What this room keeps of a person moves along when two records are found to be of one: the
look-ups that ended in nothing."""

from __future__ import annotations

from aboveboard.access.models import QuietRefusal
from aboveboard.basics.canonical import Json


def move(kept: int, merged: int) -> Json:
    """Let the merged record's be the kept one's, and return which they were."""
    theirs = list(QuietRefusal.objects.filter(person_id=merged).values_list("entry_id", flat=True))
    QuietRefusal.objects.filter(person_id=merged).update(person_id=kept)
    return theirs


def move_back(kept: int, merged: int, moved: Json) -> None:
    """Give back what :func:`move` moved."""
    entries = [int(str(entry)) for entry in moved] if isinstance(moved, list) else []
    QuietRefusal.objects.filter(person_id=kept, entry_id__in=entries).update(person_id=merged)
