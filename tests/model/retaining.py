"""What must stay, and what must rest: holds, restrictions, two records of one person, the sweep."""

from __future__ import annotations

import json
import re

from hypothesis.stateful import precondition, rule

from tests.model.life import WHO, Life
from tests.model.world import Person

FIELDS = {
    "customer_id": "customer_number",
    **{
        name: name
        for name in (
            "title",
            "first_name",
            "last_name",
            "email",
            "phone",
            "address_line1",
            "address_line2",
            "city",
            "region",
            "postal_code",
            "country",
            "birth_date",
            "card_type",
            "card_number",
            "card_expiry",
        )
    },
}
"""The columns of the file that are held, and their fields."""


class Retaining(Life):
    """Steps of a privacy lead."""

    def _page(self, person: Person) -> str:
        return f"/console/retention/people/{self.number_of(person)}/"

    def _newest(self, person: Person, what: str) -> int:
        page = self.real.staff["privacy"].get(self._page(person))
        return max(int(found) for found in re.findall(rf"{what}/(\d+)/", page))

    @rule(who=WHO)
    def hold(self, who: int) -> None:
        """A legal hold is placed, or the one that is open is released."""
        person, browser = self.anyone(who).now, self.real.staff["privacy"]
        if person.erased:
            return
        page, reference = self._page(person), f"case/{self.world.next_number()}"
        if person.hold:
            browser.post(f"{page}holds/{person.hold}/", {"reference": reference})
            person.hold = 0
        else:
            browser.post(f"{page}hold/", {"why": "claim", "reference": reference, "until": ""})
            person.hold = self._newest(person, "holds")

    @rule(who=WHO)
    def restrict(self, who: int) -> None:
        """The use of somebody's data is restricted, or the restriction lifted."""
        person, browser = self.anyone(who).now, self.real.staff["privacy"]
        if person.erased:
            return
        page, reference = self._page(person), f"case/{self.world.next_number()}"
        if person.restriction:
            browser.post(f"{page}restrictions/{person.restriction}/", {"reference": reference})
            person.restriction = 0
        else:
            form = {"why": "accuracy_contested", "reference": reference, "until": ""}
            browser.post(f"{page}restrict/", form)
            person.restriction = self._newest(person, "restrictions")
            person.restricted_at = self.world.next_number()

    @rule(first=WHO, second=WHO)
    def merge(self, first: int, second: int) -> None:
        """Two records turn out to be one person's; the values of the first stay."""
        kept, other = self.anyone(first), self.anyone(second)
        bound = any(
            person.erased or person.into or person.merged or person.hold or person.restriction
            for person in (kept, other)
        )
        if kept is other or bound or len(self.world.held()) < 4:
            return
        differ = [name for name in FIELDS if kept.row[name] != other.row[name]]
        keep = [word for name in differ for word in ("--keep", FIELDS[name])]
        numbers = (self.number_of(kept), self.number_of(other))
        done = self.real.json("people", "merge", *numbers, *keep, "--reference", "case/1")
        assert done["person"] == numbers[0], done
        self.world.merge(kept, other)
        self.merges[kept.number] = done["merge"]

    @rule(who=WHO)
    def split(self, who: int) -> None:
        """They were two people after all."""
        person = self.anyone(who).now
        if person.merged and not person.erased:
            self.real.run(
                "people", "split", self.merges.pop(person.number), "--reference", "case/2"
            )
            self.world.split(person)

    @precondition(lambda self: self.world.people)
    @rule()
    def sweep(self) -> None:
        """What no purpose allows to keep is listed and erased: of nobody who is under a hold, is
        restricted or stands in an incident that is open, and never a person who is a customer."""
        before = self.real.json("sweep")
        rows = [
            json.loads(line) for line in self.real.run("sweep", "--list", "--json").splitlines()
        ]
        self.real.run("sweep", "--erase", before["digest"], codes=(0, 1, 4))
        exempt = {self.number_of(person) for person in self.world.held() if self._must_stay(person)}
        after = [
            json.loads(line) for line in self.real.run("sweep", "--list", "--json").splitlines()
        ]
        assert not [row for row in after if row.get("person") in exempt and row.get("outcome")], (
            rows
        )

    def _must_stay(self, person: Person) -> bool:
        numbers = {each.number for each in person.records()}
        in_incident = any(numbers & people for people in self.world.incidents.values())
        return bool(person.hold or person.restriction or in_incident)
