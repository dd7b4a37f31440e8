"""A confirmed address: that the person themself got what was sent there. Pure.

A confirmation is kept as choices are, so that all that holds for choices holds for it: dated,
evidenced, under a MAC, in the log, restored, erased with the person. It is a yes to a topic of its
own form, ``address:email/1764601234567890``: the field, and when its value was collected, in
microseconds since 1970. Of another value, collected at another moment, it says nothing: a changed
address must be confirmed again.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from aboveboard.choices.topic import topic_of

_PREFIX: Final = "address:"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_TICK: Final = timedelta(microseconds=1)


def address_topic(field: str) -> str:
    """Return what stands in the place of the purpose of a choice, for a field."""
    return f"{_PREFIX}{field}"


def version_of(collected: datetime) -> str:
    """Return what stands in the place of the way of contact: which value of the field it was."""
    return str(max(collected - _EPOCH, timedelta()) // _TICK)


def value_topic(field: str, collected: datetime) -> str:
    """Return the topic of the confirmation of the value of a field that was collected then."""
    return topic_of(address_topic(field), version_of(collected))


def is_confirmation(topic: str) -> bool:
    """Whether a topic is a confirmed address, and no purpose."""
    return topic.startswith(_PREFIX)


def confirmed_field(topic: str) -> str:
    """Return the field of the topic of a confirmation."""
    return topic.removeprefix(_PREFIX).partition("/")[0]
