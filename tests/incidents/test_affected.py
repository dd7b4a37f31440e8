"""A box of forms, a letter to the wrong person: the clock runs at once, and whom it affects is
listed or estimated, in parts, each of which can be taken back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from aboveboard.basics import clock
from aboveboard.basics.errors import Conflict, Invalid, NotFound
from aboveboard.engines import listing
from aboveboard.incidents import actions, affected, limits, public, queries, reports
from aboveboard.incidents.exposure import counting
from aboveboard.incidents.exposure.counts import current_count
from aboveboard.incidents.exposure.folders import exposure_file
from aboveboard.incidents.models import AffectedPerson, Incident
from aboveboard.incidents.notices import actions as notices
from aboveboard.incidents.sources import queries as sources
from aboveboard.ledger.models import Entry
from aboveboard.outbox import jobs
from aboveboard.vault.personal_data import export_person
from tests import world
from tests.concurrency.crew import at_once
from tests.identity.test_merge_correspondence import merge
from tests.incidents.conftest import AT, LEAD, STAFF, People, laptop

racing = pytest.mark.django_db(transaction=True)
EMAIL, NAME = "user.contact.email", "user.name"


def letter() -> int:
    """A letter to the wrong address was reported; the worker did what waits."""
    number = actions.open_other(title="A letter went to the wrong house", by=STAFF, at=AT).number
    jobs.run_jobs_once(worker="test")
    return number


def listed(number: int, *lines: str, exposed: tuple[str, ...] = (EMAIL, NAME)) -> Any:
    row = affected.add_list(number, lines, exposed, by=LEAD, at=AT)
    jobs.run_jobs_once(worker="test")
    return row


def exposed_ids(number: int) -> list[int]:
    return [person.person_id for person in queries.people(number)]


def test_the_clock_runs_before_anybody_says_who_is_affected(people: People) -> None:
    number = letter()
    page = queries.page(number, at=AT + timedelta(hours=1))
    # GDPR Art. 33(1): 72 hours after having become aware of it; the retailer is in the EU or UK.
    # What is missing then follows in phases (Art. 33(4)), without a fixed time.
    authority = [
        duty
        for duty in page.duties
        if duty.recipient_type == "authority" and "FOLLOWUP" not in duty.duty_id
    ]
    assert [duty.due_at for duty in authority if duty.required == "yes"] == [
        AT + timedelta(hours=72)
    ]
    assert page.next_duty is not None
    (assumed,) = page.estimates
    assert assumed.assumed
    assert assumed.jurisdiction == "GB"
    # What is merely assumed is told to nobody as if it were known.
    assert reports.facts_of(Incident.objects.get(number=number), at=AT).people is None
    actions.publish(number, by=LEAD, at=AT)
    assert public.incident(number, at=AT).people is None
    assert queries.incidents(at=AT)[0].people is None


def test_without_a_promise_a_loss_can_be_reported_all_the_same(db: None) -> None:
    number = letter()
    assert queries.page(number, at=AT).estimates == ()


@pytest.mark.parametrize(
    "line",
    [
        "{customer_id}",
        "{email}",
        "  {EMAIL}  ",
        "{first_name} {last_name} <{email}>",
        "{last_name};{first_name};{customer_id};12.50",
        "{phone}",
        "mailto:{email}?subject=hello",
    ],
)
def test_people_are_listed_by_whatever_identifies_them(people: People, line: str) -> None:
    number = letter()
    person_id, row = next(each for each in people if each[1]["phone"])
    given = line.format(EMAIL=row["email"].upper(), **row)
    done = listed(number, given, "nobody@elsewhere.example", "", "nobody at all")
    assert (done.people, done.unmatched) == (1, [2, 4])
    assert exposed_ids(number) == [person_id]
    (shown,) = queries.people(number)
    assert shown.readable == ("name", "e-mail address")
    assert queries.page(number, at=AT).estimates == (), "nothing is assumed any more"


def test_a_line_that_fits_several_counts_all_of_them_and_says_so(people: People) -> None:
    number = letter()
    (ann, ann_row), (bob, bob_row) = people[0], people[1]
    done = listed(number, f"{ann_row['email']} and {bob_row['email']}")
    assert (done.people, done.shared, done.unmatched) == (2, [1], [])
    assert exposed_ids(number) == sorted([ann, bob])


def test_lists_add_up_and_what_was_exposed_of_somebody_does_too(people: People) -> None:
    number = letter()
    (ann, ann_row), (bob, bob_row), *_ = people
    listed(number, ann_row["email"], exposed=(EMAIL,))
    listed(number, ann_row["customer_id"], bob_row["customer_id"], exposed=(NAME,))
    rows = {row.person_id: row.readable for row in queries.people(number)}
    assert rows == {ann: ("name", "e-mail address"), bob: ("name",)}


def test_a_list_that_was_taken_back_counts_nobody_and_forgets_who(people: People) -> None:
    number = letter()
    wrong = listed(number, people[0][1]["email"])
    right = listed(number, people[1][1]["email"])
    affected.withdraw_list(number, wrong.pk, reason="Another file.", by=LEAD, at=AT)
    affected.withdraw_list(number, wrong.pk, reason="Another file.", by=LEAD, at=AT)
    jobs.run_jobs_once(worker="test")
    assert exposed_ids(number) == [people[1][0]]
    assert not AffectedPerson.objects.filter(affected_list=wrong).exists()
    affected.withdraw_list(number, right.pk, reason="Another file.", by=LEAD, at=AT)
    # At once, and not when the worker comes to it: nobody is listed, so the worst is assumed.
    assert [each.assumed for each in queries.page(number, at=AT).estimates] == [True]
    jobs.run_jobs_once(worker="test")
    page = queries.page(number, at=AT)
    assert exposed_ids(number) == []
    assert page.next_duty is not None
    with pytest.raises(NotFound):
        affected.withdraw_list(number, 99, reason="Another file.", by=LEAD, at=AT)


def test_an_estimate_brings_the_duties_of_its_place(people: People) -> None:
    number = letter()
    affected.add_estimate(number, "FR", 200, [EMAIL], by=LEAD, at=AT)
    page = queries.page(number, at=AT)
    assert (page.estimated, [each.place for each in page.estimates]) == (200, ["France"])
    assert any(duty.jurisdiction == "FR" or "CNIL" in duty.who for duty in page.duties)
    assert not any(duty.jurisdiction == "GB" for duty in page.duties if duty.required == "yes")
    facts = reports.facts_of(Incident.objects.get(number=number), at=AT)
    # GDPR Art. 33(3)(a): the approximate number of data subjects.
    assert (facts.people, facts.people_exact, facts.people_by_country) == (200, False, {"FR": 200})
    actions.publish(number, by=LEAD, at=AT)
    shown = public.incident(number, at=AT)
    assert (shown.people, shown.exact) == (200, False)
    row = queries.incidents(at=AT)[0]
    assert (row.people, row.exact) == (200, False)


def test_the_listed_and_the_estimated_are_counted_together_and_shown_apart(people: People) -> None:
    number = letter()
    listed(number, people[0][1]["email"])
    estimate = affected.add_estimate(number, "GB", 40, [EMAIL], by=LEAD, at=AT)
    page = queries.page(number, at=AT)
    assert page.exposure is not None
    assert (page.exposure.people, page.estimated) == (1, 40)
    assert len(queries.people(number)) == 1, "a number that is shown opens as its rows"
    affected.withdraw_estimate(number, estimate.pk, reason="Another file.", by=LEAD, at=AT)
    affected.withdraw_estimate(number, estimate.pk, reason="Another file.", by=LEAD, at=AT)
    assert queries.page(number, at=AT).estimated == 0
    with pytest.raises(NotFound):
        affected.withdraw_estimate(number, 99, reason="Another file.", by=LEAD, at=AT)


def test_whoever_is_listed_is_written_to(people: People) -> None:
    number = letter()
    listed(number, *(row["email"] for _, row in people[:3]))
    batch = notices.prepare(number, measures={"en": "We fetched it."}, by=LEAD, at=AT)
    assert batch.people == 3


def test_two_records_of_one_person_are_one_row(people: People) -> None:
    number = letter()
    (kept, kept_row), (merged, merged_row) = people[0], people[1]
    affected.add_list(number, [kept_row["email"], merged_row["email"]], [EMAIL], by=LEAD, at=AT)
    merge(kept, merged)
    jobs.run_jobs_once(worker="test")
    assert exposed_ids(number) == [kept]


def test_what_is_held_of_somebody_names_the_list_they_are_on(people: People) -> None:
    number = letter()
    person_id, row = people[0]
    listed(number, row["email"])
    held = [dict(each) for each in export_person(person_id)["losses"]]
    assert [each["categories"] for each in held if "listed_as_affected_at" in each] == [
        [EMAIL, NAME]
    ]


def test_nothing_of_what_was_typed_is_kept(people: People) -> None:
    number = letter()
    row = listed(number, people[0][1]["email"], "stranger@elsewhere.example")
    kept = repr([*Entry.objects.values_list("body", flat=True)]) + repr(row.__dict__)
    kept += repr([event.sentence for event in queries.timeline(number)])
    for text in (people[0][1]["email"], "elsewhere"):
        assert text not in kept
    written = exposure_file(current_count(Incident.objects.get(number=number)))  # type: ignore[arg-type]
    assert listing.page(written, listing.ExposureFilter())[0].person_id == people[0][0]


@pytest.mark.parametrize(
    ("lines", "exposed", "says"),
    [
        ([], [EMAIL], "None of the 0 lines"),
        (["nobody@elsewhere.example"], [EMAIL], "None of the 1 lines"),
        (["x"], [], "nothing was exposed"),
        (["x"] * (limits.AFFECTED_LINES + 1), [EMAIL], "20,001 lines"),
    ],
    ids=["empty", "a stranger", "nothing exposed", "too long"],
)
def test_a_list_that_says_nothing_is_refused_and_changes_nothing(
    people: People, lines: list[str], exposed: list[str], says: str
) -> None:
    number = letter()
    with pytest.raises(Invalid, match=says):
        affected.add_list(number, lines, exposed, by=LEAD, at=AT)
    assert sources.affected_lists(number) == []
    assert [each.assumed for each in sources.affected_estimates(number)] == [True]


@pytest.mark.parametrize(
    ("place", "number_of_people", "says"),
    [
        ("ZZ", 1, "no country"),
        ("", 1, "no country"),
        ("france", 1, "no country"),
        ("FR", 0, "estimate of 0"),
        ("FR", 2**31, "estimate of"),
    ],
)
def test_an_estimate_that_says_nothing_is_refused(
    people: People, place: str, number_of_people: int, says: str
) -> None:
    number = letter()
    with pytest.raises(Invalid, match=says):
        affected.add_estimate(number, place, number_of_people, [EMAIL], by=LEAD, at=AT)


def test_whoever_is_on_a_device_is_counted_from_the_device(people: People) -> None:
    lost = actions.report_loss(laptop().id, by=STAFF, at=AT).number
    with pytest.raises(Conflict):
        affected.add_list(lost, [people[0][1]["email"]], [EMAIL], by=LEAD, at=AT)
    with pytest.raises(Conflict):
        affected.add_estimate(lost, "GB", 3, [EMAIL], by=LEAD, at=AT)


@racing
def test_lists_that_are_added_at_once_all_count() -> None:
    people = world.load(4)
    number = actions.open_other(title="A box of forms", by=STAFF, at=AT).number

    def adds(row: dict[str, str]) -> Any:
        return lambda: affected.add_list(number, [row["email"]], [EMAIL], by=LEAD, at=clock.now())

    def counts() -> object:
        return counting.count(number, by=LEAD, at=AT)

    at_once([*(adds(row) for _, row in people), counts, counts])
    counting.count(number, by=LEAD, at=AT)
    assert exposed_ids(number) == sorted(person_id for person_id, _ in people)
    assert queries.page(number, at=AT).estimates == ()
