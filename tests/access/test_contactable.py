"""Who may be contacted, asked of everybody at once: the answer about each person is that of the
decision about them alone, and every number can be listed."""

from __future__ import annotations

import csv
import io
import json
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from aboveboard.access.contactable import conditions
from aboveboard.access.contactable.asking import Reasons, decide_about_all
from aboveboard.access.decision.decide import decide
from aboveboard.access.decision.facts import DecisionFacts, DecisionMoment
from aboveboard.access.decision.gather import gather
from aboveboard.access.use import UseRequest
from aboveboard.basics import clock
from aboveboard.basics.actor import CUSTOMER, SYSTEM, Actor, ActorKind
from aboveboard.basics.person_codes import person_code
from aboveboard.choices.actions import StatedChoice, choose, meet_objection, record
from aboveboard.choices.addresses import collected_at
from aboveboard.choices.boundaries import Boundary, BoundaryKind
from aboveboard.choices.bounding import set_boundary
from aboveboard.choices.confirmation import address_topic, version_of
from aboveboard.choices.models import Choice
from aboveboard.choices.state import ChoiceAnswer
from aboveboard.commands.main import main
from aboveboard.engines.contactable import iter_decided
from aboveboard.ledger.models import Entry
from aboveboard.promise.loading import load as read
from aboveboard.promise.model import LawfulBasis, Period, Promise, Retention, RetentionStart
from aboveboard.promise.queries import in_force
from aboveboard.retention.actions import place_hold, restrict
from aboveboard.retention.reasons import HoldReason, RestrictionReason
from aboveboard.vault.models import Person
from tests.access.test_what_if import changed
from tests.promise import RETAILER
from tests.world import load

pytestmark = pytest.mark.one_database(
    "people are read as for a what-if, which is asked on both; the rest is the engine"
)
MAILER = Actor(ActorKind.SERVICE, "7", "offers-service", "Marketing")
OTHER = Actor(ActorKind.SERVICE, "8", "offers-service", "Marketing")


def crowd(count: int) -> list[int]:
    """Load people of all ages and minds: clocks near their ends, choices by many hands,
    restrictions, holds, and rows that somebody changed past the program."""
    people = [person for person, _ in load(count)]
    chance, now = random.Random(12), clock.now()
    for person in people:
        days = chance.choice([1, 89, 90, 92, 120, 123, 400, 729, 730, 731, 900])
        days = 900 if person == people[2] else days
        moment = now - timedelta(days=days, minutes=chance.choice([-30, 0, 30]))
        Person.objects.filter(id=person).update(last_active_at=moment, collected_at=moment)
        if chance.random() < 0.3:
            placed = now - timedelta(days=3)
            restrict(person, RestrictionReason.UNLAWFUL, reference="letter/1", by=SYSTEM, at=placed)
        if chance.random() < 0.2 or person == people[2]:
            place_hold(
                person, HoldReason.CLAIM, reference="case/1", until=None, by=SYSTEM,
                at=now - timedelta(days=1),
            )  # fmt: skip
        for purpose in ("personal-offers", "improve-shops"):
            for number in range(chance.randrange(3)):
                choose(
                    person, purpose, chance.choice(list(ChoiceAnswer)), channel="email",
                    evidence=f"form:{number}", by=chance.choice([CUSTOMER, MAILER, OTHER]),
                    at=now - timedelta(days=chance.choice([1, 5, 100, 800])),
                    contact=chance.choice(["", "", "email"]) if purpose != "improve-shops" else "",
                )  # fmt: skip
        if chance.random() < 0.7:
            choose(
                person, "newsletter", ChoiceAnswer.YES, channel="email", evidence="form:9",
                by=CUSTOMER, at=now - timedelta(days=2),
            )  # fmt: skip
        collected = collected_at(person, "email")
        if collected is not None and chance.random() < 0.6:
            # Of the value that is held, or of the one before.
            value = collected - timedelta(days=chance.choice([0, 0, 4]))
            topic = (address_topic("email"), version_of(value), ChoiceAnswer.YES)
            said = StatedChoice(*topic, channel="email", evidence="letter:1", promise=1)
            with transaction.atomic():
                record(person, said, by=CUSTOMER, at=now)
        given = {"channel": "portal", "evidence": "portal:1", "by": CUSTOMER, "at": now}
        if chance.random() < 0.2:
            team = Boundary(BoundaryKind.TEAM, chance.choice(["Marketing", "Sales"]))
            set_boundary(person, team, **given)  # type: ignore[arg-type]
        if chance.random() < 0.3:
            shorter = Boundary(BoundaryKind.KEEP, "personal-offers", "P3M")
            set_boundary(person, shorter, **given)  # type: ignore[arg-type]
        if person in people[::3]:
            meet_objection(person, "improve-shops", evidence="request:1", by=SYSTEM, at=now)
    # What was written past the program decides nothing, here as in a use.
    Choice.objects.filter(person_id=people[0]).update(mac=b"x" * 32)
    Person.objects.filter(id=people[1]).update(held_until=now + timedelta(days=9))
    return people


def by_hand(promise: Promise, request: UseRequest, people: list[int], at: datetime) -> set[object]:
    """Decide about each alone, as a use of their data is."""
    facts = gather(people, [promise.purposes[request.purpose]], at).facts
    return {
        (
            person,
            tuple(
                sorted(
                    {
                        reason.code
                        for reason in decide(
                            promise, request, DecisionFacts(facts[person], DecisionMoment(at))
                        ).reasons
                    }
                )
            ),
        )
        for person in people
    }


@pytest.mark.django_db
def test_everybody_gets_the_answer_of_the_decision_about_them_alone(tmp_path: Path) -> None:
    people, at, adopted = crowd(30), clock.now(), in_force()
    seen: set[Reasons] = set()
    known = read(RETAILER, name="sample")
    marketing = replace(
        known.purposes["personal-offers"], basis=LawfulBasis.LEGITIMATE_INTERESTS, question=None
    )
    few = ["personal-offers", "improve-shops", "answer-contact"]
    for promised, keys in (
        (known, list(known.purposes)),
        (read(changed("by each field's own age", "going on when use is restricted"), name="aged"),
         few),
        (replace(known, purposes={**known.purposes, marketing.key: marketing}), few),
    ):  # fmt: skip
        variant = replace(adopted, promise=promised)
        for key, channel in product(keys, ("email", "api")):
            purpose = promised.purposes[key]
            actor = replace(MAILER, role=purpose.roles[0])
            asked = UseRequest(actor, purpose.key, purpose.fields[:3], channel)
            counts, decided = decide_about_all(variant, asked, tmp_path, at=at)
            kinds = list(counts)
            answers = {
                (person, kinds[place]) for person, place in iter_decided(decided, range(len(kinds)))
            }
            assert answers == by_hand(variant.promise, asked, people, at), asked.purpose
            assert sum(counts.values()) == len(people)
            seen |= set(counts)
    codes = {code.value for reasons in seen for code in reasons}
    assert codes >= {
        "no_consent", "consent_withdrawn", "objected", "restricted", "retention_over",
        "yes_recorded_by_asker", "kept_for_claim", "channel_not_allowed", "address_not_confirmed",
    }  # fmt: skip
    assert () in seen


@settings(max_examples=40)
@given(
    months=st.integers(0, 40), days=st.integers(0, 70), hours=st.integers(1, 30),
    at=st.datetimes(datetime(2004, 2, 28), datetime(2031, 3, 1)),  # noqa: DTZ001 - made aware below
    apart=st.timedeltas(timedelta(days=-4), timedelta(days=4)),
)  # fmt: skip
def test_the_moment_from_which_nothing_may_be_kept_is_found_exactly(
    months: int, days: int, hours: int, at: datetime, apart: timedelta
) -> None:
    at = at.replace(tzinfo=UTC)
    keep = Period(months=months, days=days, hours=hours)
    retention = Retention(keep, RetentionStart.LAST_ACTIVITY, None)
    cutoff = conditions.retention_cutoff(retention, at)
    assert cutoff is not None
    last = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=cutoff)
    tick = timedelta(microseconds=1)
    assert retention.is_over(last, at)
    assert not retention.is_over(last + tick, at)
    assert retention.is_over(last + apart, at) == (apart <= timedelta(0))


@pytest.mark.django_db
def test_the_command_counts_lists_and_writes_down_that_it_asked(
    capsys: pytest.CaptureFixture[str],
) -> None:
    held = [person for person, _ in load(4)]
    for person, answer in ((held[0], "yes"), (held[1], "no")):
        choose(
            person, "personal-offers", ChoiceAnswer(answer), channel="portal",
            evidence="portal:1", by=CUSTOMER, at=clock.now(),
        )  # fmt: skip

    def printed(*words: str) -> str:
        asked = ["people", "contactable", "personal-offers", "--channel", "email", *words]
        assert main(asked) == 0
        return capsys.readouterr().out

    report = json.loads(printed("--json"))
    assert report == {
        "people": 4, "contactable": 1, "entry": report["entry"],
        "refused_for": {"consent_withdrawn": 1, "no_consent": 2},
    }  # fmt: skip
    entry = Entry.objects.get(pk=report["entry"])
    assert (entry.kind, entry.handle) == ("contactable.asked", None)
    assert printed("--count") == "1\n"
    assert "1 of 4 people may be contacted for personal-offers by email" in printed()
    listed = list(csv.DictReader(io.StringIO(printed("--csv"))))
    assert listed == [{"person": person_code(held[0]), "reasons": ""}]
    refused = list(csv.DictReader(io.StringIO(printed("--csv", "--reason", "no_consent"))))
    assert {row["person"] for row in refused} == set(map(person_code, held[2:]))
    assert main(["people", "contactable", "sell", "--channel", "email"]) == 3
    assert "personal-offers" in capsys.readouterr().err
