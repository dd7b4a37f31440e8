"""The words of stolen logins: whose a login is, and what became of each thing that it did."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Self

from django.db import models

from aboveboard.basics import clock
from aboveboard.basics.actor import ActorKind
from aboveboard.basics.canonical import Json
from aboveboard.basics.errors import Invalid

_SECOND: Final = timedelta(seconds=1)


class LoginKind(models.TextChoices):
    """Whose a login is."""

    STAFF = ActorKind.STAFF.value, "A member of staff"
    PROGRAM = ActorKind.SERVICE.value, "A program"
    CUSTOMER = ActorKind.PERSON.value, "A customer"


class ActOutcome(models.TextChoices):
    """What became of something that a login did."""

    OPENED = "opened", "Opened"
    EXPORTED = "exported", "Exported to a file"
    ACCESS = "access", "Made a login, link or key"
    CHANGED = "changed", "Changed something"
    NOTHING = "nothing", "Shown no data"
    REFUSED = "refused", "Refused"


@dataclass(frozen=True, slots=True)
class StolenLogin:
    """A login and the time in which somebody else had it, both ends to the second and included.

    ``account``: the number of an account or of a program, "" for a customer, whom ``person_id``
    names.
    """

    kind: LoginKind
    account: str
    since: datetime
    until: datetime
    person_id: int | None = None

    @property
    def ends(self) -> datetime:
        """The moment from which on it was no longer theirs."""
        return self.until.replace(microsecond=0) + _SECOND

    def check(self, now: datetime) -> None:
        """Refuse a time that is none.

        Raises:
            Invalid: it ends before it begins, or has not begun.
        """
        if self.until < self.since:
            raise Invalid(
                found="a time that ends before it begins", fix="Give the earlier moment first."
            )
        if self.since > now:
            raise Invalid(found="a time that has not begun", fix="Give a moment in the past.")

    def as_json(self) -> dict[str, Json]:
        """Return it as it is kept; a customer is on the list, and is not named here."""
        since, until = clock.to_text(self.since), clock.to_text(self.until)
        return {"kind": self.kind.value, "account": self.account, "since": since, "until": until}

    @classmethod
    def from_json(cls, kept: dict[str, str]) -> Self:
        """Return what :meth:`as_json` wrote."""
        since, until = clock.from_text(kept["since"]), clock.from_text(kept["until"])
        return cls(LoginKind(kept["kind"]), kept["account"], since, until)
