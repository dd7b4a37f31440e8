"""What must be true, worked out without the product: who is held, what each person said, who was on
what, who was told. Nothing of Aboveboard is imported here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass
class Person:
    """One customer, by what happened to them."""

    row: Mapping[str, str]
    erased: bool = False
    yes_from: set[str] = field(default_factory=set)
    """Who recorded the yeses to offers since the last no; ``"self"`` is the person's own hand."""
    own_no: bool = False
    """The person said no with their own hand, and not yes since."""
    former: list[str] = field(default_factory=list)
    """E-mail addresses that a later file replaced."""

    @property
    def number(self) -> str:
        return self.row["customer_id"]

    def say(self, answer: str, by: str) -> None:
        """Record a choice about offers."""
        if answer == "no":
            self.yes_from.clear()
            self.own_no = self.own_no or by == "self"
        elif by == "self":
            self.yes_from, self.own_no = {"self"}, False
        elif not self.own_no:  # else it waits for the person, or for a second member of staff
            self.yes_from.add(by)

    def may_use(self, client: str) -> bool:
        """Return whether a client may use their data for offers: a yes that is not its own alone
        (and the person's own yes is everybody's)."""
        return not self.erased and bool(self.yes_from - {client})


@dataclass
class World:
    """Everybody and everything, as it should be."""

    people: dict[str, Person] = field(default_factory=dict)
    devices: dict[str, set[str]] = field(default_factory=dict)
    """By label, the numbers of the customers in the exports on it."""
    incidents: dict[str, set[str]] = field(default_factory=dict)
    """By reference, the numbers of the customers who were exposed."""
    notified: set[str] = field(default_factory=set)
    """The incidents whose notices were approved."""
    notices_due: dict[str, int] = field(default_factory=dict)
    """How many notices each customer must have had, by their number."""

    changes: int = 0

    def next_number(self) -> int:
        """Return a number that was not given out before."""
        self.changes += 1
        return self.changes

    def held(self) -> list[Person]:
        """Return the customers who are held now, in the order of their numbers."""
        return [person for _, person in sorted(self.people.items()) if not person.erased]

    def notify(self, reference: str) -> None:
        """Send the notices of an incident to everyone in it who is held now."""
        self.notified.add(reference)
        for number in self.incidents[reference]:
            if not self.people[number].erased:
                self.notices_due[number] = self.notices_due.get(number, 0) + 1
