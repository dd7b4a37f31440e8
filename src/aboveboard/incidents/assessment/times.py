"""The order in which the moments of an incident can have happened. Pure."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise

from aboveboard.basics.errors import Invalid


def check_order(
    *,
    occurred_at: datetime | None = None,
    discovered_at: datetime | None = None,
    aware_at: datetime | None = None,
    determined_at: datetime | None = None,
    at: datetime,
) -> None:
    """Refuse moments that cannot be: in the future, or the later before the
    earlier; None is not known.

    Raises:
        Invalid: two moments are out of order.
    """
    # In the order in which they can have happened; those not known are passed over, so each is held
    # against the next one that is.
    known = [
        (name, moment)
        for name, moment in (
            ("it happened", occurred_at),
            ("it was discovered", discovered_at),
            ("we were sure", aware_at),
            ("we worked out that notice is due", determined_at),
            ("now", at),
        )
        if moment is not None
    ]
    for (earlier, first), (later, second) in pairwise(known):
        if first > second:
            raise Invalid(
                found=f"the moment when {earlier} lies after {later}",
                fix="Check both moments and their time zone.",
            )
