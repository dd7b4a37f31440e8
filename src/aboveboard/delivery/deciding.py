"""How the rows of instructions about correspondence and contact, of stopped channels, of webhook
endpoints and of what is sent to them are compared with the log, declared."""

from __future__ import annotations

from typing import Any, Final

from aboveboard.basics.package import DecidingTable, NotNeeded, RecordedEntry
from aboveboard.delivery.entries import (
    ChannelSet,
    ContactLimited,
    ContactLimitEnded,
    CorrespondenceEnded,
    CorrespondenceSet,
    WebhookSet,
)
from aboveboard.delivery.models import ContactLimit, Correspondence, WebhookEndpoint, WebhookMessage
from aboveboard.delivery.webhooks.actions import digest_of


def _differs(row: Correspondence, entry: RecordedEntry[Any]) -> str:
    if row.why != entry.facts.why:
        return "why"
    return "" if (row.sealed is not None) == entry.facts.instead else "sealed"


def _limit_differs(row: ContactLimit, entry: RecordedEntry[Any]) -> str:
    if row.why != entry.facts.why:
        return "why"
    return "" if row.channels == list(entry.facts.channels) else "channels"


def _endpoint_differs(row: WebhookEndpoint, entry: RecordedEntry[WebhookSet]) -> str:
    if digest_of(row) != entry.facts.digest:
        return "url"
    if row.events != list(entry.facts.events):
        return "events"
    if row.paused_why != entry.facts.paused:
        return "paused_why"
    return "" if (row.removed_at is not None) == entry.facts.removed else "removed_at"


DECIDING: Final = (
    DecidingTable(
        table="delivery.Correspondence",
        since="delivery.0003_row_macs",
        speaks_of={
            CorrespondenceSet: lambda entry: ("entry_id", entry.id),
            # One from before endings named what they end names none.
            CorrespondenceEnded: lambda entry: ("entry_id", entry.facts.ends or 0),
        },
        differs=_differs,
        ends=frozenset({CorrespondenceEnded}),
    ),
    DecidingTable(
        table="delivery.ContactLimit",
        since="delivery.0007_receipts",
        speaks_of={
            ContactLimited: lambda entry: ("entry_id", entry.id),
            ContactLimitEnded: lambda entry: ("entry_id", entry.facts.ends),
        },
        differs=_limit_differs,
        ends=frozenset({ContactLimitEnded}),
    ),
    DecidingTable(
        table="delivery.ChannelPause",
        since="delivery.0006_channels",
        speaks_of={ChannelSet: lambda entry: ("channel", entry.facts.channel)},
        differs=lambda row, entry: (
            "" if (row.paused_at is not None) == entry.facts.paused else "paused_at"
        ),
    ),
    DecidingTable(
        table="delivery.WebhookEndpoint",
        since="delivery.0005_webhooks",
        speaks_of={WebhookSet: lambda entry: ("serial", entry.facts.endpoint)},
        differs=_endpoint_differs,
    ),
    DecidingTable(
        table="delivery.WebhookMessage",
        since="delivery.0005_webhooks",
        speaks_of=NotNeeded("all that it says is read from the entry of the change that it is of"),
        named_in=(),
        # Nothing to hold them against, and one without a MAC is never sent.
        upgraded=lambda: WebhookMessage.objects.filter(mac=None).delete(),
    ),
)
