"""One instance beside one model: what every step needs, and what must be true at the end."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine

from aboveboard.commands.demo.people import people
from tests.model.browser import Browser
from tests.model.instance import Instance
from tests.model.prepared import Prepared
from tests.model.world import Person, World

WHO = st.integers(0, 99)
ANSWERS = st.sampled_from(["yes", "no"])
NOTICE = "We closed the way in of INC-"


class Life(RuleBasedStateMachine):
    """What a life begins with, and how it ends."""

    prepared: ClassVar[Prepared]
    pool: ClassVar[list[dict[str, str]]] = list(people(60, seed=31))
    """Who may become a customer."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.folder = Path(tempfile.mkdtemp(prefix="aboveboard-life-"))
        self.browsers: dict[str, Browser] = {}
        self.numbers: dict[str, int] = {}
        self.merges: dict[str, int] = {}
        """The number of the merge, by the customer's number that was kept."""
        self.kept: tuple[Any, World] | None = None
        """A backup, and what was true when it was made."""
        self.real = self.begin()

    def begin(self) -> Instance:
        """Return the instance that it begins with, served."""
        return self.prepared.life(self.folder)

    def remember(self) -> None:
        """Tell the model what happened before this life: nothing."""

    def anyone(self, who: int) -> Person:
        """Return somebody who was ever a customer."""
        numbers = sorted(self.world.people)
        return self.world.people[numbers[who % len(numbers)]]

    def number_of(self, person: Person) -> int:
        """Return the number that staff see for somebody, which the privacy lead looked up."""
        if person.number not in self.numbers:
            found = self.real.person_number(person.number)
            assert found is not None, f"the privacy lead does not find {person}"
            person.now.uses["seen"] += 1
            self.numbers[person.number] = found
        return self.numbers[person.number]

    def portal(self, person: Person, *, fresh: bool = False) -> Browser:
        """Return the browser in which somebody is signed in."""
        box = person.row["email"]
        known = None if fresh else self.browsers.get(box)
        if known is None or "/accounts/" in (known.get("/you/") and known.at):
            known = self.real.sign_in(box)
            assert known is not None, f"no code for {person}"
            self.browsers[box] = known
        return known

    # What must be true at the end

    def teardown(self) -> None:
        try:
            if self.world.people:
                self.compare()
        finally:
            self.real.close()
            shutil.rmtree(self.folder)

    def compare(self) -> None:
        """Compare everything that the model knows."""
        for person in self.world.people.values():
            self.is_as_the_model_says(person)
        self.counts_are_right()
        for person in self.world.held():
            due = sum(self.world.notices_due[each.number] for each in person.records())
            assert self.notices_of(person) == due, (person, due)
        for person in self.world.held()[:2]:
            self.sees_every_use(person)
        self.real.run("ledger", "verify", "--instance")
        checks = self.real.json("doctor", codes=(0, 1))
        assert not [check for check in checks if check["verdict"] == "act"], checks

    def is_as_the_model_says(self, person: Person) -> None:
        """Ask for somebody for each purpose, by their number."""
        now = person.now
        status, answer = self.real.use("order system", person.number, "deliver-orders")
        # A refusal must not tell a program who is known.
        assert status == (404 if now.erased or now.restriction else 200), (status, answer, person)
        offers, _ = self.real.use("offers", person.number, "personal-offers")
        assert (offers == 200) is now.may_use("offers"), (offers, person)
        plans, _ = self.real.use("planning", person.number, "improve-shops")
        assert (plans == 200) is now.may_plan(), (plans, person)
        if not now.erased:
            for code in (status, offers, plans):
                now.uses["seen" if code == 200 else "refused"] += 1

    def counts_are_right(self) -> None:
        """The incidents that are listed, and how many people were in each."""
        listed = {row["incident"]: row["people"] for row in self.real.json("incident", "list")}
        earlier = {name: listed.pop(name) for name in self.world.earlier}
        # Two records that became one since may be counted as one there, too.
        assert all(0 < earlier[name] <= count for name, count in self.world.earlier.items())
        assert listed.keys() == self.world.incidents.keys(), (listed, self.world.incidents)
        for name, numbers in self.world.incidents.items():
            # Two records that became one since are counted as one before anybody is told.
            one = {self.world.people[number].now.number for number in numbers}
            assert len(one) <= listed[name] <= len(numbers), (name, listed[name], numbers)

    def notices_of(self, person: Person) -> int:
        """Return how many notices came to any address of somebody."""
        boxes = person.mailboxes()
        return sum(NOTICE in text for box in boxes for text in self.real.letters(box))

    def sees_every_use(self, person: Person) -> None:
        """Somebody opens the list of who looked: each look of others is in it, and no other."""
        seen = self.listed_uses(self.portal(person))
        least, most = person.uses["seen"], person.uses["seen"] + person.tried
        assert least <= seen["seen"] <= most, (seen, person)
        assert seen["refused"] == person.uses["refused"], (seen, person)

    def listed_uses(self, browser: Browser) -> Counter[str]:
        """Return how often others saw somebody's data or were refused it, as their page lists."""
        seen: Counter[str] = Counter()
        path = "/you/who-has-looked/"
        while path:
            page = browser.get(path)
            for item in re.findall(r"<li>.*?</li>", page, re.DOTALL):
                if "ab-when" in item:
                    seen["refused" if "ab-pill--kept" in item else "seen"] += 1
            older = re.search(r'rel="next"\s+href="([^"]+)"|href="([^"]+)"\s+rel="next"', page)
            path = (older[1] or older[2]) if older else ""
        return seen
