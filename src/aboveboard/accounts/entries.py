"""The ledger entries of this package. They name accounts and clients by their number, never by a
name or an address; a link made for a customer is filed under the person's handle."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from aboveboard.basics.facts import (
    Code,
    Digest,
    Facts,
    NothingToRestore,
    Particulars,
    RedoByHand,
    RepeatOnRestore,
    TeamName,
    Word,
    optional_fact,
)


@dataclass(frozen=True, slots=True)
class StaffAdded(Facts):
    """A member of staff was added, or came back."""

    kind: ClassVar = "staff.added"
    # Not repeated: the log has the number and the role, and an account needs an address.
    on_restore: ClassVar = RedoByHand("the ledger does not hold names or addresses: add them again")

    account: Code
    role: Word
    team: TeamName


@dataclass(frozen=True, slots=True)
class StaffPosition(Particulars):
    """The role and team of an account."""

    account: Code
    role: Word
    team: TeamName


@dataclass(frozen=True, slots=True)
class StaffChanged(Facts):
    """A member of staff got another role or team."""

    kind: ClassVar = "staff.changed"
    on_restore: ClassVar = RepeatOnRestore("the role and team were set again")

    before: StaffPosition
    after: StaffPosition


@dataclass(frozen=True, slots=True)
class StaffClosed(Facts):
    """A member of staff's account was closed."""

    kind: ClassVar = "staff.closed"
    on_restore: ClassVar = RepeatOnRestore("the account was closed again")

    account: Code
    role: Word
    team: TeamName


@dataclass(frozen=True, slots=True)
class SecondFactorAdded(Facts):
    """A member of staff has one second factor more. ``factor`` is its number, ``type`` its kind."""

    kind: ClassVar = "second-factor.added"
    on_restore: ClassVar = RedoByHand("the ledger does not hold secrets: they set it up again")

    account: Code
    factor: int
    type: Code


@dataclass(frozen=True, slots=True)
class SecondFactorRemoved(Facts):
    """A second factor of a member of staff was removed."""

    kind: ClassVar = "second-factor.removed"
    on_restore: ClassVar = RedoByHand("the factor works again: remove it again")

    account: Code
    factor: int
    type: Code


@dataclass(frozen=True, slots=True)
class SignInLinkMade(Facts):
    """A one-time sign-in link was made: for a member of staff, named by ``account``, or for a
    customer, named by the entry's handle."""

    kind: ClassVar = "signin.link"
    on_restore: ClassVar = NothingToRestore("links are not backed up, so none works")

    expires_at: datetime
    second_factor_waived: bool
    role: Word
    account: Code | None = optional_fact()
    team: TeamName | None = optional_fact()


@dataclass(frozen=True, slots=True)
class ClientMade(Facts):
    """A client was added, with its first secret, or, where it ``signs`` what it brings, with
    none."""

    kind: ClassVar = "client.made"
    on_restore: ClassVar = RedoByHand("the ledger does not hold secrets: add the client again")

    client: Code
    role: Word
    team: TeamName
    purposes: tuple[Word, ...]
    channels: tuple[Word, ...]
    expires_at: datetime
    choices: tuple[Word, ...] | None = optional_fact()
    rights: tuple[Word, ...] | None = optional_fact()
    signs: bool | None = optional_fact()


@dataclass(frozen=True, slots=True)
class ClientRotated(Facts):
    """A client got a new secret. ``old_until``: when the secrets before it stop working."""

    kind: ClassVar = "client.rotated"
    on_restore: ClassVar = RedoByHand(
        "the ledger does not hold secrets, and the old one works again: rotate it again"
    )

    client: Code
    old_until: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class ClientRevoked(Facts):
    """A client's secrets and tokens were stopped, for good."""

    kind: ClassVar = "client.revoked"
    on_restore: ClassVar = RepeatOnRestore("the client was revoked again")

    client: Code


@dataclass(frozen=True, slots=True)
class AgentRegistered(Facts):
    """An authorised agent was registered: a client that signs with the key of that SHA-256."""

    kind: ClassVar = "agent.registered"
    on_restore: ClassVar = RedoByHand("the ledger does not hold keys: register the agent again")

    client: Code
    agent: Word
    key: Digest
    expires_at: datetime
