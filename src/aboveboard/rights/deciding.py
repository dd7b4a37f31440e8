"""How the rows of requests and their events are compared with the log, declared."""

from __future__ import annotations

from typing import Any, Final

from aboveboard.basics.package import DecidingTable, NotNeeded, RecordedEntry
from aboveboard.rights.entries import RequestAdvanced, RequestReceived
from aboveboard.rights.models import AddressLetter, RequestEventRow, RightsRequest

_SINCE: Final = "rights.0001_initial"


def _request_differs(row: RightsRequest, entry: RecordedEntry[Any]) -> str:
    if not isinstance(entry.facts, RequestReceived):
        return ""
    facts = entry.facts
    compared = {
        "kind": facts.asked,
        "channel": facts.channel,
        "asker": facts.asker,
        "jurisdiction": facts.jurisdiction,
        "received_at": facts.received,
    }
    return next((name for name, value in compared.items() if getattr(row, name) != value), "")


def _event_differs(row: RequestEventRow, entry: RecordedEntry[Any]) -> str:
    if not isinstance(entry.facts, RequestAdvanced):
        return ""
    facts = entry.facts
    compared = {
        "kind": facts.event,
        "code": facts.code,
        "system": facts.system,
        "verb": facts.verb,
        "until": facts.until,
    }
    return next((name for name, value in compared.items() if getattr(row, name) != value), "")


def _of_receipt(entry: RecordedEntry[Any]) -> tuple[str, int]:
    return "entry_id", entry.id


DECIDING: Final = (
    DecidingTable(
        table=RightsRequest._meta.label,
        speaks_of={RequestReceived: _of_receipt},
        differs=_request_differs,
        since=_SINCE,
    ),
    DecidingTable(
        table=RequestEventRow._meta.label,
        # The first event of a request has the entry of its receipt.
        speaks_of={RequestAdvanced: _of_receipt, RequestReceived: _of_receipt},
        differs=_event_differs,
        since=_SINCE,
    ),
    DecidingTable(
        table=AddressLetter._meta.label,
        speaks_of=NotNeeded("a link lives for days and works once; what it confirms is a choice"),
        named_in=(),
        # Nothing to hold them against: another letter can be asked for.
        upgraded=lambda: AddressLetter.objects.filter(mac=None).delete(),
        since="rights.0003_address_letter",
    ),
)
