"""Who plays the story: five members of staff, the till of the shops, and one customer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from aboveboard.accounts.actions import add_staff
from aboveboard.accounts.clients.actions import make_client
from aboveboard.accounts.clients.scope import ClientScope
from aboveboard.accounts.clients.tokens import AuthenticatedClient
from aboveboard.accounts.queries import Client, StaffMember
from aboveboard.basics.actor import SYSTEM, Actor, Role


@dataclass(frozen=True, slots=True)
class DemoCast:
    """The actors of the story; ``shop`` and ``charity`` are clients, the second of a third party
    that customers let in."""

    adviser: StaffMember
    privacy_lead: StaffMember
    incident_lead: StaffMember
    administrator: StaffMember
    shop: Actor
    charity: AuthenticatedClient

    def actor(self, role: Role) -> Actor:
        """Return the member of staff with that role, as who acts."""
        account = {
            Role.ADVISER: self.adviser,
            Role.PRIVACY_LEAD: self.privacy_lead,
            Role.INCIDENT_LEAD: self.incident_lead,
            Role.ADMINISTRATOR: self.administrator,
        }[role]
        return account.actor


_STAFF = (
    (Role.ADVISER, "Sam Okonjo", "Call centre, Leeds"),
    (Role.PRIVACY_LEAD, "Ines Vandamme", "Privacy"),
    (Role.INCIDENT_LEAD, "Maya Oseitutu", "Security"),
    (Role.ADMINISTRATOR, "Tom Brandt", "IT"),
)


def create_cast(*, at: datetime) -> DemoCast:
    """Make the accounts and the client."""
    members = [
        add_staff(
            email=f"{role.value}@adventure-works.example",
            name=name,
            team=team,
            role=role,
            by=SYSTEM,
            at=at,
        )
        for role, name, team in _STAFF
    ]
    client, _ = make_client(
        name="Shop tills",
        role="shop-system",
        team="Shops",
        purposes=["deliver-orders"],
        channels=["shop", "api"],
        by=SYSTEM,
        at=at,
    )
    charity, _ = make_client(
        name="Fairwheel",
        role="third-party",
        team="",
        purposes=["get-advice"],
        channels=["api"],
        rights=["third-party:consumer-advice"],
        by=SYSTEM,
        at=at,
    )
    return DemoCast(
        members[0],
        members[1],
        members[2],
        members[3],
        client.actor,
        _as_it_asks(charity),
    )


def _as_it_asks(client: Client) -> AuthenticatedClient:
    """Return a client with all of its scope, as though it had come with a token."""
    scope = ClientScope(
        frozenset(client.purposes), frozenset(client.channels), rights=frozenset(client.rights)
    )
    return AuthenticatedClient(
        client.id, client.name, client.role, client.team, scope, client.expires_at
    )
