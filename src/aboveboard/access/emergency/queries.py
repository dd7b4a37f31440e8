"""Reading emergency looks: what waits for its review, what was found, and one of them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from aboveboard.access.models import EmergencyLook
from aboveboard.basics.errors import NotFound
from aboveboard.basics.limits import PAGE_SIZE


def one(look_id: int) -> EmergencyLook:
    """Return one look.

    Raises:
        NotFound: there is none with this number.
    """
    found = EmergencyLook.objects.filter(pk=look_id).first()
    if found is None:
        raise NotFound(what="emergency use")
    return found


def own(look_id: int, account_id: int) -> EmergencyLook:
    """Return one look of the account that asked for it.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    found = one(look_id)
    if found.account_id != account_id:
        raise NotFound(what="emergency use")
    return found


def to_review() -> list[EmergencyLook]:
    """Return what waits for a review, the one due first first."""
    return list(EmergencyLook.objects.filter(reviewed_at__isnull=True).order_by("review_due", "id"))


def reviewed(limit: int = PAGE_SIZE) -> list[EmergencyLook]:
    """Return the newest reviewed ones."""
    return list(
        EmergencyLook.objects.filter(reviewed_at__isnull=False).order_by("-reviewed_at", "-id")[
            :limit
        ]
    )


def overdue(at: datetime) -> int:
    """Return how many reviews are overdue."""
    return EmergencyLook.objects.filter(reviewed_at__isnull=True, review_due__lt=at).count()


def verdicts(entry_ids: Collection[int]) -> dict[int, str]:
    """Return what was found of the looks with these entries, where they are reviewed."""
    rows = (
        EmergencyLook.objects.filter(entry_id__in=list(entry_ids))
        .exclude(verdict="")
        .values_list("entry_id", "verdict")
    )
    return dict(rows)
