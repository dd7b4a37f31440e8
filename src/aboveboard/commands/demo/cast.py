"""Who plays the story: five members of staff, the till of the shops, and one customer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from aboveboard.accounts import queries as accounts
from aboveboard.accounts import staff
from aboveboard.accounts.models import Account
from aboveboard.basics.actor import SYSTEM, Actor, ActorKind, Role


@dataclass(frozen=True, slots=True)
class Cast:
    """The actors of the story; ``shop`` is a program."""

    adviser: Account
    privacy_lead: Account
    incident_lead: Account
    administrator: Account
    shop: Actor

    def actor(self, role: Role) -> Actor:
        """Return the member of staff with that role, as who acts."""
        account = {
            Role.ADVISER: self.adviser,
            Role.PRIVACY_LEAD: self.privacy_lead,
            Role.INCIDENT_LEAD: self.incident_lead,
            Role.ADMINISTRATOR: self.administrator,
        }[role]
        return accounts.actor_for(account)


_STAFF = (
    (Role.ADVISER, "Sam Okonjo", "Call centre, Leeds"),
    (Role.PRIVACY_LEAD, "Ines Vandamme", "Privacy"),
    (Role.INCIDENT_LEAD, "Maya Oseitutu", "Security"),
    (Role.ADMINISTRATOR, "Tom Brandt", "IT"),
)


def hire(*, at: datetime) -> Cast:
    """Make the accounts and the program's entry."""
    members = [
        staff.add_staff(
            email=f"{role.value}@adventure-works.example",
            name=name,
            team=team,
            role=role,
            by=SYSTEM,
            at=at,
        )
        for role, name, team in _STAFF
    ]
    client, _ = staff.make_client(
        name="Shop tills",
        role="shop-system",
        team="Shops",
        purposes=["deliver-orders"],
        channels=["shop", "api"],
        by=SYSTEM,
        at=at,
    )
    return Cast(
        members[0],
        members[1],
        members[2],
        members[3],
        Actor(ActorKind.SERVICE, str(client.pk), client.role, client.team),
    )
