"""What a changed promise would change: the counts are those of the decision, made for each person
by itself; nothing is touched."""

from __future__ import annotations

import argparse
import json
import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from aboveboard.access import impact
from aboveboard.access.decision.decide import decide
from aboveboard.access.decision.facts import DecisionFacts, DecisionMoment
from aboveboard.access.decision.gather import gather
from aboveboard.access.impact import counting
from aboveboard.access.impact.counting import affected_people, count
from aboveboard.access.impact.judging import PurposePair
from aboveboard.access.impact.report import ImpactReport
from aboveboard.access.use import UseRequest
from aboveboard.basics import clock
from aboveboard.basics.actor import CUSTOMER, SYSTEM, Actor, ActorKind, Role
from aboveboard.choices.actions import choose
from aboveboard.choices.state import ChoiceAnswer
from aboveboard.commands import promise as command
from aboveboard.ledger.models import Entry
from aboveboard.promise.loading import load as read
from aboveboard.promise.model import (
    LawfulBasis,
    Period,
    Promise,
    RestrictedUse,
    RetentionStart,
)
from aboveboard.promise.queries import in_force
from aboveboard.retention.actions import place_hold, restrict
from aboveboard.retention.reasons import HoldReason, RestrictionReason
from aboveboard.vault import changing, sealed
from aboveboard.vault import queries as vault
from aboveboard.vault.holds import OpenDates, dates_mac
from aboveboard.vault.models import Person
from aboveboard.vault.origin import ValueOrigin
from tests.promise import RETAILER, retailer
from tests.world import load

pytestmark = pytest.mark.django_db
assert impact.__doc__

OLD = retailer()
SPOKE = "      text: {en: Kept two years after we last spoke."
SHOPS = "    roles: [shop-planning]\n    channels: [office, api, export]\n"
AREAS_KEPT = "      keep: P2Y\n      starts: last_activity\n\n  measure-visits"
CHANGES = {
    "kept shorter": (
        f"      keep: P2Y\n      starts: last_activity\n{SPOKE}",
        f"      keep: P3M\n      starts: last_activity\n{SPOKE}",
    ),
    "a role more and a channel less": (
        SHOPS,
        "    roles: [shop-planning, finance]\n    channels: [office, api]\n",
    ),
    "by each field's own age": (
        AREAS_KEPT,
        "      keep: P4M\n      starts: collection\n\n  measure-visits",
    ),
    "going on when use is restricted": (
        "    basis: contract\n    basis_note: Service",
        "    basis: contract\n    allowed_when_restricted: legal_claims\n    basis_note: Service",
    ),
    "marketing on legitimate interests": (
        "    basis: consent\n    direct_marketing: true\n",
        "    basis: legitimate_interests\n    balancing: Weighed.\n    direct_marketing: true\n",
    ),
}


def changed(*names: str) -> str:
    text = RETAILER
    for name in names:
        before, after = CHANGES[name]
        assert before in text, name
        text = text.replace(before, after, 1)
    if "marketing on legitimate interests" in names:
        # What a website keeps for it would need a consent.
        offers = text.index("    personal-offers:\n      cookies")
        text = text[:offers] + text[text.index("\n", text.index("  refused_by_gpc", offers)) :]
        start = text.index("    choice:\n      asks:\n        en: May we use your name")
        text = (
            text[:start]
            + text[
                text.index(
                    (
                        "    fields: [first_name, last_name, email, phone, country, birth_date]\n"
                        "    roles: [offers"
                    ),
                    start,
                ) :
            ]
        )
    return text


@pytest.fixture
def crowd() -> list[int]:
    """People of all ages and minds: clocks near their ends, choices, restrictions, holds."""
    people = [person for person, _ in load(36)]
    chance, now = random.Random(7), clock.now()
    for person in people:
        days = chance.choice([1, 80, 89, 90, 91, 92, 93, 120, 123, 400, 729, 730, 731, 900])
        moment = now - timedelta(days=days, minutes=chance.choice([-30, 0, 30]))
        Person.objects.filter(id=person).update(last_active_at=moment, collected_at=moment)
        for purpose in ("personal-offers", "improve-shops"):
            for _ in range(chance.randrange(3)):
                said = now - timedelta(days=chance.choice([1, 5, 100, 800]))
                choose(
                    person,
                    purpose,
                    chance.choice([ChoiceAnswer.YES, ChoiceAnswer.NO]),
                    channel="portal",
                    evidence="portal:1",
                    by=CUSTOMER,
                    at=said,
                )
        if chance.random() < 0.3:
            placed = now - timedelta(days=3)
            restrict(person, RestrictionReason.UNLAWFUL, reference="letter/1", by=SYSTEM, at=placed)
        if chance.random() < 0.2:
            place_hold(
                person,
                HoldReason.CLAIM,
                reference="case/1",
                until=None,
                by=SYSTEM,
                at=now - timedelta(days=1),
            )
    return people


def by_hand(
    new: Promise, people: list[int], at: datetime
) -> dict[tuple[str, str, str, str], tuple[int, int, int, int]]:
    """Ask the decision about each person, field, channel and role by
    itself, under both promises."""
    found: Counter[tuple[tuple[str, str, str, str], bool, bool]] = Counter()
    facts = gather(people, [*OLD.purposes.values(), *new.purposes.values()], at).facts
    for key in {**OLD.purposes, **new.purposes}:
        places = {
            (role, channel, field)
            for promise in (OLD, new)
            if (purpose := promise.purposes.get(key))
            for role in purpose.roles
            for channel in purpose.channels
            for field in purpose.fields
        }
        for role, channel, field in places:
            kind = ActorKind.PERSON if role == Role.CUSTOMER else ActorKind.STAFF
            request = UseRequest(Actor(kind, "", role), key, (field,), channel)
            for person in people:
                had, has = (
                    decide(
                        promise, request, DecisionFacts(facts[person], DecisionMoment(at))
                    ).allowed
                    for promise in (OLD, new)
                )
                found[(key, role, channel, field), had, has] += 1
    counted: dict[tuple[str, str, str, str], list[int]] = {}
    for (place, had, has), number in found.items():
        row = counted.setdefault(place, [0, 0, 0, 0])
        for index, counts in enumerate((had, has, has and not had, had and not has)):
            row[index] += number * counts
    return {
        place: (row[0], row[1], row[2], row[3])
        for place, row in counted.items()
        if row[2] or row[3]
    }


def counted(report: ImpactReport) -> dict[tuple[str, str, str, str], tuple[int, int, int, int]]:
    return {
        (one.purpose, one.role, one.channel, one.field): (
            one.before,
            one.after,
            one.gained,
            one.lost,
        )
        for one in report.cells
    }


@pytest.mark.parametrize(
    "names",
    [["by each field's own age"], ["marketing on legitimate interests"], list(CHANGES)],
    ids=lambda names: " and ".join(names)[:60],
)
def test_the_counts_are_those_of_the_decision_about_each_person(
    names: list[str], crowd: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    new, at = read(changed(*names), name="new"), clock.now()
    expected = by_hand(new, crowd, at)
    assert expected
    monkeypatch.setattr(counting, "WHAT_IF_BATCH", 17)  # several ranges, the last one short
    assert counted(count(OLD, new, at=at)) == expected


def test_everybody_behind_a_number_can_be_listed(crowd: list[int]) -> None:
    new, at = read(changed("kept shorter", "by each field's own age"), name="new"), clock.now()
    report = count(OLD, new, at=at)
    for purpose in ("answer-contact", "improve-shops"):
        rows = list(affected_people(OLD, new, purpose, at=at))
        assert [person for person, _, _ in rows] == sorted(person for person, _, _ in rows)
        for field, way in {(field, way) for _, field, way in rows}:
            cell = next(one for one in report.cells if (one.purpose, one.field) == (purpose, field))
            assert sum(row[1:] == (field, way) for row in rows) == getattr(cell, way)


def test_each_field_is_judged_by_its_own_age_and_not_by_that_of_another() -> None:
    """Ada told us her city last month, and the rest of where she lives half a year ago; Ben told us
    everything last month."""
    (ada, _), (ben, _) = load(2)
    at = clock.now()

    def collect(person_id: int, days: int, *fields: str) -> None:
        origin = ValueOrigin(in_force().serial, at - timedelta(days=days), "portal", "")
        changing.replace(
            person_id,
            dict.fromkeys(fields, "X"),
            kinds={key: field.kind_and_format for key, field in OLD.fields.items()},
            origins=dict.fromkeys(fields, origin),
            by=CUSTOMER,
            at=at,
        )

    collect(ada, 30, "city")
    collect(ada, 180, "region", "postal_code", "country")
    collect(ben, 30, "city", "region", "postal_code", "country")
    new = read(changed("by each field's own age"), name="new")
    report = count(OLD, new, at=at)
    assert counted(report) == by_hand(new, [ada, ben], at)
    assert {(one.field, one.before, one.after, one.lost) for one in report.cells} == {
        (field, 2, 1, 1) for field in ("region", "postal_code", "country")
    }
    assert list(affected_people(OLD, new, "improve-shops", at=at)) == [
        (ada, field, "lost") for field in ("region", "postal_code", "country")
    ]


def test_a_restriction_whose_beginning_nobody_noted_counts_from_when_they_were_collected() -> None:
    """As rows of an earlier version have it: a yes since then was given in knowledge of it."""
    (before, _), (after, _) = load(2)
    at = clock.now()
    collected, ends = at - timedelta(days=30), at + timedelta(days=30)
    for person, days in ((before, 40), (after, 20)):
        mac = dates_mac(person, OpenDates(None, None, ends))
        Person.objects.filter(id=person).update(
            collected_at=collected, restricted_until=ends, open_mac=mac
        )
        choose(
            person,
            "personal-offers",
            ChoiceAnswer.YES,
            channel="portal",
            evidence="portal:1",
            by=CUSTOMER,
            at=at - timedelta(days=days),
        )
    new = read(changed("marketing on legitimate interests"), name="new")
    report = count(OLD, new, at=at)
    assert counted(report) == by_hand(new, [before, after], at)
    offered = [one for one in report.cells if one.purpose == "personal-offers"]
    assert {(one.before, one.after) for one in offered if one.role != "customer"} == {(1, 0)}


def test_a_clock_that_ends_at_this_very_moment_counts_as_it_does_in_the_decision() -> None:
    """Two years of which one has a leap day: the longest that two years can be."""
    at = datetime(2025, 3, 1, 12, tzinfo=UTC)
    people, tick = sorted(person for person, _ in load(4)), timedelta(microseconds=1)
    ends = at.replace(year=2023)
    for person, began in zip(
        people, (ends - timedelta(days=400), ends - tick, ends, ends + tick), strict=True
    ):
        Person.objects.filter(id=person).update(last_active_at=began)
    text = RETAILER.replace(AREAS_KEPT, AREAS_KEPT.replace("P2Y", "P1Y"))
    new = read(text, name="new")
    report = count(OLD, new, at=at)
    assert counted(report) == by_hand(new, people, at)
    assert {(one.before, one.after) for one in report.cells} == {(2, 0)}


def test_nobody_is_listed_for_a_purpose_that_neither_promise_has() -> None:
    load(2)
    new = read(changed("by each field's own age"), name="new")
    assert list(affected_people(OLD, new, "no-such-purpose", at=clock.now())) == []


def test_progress_is_told_a_batch_at_a_time_and_ends_with_everybody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    people = len(load(36))
    new = read(changed("by each field's own age"), name="new")
    monkeypatch.setattr(counting, "SWEEP_REVIEW_BATCH", 10)
    done: list[int] = []
    count(OLD, new, at=clock.now(), progress=done.append)
    assert done == [*range(10, people + 1, 10), people]


def test_a_field_that_nothing_uses_any_more_is_said_to_be_erased_by_the_next_sweep(
    crowd: list[int],
) -> None:
    text = RETAILER.replace(
        "  birth_date:\n    label: {en: Date of birth, fr: Date de naissance, de: Geburtsdatum}\n"
        "    category: user.demographic.date_of_birth\n    kind: date\n    sensitive: true\n",
        "",
    )
    text = text.replace(", birth_date", "")
    report = count(OLD, read(text, name="new"), at=clock.now())
    unheld = Person.objects.exclude(held_until__isnull=True).count()
    assert 0 < report.lapsing["birth_date"] <= len(crowd) - unheld
    assert {one.field for one in report.cells} == {"birth_date"}


def test_nothing_is_used_opened_or_changed(
    crowd: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = Entry.objects.count()
    for module, name in ((vault, "open_record"), (vault, "fetch"), (sealed, "unseal")):
        monkeypatch.setattr(module, name, lambda *args, **more: pytest.fail("a value was opened"))
    count(OLD, read(changed(*CHANGES), name="new"), at=clock.now())
    assert Entry.objects.count() == before


def test_other_words_for_the_same_change_nothing_and_nobody_is_gone_through(
    crowd: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "iter_people", lambda at: pytest.fail("gone through"))
    report = count(
        OLD,
        read(
            RETAILER.replace("en: To deliver what you order", "en: To bring what you order"),
            name="new",
        ),
        at=clock.now(),
    )
    assert (report.cells, dict(report.lapsing)) == ((), {})


def test_the_command_says_it_lists_it_and_leaves_the_promise_in_force(
    crowd: list[int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "new.yaml"
    file.write_text(changed("kept shorter"), "utf-8")
    parser = argparse.ArgumentParser()
    command.configure(parser)

    def run(*words: str) -> str:
        assert command.run(parser.parse_args(["what-if", str(file), *words])) == 0
        return capsys.readouterr().out

    said = run()
    assert "Nothing was changed or opened." in said
    assert "To answer when you contact us (answer-contact)" in said
    found: dict[str, Any] = json.loads(run("--json"))
    lost = found["uses"][0]["lost"]
    rows = [json.loads(line) for line in run("--list", "answer-contact", "--json").splitlines()]
    assert sum(row["field"] == found["uses"][0]["field"] for row in rows) == lost > 0

    assert in_force().serial == found["compared_with"]


STATS = OLD.purposes["improve-shops"]
ALONE: dict[str, dict[str, Any]] = {
    "what it rests on": {"basis": LawfulBasis.PUBLIC_TASK},
    "what a restriction leaves": {"when_restricted": RestrictedUse.LEGAL_CLAIMS},
    "that it is marketing": {"direct_marketing": True},
    "how long it is kept": {"retention": replace(STATS.retention, keep=Period(years=3))},
    "from when that counts": {
        "retention": replace(STATS.retention, starts=RetentionStart.COLLECTION)
    },
    "a field less": {"fields": STATS.fields[1:]},
    "a role more": {"roles": (*STATS.roles, "finance")},
    "a channel less": {"channels": STATS.channels[1:]},
}


@pytest.mark.parametrize("what", ALONE)
def test_whatever_a_use_depends_on_is_noticed_alone(what: str) -> None:
    assert PurposePair(STATS.key, STATS, replace(STATS, **ALONE[what])).differs()


def test_the_order_in_which_they_are_listed_is_nothing_that_a_use_depends_on() -> None:
    turned = replace(
        STATS, fields=STATS.fields[::-1], roles=STATS.roles[::-1], channels=STATS.channels[::-1]
    )
    assert not PurposePair(STATS.key, STATS, turned).differs()
    assert PurposePair(STATS.key, None, STATS).differs()
    assert PurposePair(STATS.key, STATS, None).differs()
