"""How the rows of accounts, clients and second factors are compared with the log, declared."""

from __future__ import annotations

import base64
import hashlib
from typing import Any, Final

from aboveboard.accounts import factors
from aboveboard.accounts.entries import (
    AgentRegistered,
    ClientMade,
    ClientRevoked,
    ClientRotated,
    SecondFactorAdded,
    SecondFactorRemoved,
    StaffAdded,
    StaffChanged,
    StaffClosed,
)
from aboveboard.accounts.models import (
    AccessToken,
    Account,
    AuthorisedAgent,
    ClientSecret,
    SecondFactor,
    ServiceClient,
    SignInLink,
)
from aboveboard.basics.package import DecidingTable, NotNeeded, RecordedEntry


def _account_differs(row: Account, entry: RecordedEntry[Any]) -> str:
    facts = entry.facts.after if isinstance(entry.facts, StaffChanged) else entry.facts
    if row.role != facts.role:
        return "role"
    if row.team != facts.team:
        return "team"
    closed = isinstance(entry.facts, StaffClosed)
    # Somebody whose account is closed may still be given another role.
    return "" if (row.closed_at is not None) == closed or not closed else "closed_at"


def _client_differs(row: ServiceClient, entry: RecordedEntry[Any]) -> str:
    if isinstance(entry.facts, ClientRevoked):
        return "" if row.revoked_at is not None else "revoked_at"
    recorded = {
        "role": entry.facts.role,
        "team": entry.facts.team,
        "purposes": list(entry.facts.purposes),
        "choices": list(entry.facts.choices or ()),
        "channels": list(entry.facts.channels),
        "rights": list(entry.facts.rights or ()),
    }
    return next((name for name, value in recorded.items() if getattr(row, name) != value), "")


def _secret_differs(row: ClientSecret, entry: RecordedEntry[Any]) -> str:
    if str(row.client_id) != entry.facts.client:
        return "client_id"
    # A rotation ends the secrets before it sooner, and never later.
    return "" if row.expires_at <= entry.facts.expires_at else "expires_at"


def _agent_differs(row: AuthorisedAgent, entry: RecordedEntry[Any]) -> str:
    key = hashlib.sha256(base64.b64decode(row.verify_key)).hexdigest()
    recorded = {
        "client_id": (str(row.client_id), entry.facts.client),
        "agent_id": (row.agent_id, entry.facts.agent),
        "verify_key": (key, entry.facts.key),
        "expires_at": (row.expires_at, entry.facts.expires_at),
    }
    return next((name for name, (ours, theirs) in recorded.items() if ours != theirs), "")


def _made_secret(row: ClientSecret, entry: RecordedEntry[Any]) -> bool:
    return str(row.client_id) == entry.facts.client and row.made_at == entry.at


def _factor_differs(row: SecondFactor, entry: RecordedEntry[Any]) -> str:
    if isinstance(entry.facts, SecondFactorRemoved):
        return "factor_id"
    if str(row.account_id) != entry.facts.account:
        return "account_id"
    return "" if row.type == entry.facts.type else "type"


DECIDING: Final = (
    DecidingTable(
        table="accounts.Account",
        speaks_of={
            StaffAdded: lambda entry: ("id", int(entry.facts.account)),
            StaffChanged: lambda entry: ("id", int(entry.facts.after.account)),
            StaffClosed: lambda entry: ("id", int(entry.facts.account)),
        },
        differs=_account_differs,
        may_be_unnamed=lambda row: row.is_customer,
    ),
    DecidingTable(
        table="accounts.ServiceClient",
        speaks_of={
            ClientMade: lambda entry: ("id", int(entry.facts.client)),
            ClientRevoked: lambda entry: ("id", int(entry.facts.client)),
        },
        named_in=("entry_id", "revoked_entry_id"),
        differs=_client_differs,
    ),
    DecidingTable(
        table="accounts.ClientSecret",
        speaks_of={
            ClientMade: lambda entry: None if entry.facts.signs else ("entry_id", entry.id),
            ClientRotated: lambda entry: ("entry_id", entry.id),
        },
        differs=_secret_differs,
        named_before=_made_secret,
    ),
    DecidingTable(
        table="accounts.AuthorisedAgent",
        speaks_of={AgentRegistered: lambda entry: ("entry_id", entry.id)},
        differs=_agent_differs,
        since="accounts.0014_authorised_agent",
    ),
    DecidingTable(
        table="accounts.SecondFactor",
        speaks_of={
            SecondFactorAdded: lambda entry: ("factor_id", entry.facts.factor),
            SecondFactorRemoved: lambda entry: ("factor_id", entry.facts.factor),
        },
        differs=_factor_differs,
        may_be_unnamed=lambda row: row.account.is_customer,
        ends=frozenset({SecondFactorRemoved}),
        check=factors.unmatched,
        upgraded=factors.adopt_existing,
    ),
    DecidingTable(
        table="accounts.AccessToken",
        speaks_of=NotNeeded("a token lives minutes, or days; the log has whose it is"),
        named_in=(),
        # Nothing to hold them against: the client asks for another, somebody makes another link.
        upgraded=lambda: AccessToken.objects.filter(mac=None).delete(),
    ),
    DecidingTable(
        table="accounts.SignInLink",
        speaks_of=NotNeeded("a link lives for minutes and signs in once; its use is a sign-in"),
        named_in=(),
        upgraded=lambda: SignInLink.objects.filter(mac=None).delete(),
    ),
)
