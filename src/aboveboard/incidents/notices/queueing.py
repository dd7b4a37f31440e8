"""Whom a batch of notices queues in ``delivery``, and by which channel."""

from __future__ import annotations

from collections.abc import Iterator

from aboveboard.basics import settings
from aboveboard.delivery import actions as delivery
from aboveboard.delivery import correspondence
from aboveboard.delivery.templates import language_of
from aboveboard.delivery.terms import Channel
from aboveboard.engines import listing
from aboveboard.incidents.notices.models import NoticeBatch
from aboveboard.incidents.notices.recipients import recipients_file
from aboveboard.incidents.notices.rendering import layout_of


def batch_recipients(batch: NoticeBatch) -> Iterator[delivery.BatchRecipient]:
    """Yield everybody whom a batch tells, with the channel by which they are written to first."""
    redirected = correspondence.redirected_people()
    others = [
        each for each in delivery.order_of(batch.delivery_batch or 0) if each != Channel.EMAIL
    ]
    # Someone erased since has no address at all: they stand in the queue of another channel, as a
    # row with that reason.
    otherwise = others[0] if others else Channel.POST
    for person in listing.everyone(
        recipients_file(batch), listing.ExposureFilter(severity=batch.least_severity)
    ):
        channel = (
            Channel.EMAIL
            if person.channel == "email" or person.person_id in redirected
            else otherwise
        )
        yield delivery.BatchRecipient(
            person_id=person.person_id,
            language=language_of(person.language),
            channel=channel,
            template=layout_of(person.jurisdiction),
        )


def notice_channels() -> list[Channel]:
    """Return the order of channels of the settings."""
    named = settings.current().notices.channels.split(",")
    return [Channel(part.strip()) for part in named if part.strip()]
