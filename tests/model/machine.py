"""What happens to the machine: keys are changed, it dies, it comes back from a backup."""

from __future__ import annotations

import threading
from copy import deepcopy
from typing import Any

from hypothesis.stateful import precondition, rule

from tests.model.life import Life
from tests.model.world import World


class Machine(Life):
    """Steps of whoever operates the instance."""

    @rule()
    def rotate_the_root_key(self) -> None:
        self.real.run("keys", "rotate", "--same-version")

    @rule()
    def rotate_everybodys_key(self) -> None:
        self.while_people_are_asked_for("keys", "rotate-person", "--all")

    @rule()
    def rotate_the_index_key(self) -> None:
        self.while_people_are_asked_for("keys", "rotate-index")

    def while_people_are_asked_for(self, *words: str) -> None:
        """Run a command while the order system asks for everybody, twenty times a second: without
        a pause it would keep both processors busy for as long as the command waits for a lease."""
        asked: list[tuple[Any, int, Any]] = []
        over = threading.Event()

        def ask() -> None:
            while not over.wait(0.05):
                for person in self.world.held():
                    asked.append(
                        (person, *self.real.use("order system", person.number, "deliver-orders"))
                    )

        asking = threading.Thread(target=ask)
        asking.start()
        try:
            self.real.run(*words)
        finally:
            over.set()
            asking.join()
        for person, status, answer in asked:
            assert status == (404 if person.restriction else 200), (answer, person)
            person.uses["refused" if person.restriction else "seen"] += 1

    @rule()
    def kill_the_server(self) -> None:
        """The machine stops, and starts again."""
        self.real.kill()
        self.real.start()

    @rule()
    def back_up(self) -> None:
        """A backup is made, to be restored later."""
        if self.kept is None:
            made = self.real.json("backup", self.folder / "backups")
            self.kept = (made, deepcopy(self.world))

    @rule()
    def back_up_and_restore(self) -> None:
        """The database is lost, and comes back from the newest backup and the published log."""
        self.restore(self.real.json("backup", self.folder / "backups"))

    @precondition(lambda self: self.kept is not None)
    @rule()
    def restore_what_is_older(self) -> None:
        """The database is lost, and comes back as it was; erasures and choices since are done
        again, the rest is as it was then."""
        assert self.kept is not None
        (made, then), self.kept = self.kept, None
        self.restore(made)
        self.world = as_restored(then, self.world)

    def restore(self, made: Any) -> None:
        """Lose the database, and get it back from this backup and the published log."""
        self.real.kill()
        words = ["restore", made["records"], "--replace", "--log", self.real.home / "log"]
        self.real.run(*words, codes=(0, 1))
        self.browsers.clear()
        self.real.start()


def as_restored(then: World, now: World) -> World:
    """Return what must be true once a backup made ``then`` is restored."""
    for number, person in then.people.items():
        later = now.people[number]
        person.erased, person.words = later.erased, later.words
        person.uses, person.tried = later.uses, later.tried
    then.notices_due, then.changes = now.notices_due, now.changes
    then.emergencies = now.emergencies
    return then
