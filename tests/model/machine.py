"""What happens to the machine: keys are changed, it dies, it comes back from a backup."""

from __future__ import annotations

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from typing import Any

from hypothesis.stateful import precondition, rule

from tests.model.everyday import Everyday
from tests.model.life import WHO
from tests.model.world import World


class Machine(Everyday):
    """Steps of whoever operates the instance."""

    @rule(who=WHO)
    def rotate_the_root_key(self, who: int) -> None:
        self.while_life_goes_on("keys", "rotate", "--same-version", who=who)

    @precondition(lambda self: self.kept is None)  # it opens with the root key of its time alone
    @rule(who=WHO)
    def renew_the_root_key(self, who: int) -> None:
        """A new root key, split into shares; its file is lost, and comes back from two of them."""
        self.while_life_goes_on("keys", "rotate", who=who)
        printed = self.real.run("keys", "split", "--threshold", "2", "--shares", "3")
        shares = [
            " ".join(re.findall(r"\d+ ([a-z]+)", part.partition("\n- ")[0]))
            for part in printed.split("recover the key, with: aboveboard keys recover")[1:]
        ]
        file = self.real.home / "root.key"
        key = file.read_bytes()
        file.unlink()
        self.real.run("keys", "recover", typed="\n".join(shares[1:]) + "\n")
        assert file.read_bytes().split() == key.split()

    @rule(who=WHO)
    def rotate_everybodys_key(self, who: int) -> None:
        self.while_life_goes_on("keys", "rotate-person", "--all", who=who)

    @rule(who=WHO)
    def rotate_the_index_key(self, who: int) -> None:
        self.while_life_goes_on("keys", "rotate-index", who=who)

    def while_life_goes_on(self, *words: str, who: int) -> None:
        """Run a command while the order system asks for everybody a few times a second, a file of
        customers is imported, and one of them asks to be erased."""
        asked: list[tuple[Any, int, Any]] = []
        going = self.anyone(who).now
        staying = [person for person in self.world.held() if person is not going]
        over = threading.Event()

        def ask() -> None:
            # Without a pause it would come up against the limit of its rate.
            while not over.wait(0.2):
                for person in staying:
                    asked.append(
                        (person, *self.real.use("order system", person.number, "deliver-orders"))
                    )

        with ThreadPoolExecutor(2) as others:
            asking = others.submit(ask)
            try:
                rotating = others.submit(self.real.run, *words)
                self.import_customers(1, 2)
                self.erase(who)
                rotating.result()
            finally:
                over.set()
            asking.result()
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
