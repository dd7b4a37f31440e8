"""Random lives of a whole instance, beside a small model of what must be true.

The server, its worker, the command line, the API, the portal and a mail server are real, and so is
what is killed. Each step compares one answer; at the end everything is compared. ``make soak`` goes
on for hours with other lives; a life that fails becomes a named test in ``test_named_lives.py``.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from aboveboard.commands.demo.people import people
from tests.model.database import Databases
from tests.model.instance import Instance, until
from tests.model.world import Person, World

pytestmark = [pytest.mark.database, pytest.mark.slow, pytest.mark.crash]

LIVES, STEPS = 1, 12
POOL = list(people(60, seed=31))
ANSWERS = st.sampled_from(["yes", "no"])
CHOICE_CLIENTS = {"desk": "shop", "offers": "api"}
ALL_LETTERS = {"": "MEASURES", "fr:": "MEASURES", "de:": "MEASURES"}

databases: Databases


class Lives(RuleBasedStateMachine):
    """One instance, one model."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.folder = Path(tempfile.mkdtemp(prefix="aboveboard-life-"))
        self.real = Instance(self.folder, postgres=databases.new())

    @initialize(count=st.integers(3, 6))
    def first_customers(self, count: int) -> None:
        self.import_customers(count, 0)

    # What happens every day

    @rule(new=st.integers(0, 3), again=st.integers(0, 4))
    def import_customers(self, new: int, again: int) -> None:
        """A file of new customers, and of some who were in an earlier one: held, or erased."""
        fresh = POOL[len(self.world.people) :][:new]
        repeated = [person for _, person in sorted(self.world.people.items())][:again]
        if not fresh and not repeated:
            return
        report = self.real.import_rows([*fresh, *(person.row for person in repeated)])
        erased = sum(person.erased for person in repeated)
        counts = (report["loaded"], report["already_held"], report["left_out"], report["changed"])
        assert counts == (len(fresh), len(repeated) - erased, erased, 0), report
        for row in fresh:
            self.world.people[row["customer_id"]] = Person(row)

    @rule(who=st.integers(0, 99))
    def ask_for_a_delivery(self, who: int) -> None:
        """The order system asks for what a delivery needs. (The simplest life repeats the rule
        that is first by name, so that one should cost little.)"""
        person = self._anyone(who)
        status, answer = self.real.use("order system", person.number, "deliver-orders")
        if person.erased:
            assert status == 404, answer
        else:
            expected = {name: person.row[name] for name in ("last_name", "city")}
            assert (status, answer.get("values")) == (200, expected), answer

    @rule(who=st.integers(0, 99))
    def use_for_offers(self, who: int) -> None:
        """The program that chooses offers asks for somebody."""
        person = self._anyone(who)
        status, answer = self.real.use("offers", person.number, "personal-offers")
        assert (status == 200) is person.may_use("offers"), (status, answer, person)

    @rule(who=st.integers(0, 99), client=st.sampled_from(sorted(CHOICE_CLIENTS)), answer=ANSWERS)
    def choose_by_a_client(self, who: int, client: str, answer: str) -> None:
        """A client writes down what somebody said."""
        person = self._anyone(who)
        status = self.real.choose(client, CHOICE_CLIENTS[client], person.number, answer)
        assert (status == 404) if person.erased else (status < 300), (status, person)
        if not person.erased:
            person.say(answer, client)

    @rule(who=st.integers(0, 99), answer=ANSWERS)
    def choose_in_the_portal(self, who: int, answer: str) -> None:
        """Somebody signs in with a mailed code and decides for themselves."""
        person = self._anyone(who)
        portal = self.real.sign_in(person.row["email"])
        if person.erased:
            assert portal is None, "an erased person can still sign in"
            return
        assert portal is not None, f"no code for {person}"
        page = portal.post(
            "/you/choices/personal-offers/", {"answer": answer}, page="/you/choices/"
        )
        assert "govuk-error" not in page
        person.say(answer, "self")

    @rule(who=st.integers(0, 99))
    def erase(self, who: int) -> None:
        """Somebody asks to be erased."""
        person = self._anyone(who)
        if not person.erased and len(self.world.held()) > 2:
            self.real.run("people", "erase", self.real.person_number(person.number), "--yes")
            person.erased = True

    @rule(who=st.integers(0, 99))
    def import_a_new_address(self, who: int) -> None:
        """The next file has another e-mail address for somebody."""
        person = self._anyone(who)
        if person.erased:
            return
        row = {**person.row, "email": f"new{self.world.next_number()}.{person.row['email']}"}
        report = self.real.import_rows([row])
        assert (report["already_held"], report["changed"]) == (1, 1), report
        person.former.append(person.row["email"])
        person.row = row

    # What goes wrong

    @rule(chosen=st.sets(st.integers(0, 9), min_size=1, max_size=4))
    def export_to_a_laptop(self, chosen: set[int]) -> None:
        """Some people's data leaves in a file on a laptop."""
        exported = {person.number for person in map(self._anyone, sorted(chosen))}
        held = {number for number in exported if not self.world.people[number].erased}
        if not held:
            return
        tag = f"LT-{len(self.world.devices):04}"
        self.real.add_device(tag)
        numbers = self.folder / f"{tag}.txt"
        numbers.write_text("".join(f"{number}\n" for number in sorted(exported)))
        words = ["export", "make", self.folder / f"{tag}.age", "--purpose", "deliver-orders"]
        words += ["--fields", "first_name,last_name,email", "--people", numbers, "--device", tag]
        report = self.real.json(
            *words, "--client", "order system", "--channel", "api", "--unprotected", codes=(0, 1)
        )
        assert report["people"] == len(held), report
        self.world.devices[tag] = held

    @precondition(lambda self: self.world.devices)
    @rule(which=st.integers(0, 9))
    def lose_a_laptop(self, which: int) -> None:
        """A laptop is lost; everyone in an export on it was exposed."""
        tag = sorted(self.world.devices)[which % len(self.world.devices)]
        exposed = self.world.devices.pop(tag)
        self.world.devices[f"{tag} lost"] = set()
        incident = self.real.json("incident", "report-device", tag, "--as", "lead@example.net")
        self._exposed(incident, exposed)

    @rule(chosen=st.sets(st.integers(0, 9), max_size=4), strangers=st.integers(0, 2))
    def leak(self, chosen: set[int], strangers: int) -> None:
        """A file of addresses turns up, while the worker runs."""
        named = [self._anyone(who) for who in sorted(chosen)]
        ours = {person.number for person in named if not person.erased}
        lines = [person.row["email"] for person in named]
        lines += [f"stranger{number}@nowhere.example" for number in range(strangers)]
        if not ours:
            return
        file = self.folder / f"leak-{len(self.world.incidents)}.csv"
        file.write_text("email\n" + "".join(f"{line}\n" for line in lines))
        words = ["incident", "open-leak", file, "--yes", "--as", "lead@example.net"]
        self._exposed(self.real.json(*words), ours)

    def _exposed(self, incident: Any, exposed: set[str]) -> None:
        assert incident["people"] == len(exposed), (incident, exposed)
        self.world.incidents[incident["incident"]] = exposed

    @precondition(lambda self: set(self.world.incidents) - self.world.notified)
    @rule()
    def notify(self) -> None:
        """Notices are prepared by one, approved by another, and sent by the worker."""
        reference = min(set(self.world.incidents) - self.world.notified)
        if not any(not self.world.people[number].erased for number in self._in(reference)):
            return
        notices = ("incident", "notices")
        measures = [
            word
            for language in ALL_LETTERS
            for word in ("--measures", f"{language}We closed the way in of {reference}.")
        ]
        self.real.run(*notices, "prepare", reference, *measures, "--as", "lead@example.net")
        self.real.run(*notices, "approve", reference, "--as", "second@example.net")
        self.world.notify(reference)
        until("the notices are sent", lambda: self._are_sent(reference))

    def _in(self, reference: str) -> set[str]:
        return self.world.incidents[reference]

    def _are_sent(self, reference: str) -> bool:
        status = self.real.json("incident", "notices", "status", reference)
        return bool(status["queued"]) and status["waiting"] == 0

    @rule()
    def rotate_the_root_key(self) -> None:
        self.real.run("keys", "rotate", "--same-version")

    @rule()
    def rotate_everybodys_key(self) -> None:
        self.real.run("keys", "rotate-person", "--all")

    @rule()
    def rotate_the_index_key(self) -> None:
        self.real.run("keys", "rotate-index")

    @rule()
    def kill_the_server(self) -> None:
        """The machine stops, and starts again."""
        self.real.kill()
        self.real.start()

    @rule()
    def back_up_and_restore(self) -> None:
        """The database is lost, and comes back from the newest backup and the published log."""
        self.restore(self.real.json("backup", self.folder / "backups"))

    def restore(self, made: Any) -> None:
        """Lose the database, and get it back from this backup and the published log."""
        self.real.kill()
        words = ["restore", made["records"], "--replace", "--log", self.real.home / "log"]
        self.real.run(*words, codes=(0, 1))
        self.real.start()

    # What must be true at the end

    def teardown(self) -> None:
        try:
            if self.world.people:
                self.compare()
        finally:
            self.real.close()
            shutil.rmtree(self.folder)
            databases.drop()

    def compare(self) -> None:
        """Compare everything that the model knows."""
        for person in self.world.people.values():
            status, answer = self.real.use("order system", person.number, "deliver-orders")
            assert status == (404 if person.erased else 200), (answer, person)
            status, answer = self.real.use("offers", person.number, "personal-offers")
            assert (status == 200) is person.may_use("offers"), (status, answer, person)
        listed = {row["incident"]: row["people"] for row in self.real.json("incident", "list")}
        assert listed == {name: len(who) for name, who in self.world.incidents.items()}
        for person in self.world.held():
            letters = [
                letter
                for address in (*person.former, person.row["email"])
                for letter in self.real.letters(address)
            ]
            notices = [text for text in letters if "We closed the way in of INC-" in text]
            assert len(notices) == self.world.notices_due.get(person.number, 0), (person, notices)
        self.real.run("ledger", "verify")
        checks = self.real.json("doctor", codes=(0, 1))
        assert not [check for check in checks if check["verdict"] == "act"], checks

    def _anyone(self, who: int) -> Person:
        numbers = sorted(self.world.people)
        return self.world.people[numbers[who % len(numbers)]]


def test_random_lives(on_postgres: bool) -> None:
    """Some lives that are always the same; with ``SOAK``, others for so many hours."""
    global databases
    databases = Databases(os.environ["TEST_POSTGRES_URL"] if on_postgres else None)
    end = time.monotonic() + 3600 * float(os.environ.get("SOAK", "0"))
    _live(derandomize=True)
    while time.monotonic() < end:
        _live(derandomize=False)


def _live(*, derandomize: bool) -> None:
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Lives,
        settings=settings(
            max_examples=LIVES,
            stateful_step_count=STEPS,
            derandomize=derandomize,
            deadline=None,
            # Each step is seconds of real work: a failing life is printed as it was, not shrunk.
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
            database=None,
            print_blob=True,
        ),
    )
