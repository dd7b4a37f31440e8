"""Lives that begin in the oldest version: what was said, held and erased there stands, and all that
happens goes on from it."""

from __future__ import annotations

import json
from collections.abc import Generator
from contextlib import closing, nullcontext
from typing import Any, ClassVar

from aboveboard.commands.demo.people import people
from tests.commands.test_serve import free_port
from tests.model.instance import Instance
from tests.model.lives import Lives
from tests.model.prepared import add_everybody, sign_in_staff, started
from tests.model.world import OFFERS, SELF, SHOPS, Person
from tests.oldest import test_oldest as oldest

NAMED = ("corrected", "erased", "held", "restricted", "released", "split", "parted", "objects")
"""Whom the oldest version knew, in the order of their numbers; the split and the parted were one
record for a while."""
SAID_YES = ("released", "split")
"""Those of them to whom the demonstration of that version gave a yes to offers."""


class Upgraded(Lives):
    """A life that begins with the folder that the oldest version made."""

    pool: ClassVar[list[dict[str, str]]] = list(people(120, seed=31))[60:]
    on_postgres: ClassVar[bool] = False
    reads: ClassVar[int] = len(NAMED)
    """How many of them open the list of who looked before this life begins: to sign in costs."""

    _database: Generator[str] | None = None

    def begin(self) -> Instance:
        home = self.folder / "home"
        oldest.unpack(home, on_postgres=self.on_postgres)
        real = Instance(self.folder, self.prepared.forking, (free_port(), free_port()))
        real.environment |= {
            "ABOVEBOARD_SERVER_ORIGIN": real.address,
            "ABOVEBOARD_MAIL_URL": f"smtp://127.0.0.1:{real.mail_port}",
        }
        if self.on_postgres:
            self._database = oldest.database(home / "dump.sql")
            real.environment["ABOVEBOARD_DATABASE_URL"] = next(self._database)
        real.run("migrate")
        links = add_everybody(real)
        started(real)
        try:
            sign_in_staff(real, links)
        except BaseException:
            real.close()
            raise
        return real

    def teardown(self) -> None:
        with closing(self._database) if self._database else nullcontext():
            super().teardown()

    def remember(self) -> None:
        """Tell the model what happened before the upgrade."""
        facts = json.loads((self.folder / "home" / "facts.json").read_text())
        rows = {row["customer_id"]: row for row in people(60)}
        known: dict[str, Person] = {}
        for name in NAMED:
            number = facts["numbers"][name]
            row = {**rows[number], "last_name": facts["last_names"][name]}
            known[name] = self.world.people[number] = Person(row)
        known["erased"].erased, known["erased"].remembered = True, False
        self.replaced(known["corrected"], "last_name", "Corrected")
        known["corrected"].by_hand.add("last_name")
        holds: dict[str, Any] = {row["reference"]: row for row in self.real.json("hold", "list")}
        known["held"].hold = holds["case/417"]["number"]
        known["restricted"].restriction = holds["case/418"]["number"]
        self.world.say(known["objects"], SHOPS, "no", SELF, staff=False)
        for name in SAID_YES:
            self.world.say(known[name], OFFERS, "yes", SELF, staff=False)
        listed = self.real.json("incident", "list")
        self.world.earlier = {row["incident"]: row["people"] for row in listed}
        for person in self.world.held()[: self.reads]:
            person.uses = self.listed_uses(self.portal(person))
