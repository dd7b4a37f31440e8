"""The questions that the promise and the request answer alone, whoever it is about (2 to 7 of
``access.decide``). Pure."""

from __future__ import annotations

from collections.abc import Iterator

from aboveboard.access.decision.request import Request
from aboveboard.access.reasons import Code, Reason, reason
from aboveboard.promise.model import Promise


def against(promise: Promise, request: Request) -> Iterator[Reason]:
    """Yield every reason against the request that nobody need be looked up for."""
    if request.earliest is not None and request.at < request.earliest:  # 2
        yield reason(Code.NOT_IN_FORCE_THEN)
    if request.latest is not None and request.at > request.latest:
        yield reason(Code.NOT_YET_TIME)
    purpose = promise.purposes.get(request.purpose)
    if purpose is None:  # 3
        yield reason(Code.PURPOSE_UNKNOWN, purpose=request.purpose)
        return
    if request.role not in purpose.roles:  # 4
        yield reason(Code.ROLE_NOT_ALLOWED, role=request.role)
    if request.channel not in purpose.channels:  # 5
        yield reason(Code.CHANNEL_NOT_ALLOWED, channel=request.channel)
    scope = request.scope  # 6
    if (scope.purposes and request.purpose not in scope.purposes) or (
        scope.channels and request.channel not in scope.channels
    ):
        yield reason(Code.OUTSIDE_CLIENT_SCOPE)
    if not request.fields:  # 7
        yield reason(Code.NO_FIELDS)
    for field in request.fields:
        if field not in purpose.fields:
            yield reason(Code.FIELD_NOT_IN_PURPOSE, field=field)
