"""Requests killed at fifty moments of their lives: each goes on or says why not, nothing is erased
that is not written down in the end, nothing written down that was not erased, nothing twice."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from aboveboard.basics import clock
from aboveboard.basics.actor import CUSTOMER, SYSTEM
from aboveboard.connectors import actions as systems
from aboveboard.connectors.contract import Record
from aboveboard.connectors.own import KEY as OWN
from aboveboard.keys.log_signing import sequence_now, signer
from aboveboard.outbox import jobs
from aboveboard.outbox.models import Message
from aboveboard.rights import limits
from aboveboard.rights.models import RequestEventRow, RequestStep, RightsRequest
from aboveboard.rights.requests import actions, queries
from aboveboard.rights.requests.state import RequestStage
from aboveboard.rights.requests.terms import (
    NewRequest,
    ProofEvidence,
    RequestChannel,
    RequestKind,
    StepVerb,
)
from aboveboard.rights.running import collected, due
from aboveboard.vault.models import Person
from tests import world
from tests.crash import whole
from tests.crash.killing import KILLS, kill_until

pytestmark = [pytest.mark.crash, pytest.mark.django_db(transaction=True)]
PEOPLE = 120
OPEN = 5
"""Requests that are open at once."""
ORDERS = 3

SHOP = """\
system: shop
name: The web shop
kind: sql
why: What you ordered.
source: From you, when you order.
owner: Shop
data_uses: [essential.service]
data_subjects: [customer]
sql: {{dialect: sqlite, database: {place}}}
collections:
  customers:
    about: Your account
    fields:
      email: {{identifier: email, category: user.contact.email}}
  orders:
    about: What you ordered
    belongs_to: customers
"""


class Shop:
    """A shop's database, with an account and orders of each person."""

    def __init__(self, place: Path, emails: dict[int, str]) -> None:
        self._place, self.emails = place, emails
        with sqlite3.connect(place) as database:
            database.executescript(
                "CREATE TABLE customers (id integer PRIMARY KEY, email text);"
                "CREATE TABLE orders (id integer PRIMARY KEY, customer_id integer "
                "REFERENCES customers, what text);"
            )
            for number, email in enumerate(emails.values(), 1):
                database.execute("INSERT INTO customers VALUES (?, ?)", (number, email))
                database.executemany(
                    "INSERT INTO orders (customer_id, what) VALUES (?, 'A thing')",
                    [(number,)] * ORDERS,
                )
        database.close()
        systems.declare(SHOP.format(place=place), name="shop.yaml", by=SYSTEM, at=clock.now())

    def rows(self) -> Counter[str]:
        """Return how many rows there are of each person, by address."""
        database = sqlite3.connect(self._place)
        accounts = database.execute(
            "SELECT email, 1 + (SELECT count(*) FROM orders WHERE customer_id = customers.id) "
            "FROM customers"
        ).fetchall()
        (orphans,) = database.execute(
            "SELECT count(*) FROM orders WHERE customer_id NOT IN (SELECT id FROM customers)"
        ).fetchone()
        database.close()
        assert orphans == 0, "an account went without its orders"
        return Counter(dict(accounts))


class Asking:
    """People who ask one after another, every second to be erased."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._people: Iterator[int] = iter(shop.emails)
        self.asked: dict[int, int] = {}

    def keep_some_open(self) -> None:
        """Let so many be open that a process is killed before it has done them."""
        done = (RequestStage.REVIEWING.value, RequestStage.ANSWERED.value)
        access = RequestKind.ACCESS.value
        waiting = RightsRequest.objects.exclude(kind=access, stage__in=done).exclude(
            stage=RequestStage.ANSWERED.value
        )
        for _ in range(OPEN - waiting.count()):
            person = next(self._people)
            kind = RequestKind.ERASURE if len(self.asked) % 2 else RequestKind.ACCESS
            new = NewRequest(
                kind=kind,
                channel=RequestChannel.PORTAL,
                received_at=clock.now(),
                person_id=person,
            )
            signed_in = ProofEvidence.SIGNED_IN
            number = actions.ask(new, evidence=signed_in, by=CUSTOMER, at=clock.now())
            self.asked[number] = person


def work() -> None:
    """Do what a worker and a reviewer do, with what a dead one left at once."""
    for _ in range(4):
        jobs.run_jobs_once(worker="test")
        for record in queries.open_requests(stage="reviewing", at=clock.now()):
            if record.kind is RequestKind.ERASURE:
                actions.review(record.id, by=world.ADVISER, at=clock.now())


def test_requests_killed_fifty_times_go_on_and_tell_the_truth(tmp_path: Path) -> None:
    people = {person: row["email"] for person, row in world.load(PEOPLE)}
    shop = Shop(tmp_path / "shop.sqlite3", people)
    asking = Asking(shop)
    asking.keep_some_open()
    work()  # what a process reads once is read before the fork

    def each_tells_the_truth() -> None:
        held, rows = frozenset(Person.objects.values_list("id", flat=True)), shop.rows()
        assert set(rows.values()) == {1 + ORDERS}, "somebody is half erased in the shop"
        at = clock.now()
        for number, person in asking.asked.items():
            state, email = queries.request(number, at=at).state, people[person]
            erased = {system for system, verb in state.steps if verb is StepVerb.ERASE}
            assert (OWN in erased) == (person not in held), "erased here, and written down, at once"
            if "shop" in erased:
                assert email not in rows, "reported, and not done"
            if email not in rows:
                assert ("shop", StepVerb.ERASE) in {*state.steps, *state.open_steps}
            if state.kind is RequestKind.ACCESS and state.stage is RequestStage.REVIEWING:
                assert _given(number, "shop") == {"customers": 1, "orders": ORDERS}, "once each"
        assert queries.stuck(at=at) == []
        advanced = whole.entries("request.advanced") + whole.entries("request.received")
        assert advanced == RequestEventRow.objects.count(), "each event has its entry"
        asking.keep_some_open()
        # A worker that died holds its job for a while: here that time has passed.
        Message.objects.filter(done_at=None).update(lease_until=None, due_at=at)

    kill_until(KILLS, work, between=each_tells_the_truth, most=0.3)
    work()
    each_tells_the_truth()
    # A job under which workers died again and again is given up; its request gets another.
    due.do_what_is_due(at=clock.now() + limits.RUN_AGAIN)
    work()
    ends = Counter(
        (row.kind, row.stage) for row in RightsRequest.objects.filter(pk__in=asking.asked)
    )
    errors = list(
        RequestStep.objects.exclude(error="").values_list("request_id", "system", "verb", "error")
    )
    assert set(ends) == {("access", "reviewing"), ("erasure", "answered")}, errors
    assert min(ends.values()) > 1, "more than the first were worked on"
    sequence_now()
    whole.ledger(signer().verifier)


def _given(number: int, system: str) -> dict[str, int]:
    (gave,) = (each for each in collected.collected(number) if each.system == system)
    return dict(Counter(each.collection for each in gave.contents if isinstance(each, Record)))
