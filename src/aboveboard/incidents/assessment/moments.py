"""Recording the moments of an incident: the four of every loss, and those that a duty waits for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from aboveboard.basics import clock
from aboveboard.basics.errors import Invalid
from aboveboard.incidents.assessment.times import check_order
from aboveboard.incidents.models import Incident
from aboveboard.law import moments as law

OF_EVERY_LOSS: Final = ("occurred_at", "discovered_at", "aware_at", "determined_at")


def set_moments(
    incident: Incident, moments: Mapping[str, datetime | None], *, at: datetime
) -> list[str]:
    """Write moments into the row, inside the caller's transaction, and return which changed; None
    takes one back.

    Raises:
        Invalid: a moment is unknown, must stay, or is out of order.
    """
    changed = []
    for name, moment in moments.items():
        if name in law.asked():
            changed += _record(incident, name, moment, at)
            continue
        # These two start the clocks of the law (GDPR Art. 33(1)); without them no duty has a time.
        if name not in OF_EVERY_LOSS or (moment is None and name in ("discovered_at", "aware_at")):
            raise Invalid(
                found=f"{name} cannot be set to that",
                fix=f"Give a moment for one of {', '.join((*OF_EVERY_LOSS, *law.asked()))}.",
            )
        if getattr(incident, name) != moment:
            setattr(incident, name, moment)
            changed.append(name)
    check_order(
        occurred_at=incident.occurred_at,
        discovered_at=incident.discovered_at,
        aware_at=incident.aware_at,
        determined_at=incident.determined_at,
        at=at,
    )
    return changed


def _record(incident: Incident, key: str, moment: datetime | None, at: datetime) -> list[str]:
    before = incident.moments.get(key)
    if moment is not None:
        # It may come before or after the others (a ransom is paid at any time), but not before the
        # loss itself, and not in the future.
        _check(key, moment, incident.occurred_at, at)
    after = clock.to_text(moment) if moment is not None else None
    if before == after:
        return []
    kept = {**incident.moments, key: after}
    incident.moments = {name: text for name, text in kept.items() if text is not None}
    return [key]


def _check(key: str, moment: datetime, occurred_at: datetime | None, at: datetime) -> None:
    fix = "Check both moments and their time zone."
    if moment > at:
        raise Invalid(found=f"the moment when {law.words_of(key)} lies in the future", fix=fix)
    if occurred_at is not None and moment < occurred_at:
        raise Invalid(found=f"the moment when {law.words_of(key)} lies before it happened", fix=fix)


def recorded(incident: Incident) -> dict[str, datetime]:
    """Return the moments that were recorded beside the four: key to moment. One that the law's list
    has no longer is left out."""
    return {
        key: clock.from_text(text) for key, text in incident.moments.items() if key in law.asked()
    }
