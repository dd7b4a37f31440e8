"""How the rows of organisations and of links are compared with the log, declared."""

from __future__ import annotations

from hashlib import sha256
from typing import Any, Final

from aboveboard.basics.package import DecidingTable, RecordedEntry
from aboveboard.group.entries import (
    OrganisationDeclared,
    OrganisationRemoved,
    UsageHidden,
    UsageShown,
)
from aboveboard.group.models import OtherOrganisation, ShownLink


def _organisation_differs(row: OtherOrganisation, entry: RecordedEntry[Any]) -> str:
    facts = entry.facts
    if row.key != facts.organisation:
        return "key"
    if isinstance(facts, OrganisationRemoved):
        return "" if row.removed_entry_id == entry.id and row.removed_at else "removed_at"
    digest = sha256(f"{row.address}\n{row.verifier}".encode()).hexdigest()
    return "" if digest == facts.digest else "address"


def _link_differs(row: ShownLink, entry: RecordedEntry[Any]) -> str:
    if str(row.client_id) != entry.facts.client:
        return "client_id"
    return "" if row.until == entry.facts.until else "until"


DECIDING: Final = (
    DecidingTable(
        table="group.OtherOrganisation",
        speaks_of={
            OrganisationDeclared: lambda entry: ("serial", entry.facts.number),
            OrganisationRemoved: lambda entry: ("serial", entry.facts.number),
        },
        named_in=("entry_id", "removed_entry_id"),
        differs=_organisation_differs,
        since="group.0001_initial",
    ),
    DecidingTable(
        table="group.ShownLink",
        speaks_of={
            UsageShown: lambda entry: ("entry_id", entry.id),
            UsageHidden: lambda entry: ("entry_id", entry.facts.linked),
        },
        differs=_link_differs,
        ends=frozenset({UsageHidden}),
        since="group.0001_initial",
    ),
)
