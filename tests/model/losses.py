"""What goes wrong: exports on devices, losses, leaks; and who is told."""

from __future__ import annotations

import re
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.model.browser import Browser, until
from tests.model.life import Life
from tests.model.prepared import mailbox

TRIES = 9
"""How often a notice is tried at most while the mail server is away: every ten seconds."""
CHOSEN = st.sets(st.integers(0, 9), min_size=1, max_size=4)


class Losses(Life):
    """Steps of an incident lead, and of whoever reports a loss."""

    @rule(chosen=CHOSEN)
    def export_to_a_laptop(self, chosen: set[int]) -> None:
        """Some people's data leaves in a file on a laptop that is not encrypted."""
        people = {person.number: person for person in map(self.anyone, sorted(chosen))}
        now = {person.now.number: person.now for person in people.values()}
        held = {n for n, one in now.items() if not (one.erased or one.restriction)}
        if not held:
            return
        tag = f"LT-{len(self.world.devices):04}"
        device = {"tag": tag, "name": "Laptop", "kind": "laptop", "encrypted": "no", "holder": ""}
        page = self.real.staff["keeper"].post("/console/devices/add/", device)
        assert f"{tag} added" in page, page
        numbers = self.folder / f"{tag}.txt"
        numbers.write_text("".join(f"{number}\n" for number in people))
        words = ["export", "make", self.folder / f"{tag}.age", "--purpose", "deliver-orders"]
        words += ["--fields", "first_name,last_name,email", "--people", numbers, "--device", tag]
        report = self.real.json(
            *words, "--client", "order system", "--channel", "api", "--unprotected", codes=(0, 1)
        )
        assert report["people"] == len(held), report
        for number, person in now.items():
            if not person.erased:
                person.uses["seen" if number in held else "refused"] += 1
        self.world.devices[tag] = held

    @precondition(lambda self: any(self.world.devices.values()))
    @rule(which=st.integers(0, 9), console=st.booleans())
    def lose_a_laptop(self, which: int, console: bool = False) -> None:
        """A laptop is lost; everyone in an export on it was exposed."""
        tags = sorted(tag for tag, people in self.world.devices.items() if people)
        tag = tags[which % len(tags)]
        exposed, self.world.devices[tag] = self.world.devices[tag], set()
        if not console:
            words = ["incident", "report-device", tag, "--as", mailbox("lead")]
            self.exposed(self.real.json(*words), exposed)
            return
        browser = self.real.staff["colleague"]
        steps = {"": {"what": "label"}, "device/": {"label": tag}, "when/": {"when": ""}}
        for step, form in {**steps, "what-happened/": {"note": "On the train."}}.items():
            browser.post(f"/console/report-a-loss/{step}", form)
        known = set(self.world.incidents)
        until("the loss is counted", lambda: self._opened(known) is not None)
        self.exposed(self._opened(known), exposed)

    def _opened(self, known: set[str]) -> Any:
        """Return the incident that is new, once it is counted."""
        rows = self.real.json("incident", "list")
        new = [row for row in rows if row["incident"] not in known and row["people"] is not None]
        return new[0] if new else None

    @rule(chosen=st.sets(st.integers(0, 9), max_size=4), strangers=st.integers(0, 2))
    def leak(self, chosen: set[int], strangers: int) -> None:
        """A file of addresses turns up, while the worker runs."""
        named = [self.anyone(who) for who in sorted(chosen)]
        ours = {person.now.number for person in named if not person.now.erased}
        if not ours:
            return
        lines = [person.row["email"] for person in named]
        lines += [f"stranger{number}@nowhere.example" for number in range(strangers)]
        file = self.folder / f"leak-{len(self.world.incidents)}.csv"
        file.write_text("email\n" + "".join(f"{line}\n" for line in lines))
        words = ["incident", "open-leak", file, "--yes", "--as", mailbox("lead")]
        self.exposed(self.real.json(*words), ours)

    def exposed(self, incident: Any, exposed: set[str]) -> None:
        """Compare a count, and take it into the model."""
        one = {self.world.people[number].now.number for number in exposed}
        held = {number for number in one if not self.world.people[number].erased}
        assert incident["people"] in (len(exposed), len(one), len(held)), (incident, exposed)
        self.world.incidents[incident["incident"]] = exposed

    # Who is told

    def _waiting(self) -> str:
        """Return the incident whose notices come next, "" where nobody in it is left."""
        reference = min(set(self.world.incidents) - self.world.notified)
        people = [self.world.people[number].now for number in self.world.incidents[reference]]
        return reference if any(not person.erased for person in people) else ""

    @precondition(lambda self: set(self.world.incidents) - self.world.notified)
    @rule()
    def notify(self) -> None:
        """Notices are prepared by one and approved by another on the command line."""
        if not (reference := self._waiting()):
            return
        notices, measures = ("incident", "notices"), []
        for language in ("", "fr:", "de:"):
            measures += ["--measures", f"{language}We closed the way in of {reference}."]
        self.real.run(*notices, "prepare", reference, *measures, "--as", mailbox("lead"))
        self.real.run(*notices, "approve", reference, "--as", mailbox("second"))
        self.world.notify(reference)
        until("the notices are sent", lambda: self._are_sent(reference), every=0.5)

    @precondition(lambda self: set(self.world.incidents) - self.world.notified)
    @rule()
    def notify_while_the_mail_server_is_away(self) -> None:
        """Notices are prepared and approved in the console; whoever prepared them cannot approve
        them; the mail server takes nothing for a while."""
        if not (reference := self._waiting()):
            return
        lead, second = self.real.staff["lead"], self.real.staff["second"]
        number = int(reference.removeprefix("INC-"))
        words = f"We closed the way in of {reference}."
        lead.post(f"/console/incidents/{number}/notices/", dict.fromkeys(("en", "fr", "de"), words))
        batch = lead.at
        assert re.fullmatch(rf"/console/incidents/{number}/notices/\d+/", batch), lead.page
        lead.post(f"{batch}approve/", {"read": "on"}, statuses=(422,))
        self.real.mail_down()
        _approve(second, batch)
        self.world.notify(reference, tries=TRIES)
        until("sending began", lambda: self.real.json(*_status(reference))["queued"])
        self.real.mail_up()
        until("the notices are sent", lambda: self._are_sent(reference), every=0.5)

    def _are_sent(self, reference: str) -> bool:
        status = self.real.json(*_status(reference))
        return bool(status["queued"]) and status["waiting"] == 0


def _status(reference: str) -> tuple[str, ...]:
    return ("incident", "notices", "status", reference)


def _approve(second: Browser, batch: str) -> None:
    second.post(f"{batch}approve/", {"read": "on"}, page=batch)
