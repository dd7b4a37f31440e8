"""The decision in an emergency: a vital interest of somebody overrides purpose, channel, choices
and restriction. Pure.

GDPR Art. 6(1)(d) and 9(2)(c), recitals 46 and 112. What stays: the person must be held (what is
erased is gone), the promise must say who may and what, it must be a member of staff, for named
fields, and not often. Retention is overridden too: what is still there may save somebody; a
restriction of Art. 18 as well, which yields to the protection of a person (Art. 18(2)).

Numbered as in the code:

1. Is the person held?
2. Does the promise have emergencies?
3. Is it a member of staff who asks?
4. May this role?
5. Is each field among those opened in an emergency, and is any asked for?
6. Has this account asked for fewer than ``limits.EMERGENCY_A_DAY`` in the last 24 hours?
"""

from __future__ import annotations

from collections.abc import Iterator

from aboveboard.access.limits import EMERGENCY_A_DAY
from aboveboard.access.reasons import ReasonCode, RefusalReason, reason
from aboveboard.basics.actor import Actor, ActorKind
from aboveboard.promise.model import Promise


def refusals(
    promise: Promise, by: Actor, fields: tuple[str, ...], *, held: bool, asked_today: int
) -> tuple[RefusalReason, ...]:
    """Return every reason against an emergency use, in a fixed order; none means that it is
    granted."""
    return tuple(sorted(set(_refusals(promise, by, fields, held, asked_today))))


def _refusals(
    promise: Promise, by: Actor, fields: tuple[str, ...], held: bool, asked_today: int
) -> Iterator[RefusalReason]:
    if not held:  # 1
        yield reason(ReasonCode.PERSON_UNKNOWN)
    glass = promise.break_glass
    if glass is None:  # 2
        yield reason(ReasonCode.EMERGENCY_NOT_PROMISED)
    if by.kind is not ActorKind.STAFF:  # 3
        yield reason(ReasonCode.EMERGENCY_NOT_STAFF)
    if glass is not None and by.role not in glass.roles:  # 4
        yield reason(ReasonCode.EMERGENCY_ROLE, role=by.role)
    if not fields:  # 5
        yield reason(ReasonCode.NO_FIELDS)
    if glass is not None:
        for field in fields:
            if field not in glass.fields:
                yield reason(ReasonCode.EMERGENCY_FIELD, field=field)
    if asked_today >= EMERGENCY_A_DAY:  # 6
        yield reason(ReasonCode.EMERGENCY_TOO_MANY)
