"""What happens every day: customers come, look and choose; staff and programs look them up."""

from __future__ import annotations

import re

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from tests.model.browser import code_in
from tests.model.life import ANSWERS, WHO, Life
from tests.model.world import OFFERS, SELF, SHOPS, Person

CHOICE_CLIENTS = {"desk": "shop", "offers": "api"}
KINDS = {"customer_number": "customer_id", "email": "email", "phone": "phone"}
A_DAY = 3
"""How often somebody may break the glass in a day."""


class Everyday(Life):
    """Steps of customers, advisers and programs."""

    @initialize(count=st.integers(3, 6))
    def first_customers(self, count: int) -> None:
        self.remember()
        self.import_customers(count, 0)

    @rule(new=st.integers(0, 3), again=st.integers(0, 4))
    def import_customers(self, new: int, again: int) -> None:
        """A file of new customers, and of some who were in an earlier one: held, or erased."""
        fresh = self.pool[len(self.world.people) :][:new]
        alone = [
            one
            for _, one in sorted(self.world.people.items())
            if one.remembered and one.into is None and not one.merged
        ]
        repeated = alone[:again]
        if not fresh and not repeated:
            return
        report = self.real.import_rows([*fresh, *(person.row for person in repeated)])
        erased = sum(person.erased for person in repeated)
        counts = (report["loaded"], report["already_held"], report["left_out"], report["changed"])
        assert counts == (len(fresh), len(repeated) - erased, erased, 0), report
        for row in fresh:
            self.world.people[row["customer_id"]] = Person(row)

    @rule(who=WHO)
    def import_a_new_address(self, who: int) -> None:
        """The next file has another e-mail address for somebody: taken over, unless it was
        corrected by hand."""
        person = self.anyone(who)
        if person.now.erased or person.into or person.merged:
            return
        row = {**person.row, "email": f"new{self.world.next_number()}.{person.row['email']}"}
        report = self.real.import_rows([row])
        by_hand = "email" in person.by_hand
        counts = (report["already_held"], report["changed"], report["asked"])
        assert counts == (1, not by_hand, by_hand), report
        if not by_hand:
            self.replaced(person, "email", row["email"])

    def replaced(self, person: Person, field: str, value: str) -> None:
        """Take a new value into the model."""
        if field == "email":
            person.former.append(person.row["email"])
        person.row = {**person.row, field: value}

    # Programs

    @rule(who=WHO, kind=st.sampled_from(sorted(KINDS)))
    def ask_for_a_delivery(self, who: int, kind: str = "customer_number") -> None:
        """The order system asks for what a delivery needs. (The simplest life repeats the rule
        that is first by name, so that one should cost little.)"""
        person = self.anyone(who)
        value, now = person.row[KINDS[kind]], person.now
        status, answer = self.real.use("order system", value, "deliver-orders", kind=kind)
        if now.erased or now.restriction:
            assert status == 404, answer
            now.uses["refused"] += not now.erased
        else:
            expected = {name: now.row[name] for name in ("last_name", "city")}
            assert (status, answer.get("values")) == (200, expected), answer
            now.uses["seen"] += 1

    @rule(who=WHO)
    def ask_by_a_former_address(self, who: int) -> None:
        """The order system asks by an address that was replaced, or by nobody's."""
        person = self.anyone(who)
        for box in [*person.former[-1:], "nobody@nowhere.example"]:
            status, answer = self.real.use("order system", box, "deliver-orders", kind="email")
            assert status == 404, (answer, person)

    @rule(who=WHO)
    def use_for_offers(self, who: int) -> None:
        """The program that chooses offers asks for somebody."""
        now = self.anyone(who).now
        status, answer = self.real.use("offers", self.anyone(who).number, OFFERS)
        assert (status == 200) is now.may_use("offers"), (status, answer, now)
        if not now.erased:
            now.uses["seen" if status == 200 else "refused"] += 1

    @rule(who=WHO)
    def use_for_planning(self, who: int) -> None:
        """The team that plans shops asks where somebody lives."""
        now = self.anyone(who).now
        status, answer = self.real.use("planning", self.anyone(who).number, SHOPS)
        assert (status == 200) is now.may_plan(), (status, answer, now)
        if not now.erased:
            now.uses["seen" if status == 200 else "refused"] += 1

    @rule(
        who=WHO,
        client=st.sampled_from(sorted(CHOICE_CLIENTS)),
        answer=ANSWERS,
        purpose=st.sampled_from([OFFERS, SHOPS]),
    )
    def choose_by_a_client(self, who: int, client: str, answer: str, purpose: str = OFFERS) -> None:
        """A client writes down what somebody said; the program of offers about offers alone."""
        person = self.anyone(who)
        purpose = OFFERS if client == "offers" else purpose
        channel = CHOICE_CLIENTS[client]
        status = self.real.choose(client, channel, person.number, answer, purpose)
        assert (status == 404) if person.now.erased else (status < 300), (status, person)
        if not person.now.erased:
            self.world.say(person.now, purpose, answer, client, staff=False)

    # The person

    @rule(who=WHO, answer=ANSWERS, purpose=st.sampled_from([OFFERS, SHOPS]))
    def choose_in_the_portal(self, who: int, answer: str, purpose: str = OFFERS) -> None:
        """Somebody signs in with a mailed code and decides for themselves: offers, or objects."""
        person = self.anyone(who)
        if person.now.erased:
            box = person.row["email"]
            assert self.real.sign_in(box, expected=False) is None, "an erased person signs in"
            return
        page = self.portal(person).post(f"/you/choices/{purpose}/", {"answer": answer})
        assert "govuk-error" not in page
        self.world.say(person.now, purpose, answer, SELF, staff=False)

    @rule(who=WHO)
    def read_the_list_of_uses(self, who: int) -> None:
        """Somebody reads who has looked at their data."""
        person = self.anyone(who).now
        if not person.erased:
            self.sees_every_use(person)

    @rule(who=WHO, field=st.sampled_from(["city", "last_name", "email"]))
    def correct_in_the_portal(self, who: int, field: str) -> None:
        """Somebody corrects a detail; a new e-mail address is proved by a code."""
        person = self.anyone(who).now
        if person.erased or (field == "email" and self.world.proved > 2):
            return
        value = self._another(person, field)
        browser, path = self.portal(person, fresh=field == "email"), f"/you/details/{field}/"
        browser.post(path, {"value": value})
        if field == "email":
            letter = self.real.next_letter(value, 0)
            browser.post(f"{path}code/", {"code": code_in(letter)})
            self.browsers[value] = browser
            self.world.proved += 1
        assert browser.at == "/you/", browser.page
        self._corrected(person, field, value)

    def _another(self, person: Person, field: str) -> str:
        mark = self.world.next_number()
        value = person.row[field]
        return f"proved{mark}.{value}" if field == "email" else f"{value} {'ABCDEFGH'[mark % 8]}"

    def _corrected(self, person: Person, field: str, value: str) -> None:
        self.replaced(person, field, value)
        person.by_hand.add(field)

    # Staff

    @rule(
        who=WHO,
        kind=st.sampled_from(sorted(KINDS)),
        staff=st.sampled_from(["adviser", "colleague"]),
    )
    def look_up_in_the_console(self, who: int, kind: str, staff: str) -> None:
        """An adviser looks somebody up who phones, by any identifier."""
        person = self.anyone(who)
        now, value = person.now, person.row[KINDS[kind]]
        fields = ["customer_number", "last_name", "email"]
        page = self.real.look_up(staff, value, "answer-contact", fields)
        if now.erased:
            assert page.status == 422, page.page
        elif now.restriction:
            assert page.status == 403, page.page
            now.uses["refused"] += 1
        else:
            assert page.status == 200, page.page
            assert page.shows(now.row["last_name"]), page.page
            assert page.shows(now.row["email"]), page.page
            now.uses["seen"] += 1

    def note_about(self, person: Person, staff: str) -> str:
        """Look somebody up as an adviser; return the note by which the next pages know them, or
        "" where the page shows nobody."""
        kind = "customer_number"
        self.look_up_in_the_console(self.place_of(person), kind, staff)
        return self.real.staff[staff].hidden("note")

    def place_of(self, person: Person) -> int:
        """Return the number by which ``anyone`` finds somebody."""
        return sorted(self.world.people).index(person.number)

    @rule(
        who=WHO,
        staff=st.sampled_from(["adviser", "colleague"]),
        answer=ANSWERS,
        purpose=st.sampled_from([OFFERS, SHOPS]),
    )
    def choose_by_phone(self, who: int, staff: str, answer: str, purpose: str = OFFERS) -> None:
        """An adviser looks somebody up and writes down what they said."""
        person = self.anyone(who)
        if not (note := self.note_about(person, staff)):
            return
        waits = person.now.consent(purpose).would_wait(answer, staff, staff=True)
        form = {"note": note, "purpose": purpose, "answer": answer}
        form["evidence"] = f"call-{self.world.next_number()}"
        page = self.real.staff[staff].post("/console/people/choice/", form)
        assert ("does not count yet" in page) is waits, (page, person)
        self.world.say(person.now, purpose, answer, staff, staff=True)

    @rule(
        who=WHO,
        staff=st.sampled_from(["adviser", "colleague"]),
        field=st.sampled_from(["city", "last_name", "email"]),
    )
    def correct_by_phone(self, who: int, staff: str, field: str) -> None:
        """An adviser corrects a detail; the code for a new e-mail address is read out."""
        person = self.anyone(who).now
        if field == "email" and self.world.proved > 2:
            return
        if not (note := self.note_about(person, staff)):
            return
        value, browser = self._another(person, field), self.real.staff[staff]
        form = {"note": note, "field": field, "value": value}
        page = browser.post("/console/people/correct/", form)
        if field == "email":
            code = code_in(self.real.next_letter(value, 0))
            form = {"note": note, "field": field, "code": code}
            page = browser.post("/console/people/correct/", form)
            self.world.proved += 1
        assert "govuk-error" not in page
        self._corrected(person, field, value)

    @rule(who=WHO, staff=st.sampled_from(["adviser", "colleague"]))
    def break_the_glass(self, who: int, staff: str) -> None:
        """A life is in danger: an adviser sees what helps, whatever was chosen or restricted."""
        person = self.anyone(who)
        browser, now = self.real.staff[staff], person.now
        form = {
            "why": "life-in-danger",
            "who": person.row["phone"],
            "fields_wanted": ["first_name", "city"],
            "reference": "",
            "words": "They fell and do not answer.",
        }
        browser.post("/console/emergency/", form, statuses=(200, 403, 422))
        allowed = self.world.emergencies[staff] < A_DAY
        self.world.emergencies[staff] += 1
        if now.erased:
            assert browser.status != 200, browser.page
            return
        assert browser.status == (200 if allowed else 403), browser.page
        now.uses["seen" if allowed else "refused"] += 1
        if allowed:
            assert browser.shows(now.row["city"]), browser.page
            self.world.to_review.append(self.world.next_number())

    @precondition(lambda self: self.world.to_review)
    @rule()
    def review_an_emergency(self) -> None:
        """The privacy lead reviews every emergency use that waits for it."""
        browser = self.real.staff["privacy"]
        waiting = set(
            re.findall(r"/console/emergencies/(\d+)/", browser.get("/console/emergencies/"))
        )
        for number in waiting:
            path = f"/console/emergencies/{number}/"
            browser.post(path, {"verdict": "justified"}, statuses=(200, 422))
        self.world.to_review.clear()

    @rule(who=WHO)
    def erase(self, who: int) -> None:
        """Somebody asks to be erased: on the command line. A legal hold stands against it."""
        person = self.anyone(who).now
        if person.erased or len(self.world.held()) < 3:
            return
        words = ("people", "erase", self.number_of(person), "--yes")
        self.real.run(*words, codes=(4,) if person.hold else (0,))
        if not person.hold:
            for each in person.records():
                each.erased = True

    @rule(who=WHO)
    def erase_in_the_console(self, who: int) -> None:
        """Somebody asks to be erased: the privacy lead does it, in two steps."""
        person = self.anyone(who).now
        if person.erased or len(self.world.held()) < 3:
            return
        path = f"/console/retention/people/{self.number_of(person)}/erase/"
        browser, form = self.real.staff["privacy"], {"why": "asked"}
        browser.post(path, form, statuses=(409,) if person.hold else (200,))
        browser.post(path, {**form, "confirmed": "yes"}, statuses=(409,) if person.hold else (200,))
        if not person.hold:
            for each in person.records():
                each.erased = True
