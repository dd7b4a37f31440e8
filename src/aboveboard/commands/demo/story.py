"""The story, step by step: promise, protect, choose, use, lose, tell. The demo plays it; the
acceptance test asks of each step.

Every step goes through the same actions as the pages do. Moments lie in the last weeks, so that
pages have a past to show.
"""

from __future__ import annotations

import hashlib
import io
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from aboveboard.access.actions import use
from aboveboard.access.use import Subject, UseRequest
from aboveboard.basics import settings
from aboveboard.basics.actor import CUSTOMER, SYSTEM, Role
from aboveboard.choices.actions import choose
from aboveboard.choices.addresses import collected_at
from aboveboard.choices.confirming import confirm_address
from aboveboard.choices.state import ChoiceAnswer
from aboveboard.commands.demo.cast import DemoCast, create_cast
from aboveboard.commands.demo.shop import promise_of_shop
from aboveboard.custody import actions as custody
from aboveboard.custody import exporting, sharing
from aboveboard.custody.queries import DeviceRow
from aboveboard.custody.terms import DeviceKind, EncryptionState
from aboveboard.delivery import actions as delivery
from aboveboard.incidents import actions as incidents
from aboveboard.incidents.exposure import counting
from aboveboard.incidents.leaks.opening import open_from_leak, sample
from aboveboard.incidents.notices import actions as notices
from aboveboard.incidents.notices.queries import BatchView
from aboveboard.incidents.views import IncidentView
from aboveboard.intake import load as loading
from aboveboard.intake import mapping as mappings
from aboveboard.intake.queries import ImportReport
from aboveboard.outbox import jobs
from aboveboard.promise.actions import adopt_promise
from aboveboard.promise.queries import in_force
from aboveboard.third_parties.actions import let_in
from aboveboard.vault import queries as vault

PACKAGE = Path(__file__).parents[2]
PROMISE = PACKAGE / "promise" / "samples" / "retailer.yaml"
MAPPING = PACKAGE / "intake" / "samples" / "adventureworks.yaml"
AGREEMENTS = Path(__file__).with_name("agreements.csv")

ON_THE_LAPTOP = ("customer_number", "first_name", "last_name", "email", "phone")
OURS_IN_THE_LEAK = 0.3
STRANGERS = 240

Progress = Callable[[int], None]


@dataclass(slots=True)
class DemoStory:
    """The story as far as it was played. ``now`` is the moment it is played;
    everything lies before it."""

    now: datetime
    rows: Sequence[Mapping[str, str]]
    cast: DemoCast = field(init=False)
    laptop: DeviceRow = field(init=False)
    lost: IncidentView = field(init=False)
    leaked: IncidentView = field(init=False)

    def moment_before(self, **time: float) -> datetime:
        """Return a moment that long before the story is played."""
        return self.now - timedelta(**time)

    def person(self, index: int) -> int:
        """Return the id of the customer in that row of the file."""
        return vault.find("customer_number", self.rows[index]["customer_id"])[0]

    def promise(self) -> None:
        """Put the sample promise in force, publish with whom data is shared, and let the staff
        in."""
        adopt_promise(
            promise_of_shop(PROMISE.read_text("utf-8")),
            name=PROMISE.name,
            by=SYSTEM,
            at=self.moment_before(days=60),
        )
        sharing.take_in(AGREEMENTS.read_bytes(), by=SYSTEM, at=self.moment_before(days=60))
        self.cast = create_cast(at=self.moment_before(days=59))

    def protect(self, file: Path, progress: Progress) -> ImportReport:
        """Bring the customers in, sealed."""
        adopted = in_force()
        kinds = {key: known.kind_and_format for key, known in adopted.promise.fields.items()}
        mapping = mappings.load(MAPPING.read_text("utf-8"), name=MAPPING.name)
        source = loading.ImportSource(file, mapping, kinds, adopted.serial)
        return loading.load(
            source,
            by=SYSTEM,
            at=self.moment_before(days=45),
            progress=lambda run: progress(run.rows),
        )

    def choose(self, progress: Progress) -> None:
        """Let every third of the first customers say yes to offers, most in the
        portal, some by phone."""
        adviser = self.cast.actor(Role.ADVISER)
        for count, index in enumerate(range(0, min(120, len(self.rows)), 3)):
            by_phone = index % 5 == 0
            choose(
                self.person(index),
                "personal-offers",
                ChoiceAnswer.YES,
                channel="phone" if by_phone else "portal",
                evidence=f"call:{index}" if by_phone else "portal:1",
                by=adviser if by_phone else CUSTOMER,
                at=self.moment_before(days=30, minutes=index),
            )
            progress(count + 1)
        # Of three who want the newsletter one confirmed the address; the customer whom the links
        # sign in has the letter still to come.
        for index in (0, 3, 6):
            self._ask_for_newsletter(self.person(index), confirmed=index == 3)
        self._let_in()

    def _let_in(self) -> None:
        """Let the customer whom the links sign in open their data to a charity for a month; it
        reads once, and once more than they let it."""
        let_in(
            self.person(0),
            "consumer-advice",
            "get-advice",
            self.moment_before(days=-20).date(),
            channel="portal",
            evidence="portal:1",
            by=CUSTOMER,
            at=self.moment_before(days=10),
        )
        charity = self.cast.charity
        for fields in (("first_name", "last_name", "postal_code"), ("email",)):
            asked = UseRequest(
                charity.actor,
                "get-advice",
                fields,
                "api",
                Subject(self.person(0)),
                scope=charity.scope,
            )
            use(asked, at=self.moment_before(days=9))

    def _ask_for_newsletter(self, person: int, *, confirmed: bool) -> None:
        at = self.moment_before(days=29)
        choose(
            person,
            "newsletter",
            ChoiceAnswer.YES,
            channel="portal",
            evidence="portal:1",
            by=CUSTOMER,
            at=at,
        )
        collected = collected_at(person, "email")
        if confirmed and collected is not None:
            confirm_address(
                person,
                "email",
                collected,
                channel="portal",
                evidence="letter:1",
                by=CUSTOMER,
                at=at,
            )

    def use(self, progress: Progress) -> None:
        """Let advisers and tills look people up, and be refused where the promise says no."""
        adviser, shop = self.cast.actor(Role.ADVISER), self.cast.shop
        asks = (
            UseRequest(adviser, "answer-contact", ("first_name", "last_name", "email"), "phone"),
            UseRequest(
                shop,
                "deliver-orders",
                ("first_name", "last_name", "address_line1", "city", "postal_code"),
                "shop",
            ),
            UseRequest(adviser, "personal-offers", ("first_name", "phone"), "phone"),
            UseRequest(shop, "answer-contact", ("email",), "shop"),
        )
        chance = random.Random(7)  # noqa: S311 - which made-up customer is looked at
        for count in range(120):
            # The customer whom the links sign in has something to see under "Who has looked".
            index = 0 if count % 40 == 0 else chance.randrange(min(200, len(self.rows)))
            asked = asks[count % len(asks)].for_subject(Subject(self.person(index)))
            use(asked, at=self.moment_before(days=20 - count / 6.5))
            progress(count + 1)

    def export(self, people: int, folder: Path, progress: Progress) -> DeviceRow:
        """Put an export of the first ``people`` on a laptop that is not encrypted; its
        manifest comes first."""
        adviser = self.cast.actor(Role.ADVISER)
        self.laptop = custody.register_device(
            kind=DeviceKind.LAPTOP,
            name="Field laptop",
            tag="LT-0042",
            encrypted=EncryptionState.NO,
            holder_id=self.cast.adviser.id,
            by=self.cast.actor(Role.ADMINISTRATOR),
            at=self.moment_before(days=40),
        )
        ids = []
        for index in range(people):
            ids.append(self.person(index))
            progress(index + 1)
        exporting.make_export(
            ids,
            ON_THE_LAPTOP,
            purpose="deliver-orders",
            out=folder / "autumn-deliveries.csv",
            device_id=self.laptop.id,
            unprotected=True,
            by=adviser,
            at=self.moment_before(days=4),
        )
        return self.laptop

    def lose(self) -> IncidentView:
        """Report the laptop missing, as its holder; who was on it is counted at once."""
        at = self.moment_before(hours=27, minutes=9)
        self.lost = incidents.report_loss(
            self.laptop.id,
            note="Left on the 17:42 train to Leeds, in its bag.",
            occurred_at=at - timedelta(hours=2),
            reported_in_seconds=52,
            by=self.cast.actor(Role.ADVISER),
            at=at,
        )
        counting.count(self.lost.number, by=SYSTEM, at=at + timedelta(minutes=1))
        self.work()
        return self.lost

    def leak(self) -> IncidentView:
        """Find a file of leaked rows on the internet, partly ours, partly
        strangers; count who is in it."""
        stream = io.BytesIO(
            leaked_file(self.rows[: max(1, int(len(self.rows) * OURS_IN_THE_LEAK))])
        )
        seen = sample(stream)
        stream.seek(0)
        self.leaked = open_from_leak(
            stream,
            seen.form,
            [guess.role for guess in seen.columns],
            file_name="forum-dump.csv",
            title="Customer file found on a public forum",
            reported_in_seconds=48,
            by=self.cast.actor(Role.INCIDENT_LEAD),
            at=self.moment_before(hours=3, minutes=20),
        )
        counting.count(self.leaked.number, by=SYSTEM, at=self.moment_before(hours=3, minutes=18))
        self.work()
        return self.leaked

    def write_notices(self, incident: IncidentView, measures: Mapping[str, str]) -> BatchView:
        """Prepare the notices; a second person must read and approve them."""
        return notices.prepare(
            incident.number,
            measures=measures,
            by=self.cast.actor(Role.INCIDENT_LEAD),
            at=self.moment_before(hours=2),
        )

    def approve(self, batch: BatchView) -> int:
        """Approve as the second person; return how many stand in the queue."""
        notices.approve(
            batch.id, by=self.cast.actor(Role.PRIVACY_LEAD), at=self.moment_before(hours=1)
        )
        return notices.queue_everyone(batch.id, at=self.now)

    def send(self, progress: Progress) -> int:
        """Send what is queued, and return how many left."""
        sent = 0
        while True:
            turn = delivery.drain(worker="story", at=self.now, limit=500)
            sent += turn.sent
            progress(sent)
            if turn.halted or not (turn.sent or turn.failed or turn.skipped):
                return sent

    def work(self) -> None:
        """Do the jobs that wait, as the worker would."""
        while jobs.run_jobs_once(worker="story"):
            continue


def leaked_file(rows: Sequence[Mapping[str, str]]) -> bytes:
    """Return a file as it is found: rows of ours among those of strangers, and lines
    that nobody can read."""
    chance = random.Random(11)  # noqa: S311 - the order of made-up lines
    # In capitals: a leak seldom spells an address as we do, and must be matched all the same.
    lines = [f"{row['email'].upper()};{row['phone']};{_hash(row['email'])}" for row in rows]
    lines += [
        f"stranger{number}@example.net;0{number:09d};{_hash(str(number))}"
        for number in range(STRANGERS)
    ]
    lines += ["## dumped by", "broken;line"]
    chance.shuffle(lines)
    return "\n".join(["email;phone;password_hash", *lines, ""]).encode()


def _hash(text: str) -> str:
    # Unsalted, as leaked files often have it: the assessment must not take it for protection.
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


MEASURES = {
    "en": "We locked the laptop's account and told the police.",
    "fr": "Nous avons bloqué le compte de cet ordinateur et prévenu la police.",
    "de": "Wir haben das Konto des Laptops gesperrt und die Polizei informiert.",
}
LEAK_MEASURES = {
    "en": "We closed the way in and made everyone choose a new password.",
    "fr": "Nous avons fermé la faille et demandé à chacun un nouveau mot de passe.",
    "de": "Wir haben die Lücke geschlossen und verlangen von allen ein neues Passwort.",
}


def exports_folder() -> Path:
    """Return where the made-up laptop's file is written."""
    folder = settings.current().path("laptop")
    folder.mkdir(exist_ok=True)
    return folder
