"""How each channel by which notices leave fares: whether it is set up, stopped, or away."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from aboveboard.delivery import waits
from aboveboard.delivery.draining import is_carried
from aboveboard.delivery.models import ChannelWait
from aboveboard.delivery.terms import Channel


@dataclass(frozen=True, slots=True)
class ChannelState:
    """A channel. ``is_carried``: the settings name what carries it. ``trouble``: a code for why it
    takes nothing, with the moment at which it is asked again; or ""."""

    channel: Channel
    is_carried: bool
    is_paused: bool
    trouble: str
    retry_at: datetime | None


def carried_channels(named: Iterable[Channel]) -> list[Channel]:
    """Return those of some channels that are set up."""
    return [channel for channel in named if is_carried(channel)]


def channels() -> list[ChannelState]:
    """Return every channel."""
    fares = {row.channel: row for row in ChannelWait.objects.all()}
    states = []
    for channel in Channel:
        row = fares.get(channel)
        states.append(
            ChannelState(
                channel,
                is_carried=is_carried(channel),
                is_paused=waits.is_paused(channel),
                trouble=row.trouble if row else "",
                retry_at=row.retry_at if row else None,
            )
        )
    return states
