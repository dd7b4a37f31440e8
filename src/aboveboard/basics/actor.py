"""Who acts. Every action takes ``by: Actor``; the ledger writes it down.

An actor holds no personal data of customers. Staff are named by their account id, role and team,
which is what a customer is shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from aboveboard.basics.canonical import Json


class ActorKind(StrEnum):
    """What kind of actor: a customer, somebody who acts for one (their role says as what: guardian,
    attorney, carer, executor), a member of staff, a program, or Aboveboard itself."""

    PERSON = "person"
    REPRESENTATIVE = "representative"
    STAFF = "staff"
    SERVICE = "service"
    SYSTEM = "system"


class Role(StrEnum):
    """The roles of accounts. Services carry role names of the promise's own instead."""

    CUSTOMER = "customer"
    ADVISER = "adviser"
    PRIVACY_LEAD = "privacy-lead"
    INCIDENT_LEAD = "incident-lead"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: ``id`` is an account or client id ("" for a customer, whom the handle names)."""

    kind: ActorKind
    id: str
    role: str
    team: str = ""

    def as_json(self) -> dict[str, Json]:
        """Return the form in a ledger entry."""
        role = str(self.role)  # of our own accounts it is a Role
        return {"kind": self.kind.value, "id": self.id, "role": role, "team": self.team}

    @classmethod
    def from_json(cls, stored: Mapping[str, str]) -> Self:
        """Return the actor whom :meth:`as_json` wrote."""
        return cls(ActorKind(stored["kind"]), stored["id"], stored["role"], stored["team"])


SYSTEM = Actor(ActorKind.SYSTEM, "aboveboard", "system")
CUSTOMER = Actor(ActorKind.PERSON, "", Role.CUSTOMER)
