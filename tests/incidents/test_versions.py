"""Later facts change who was exposed: each version stays, and its changes are listed by person."""

from __future__ import annotations

import pytest

from aboveboard.basics import clock
from aboveboard.basics.errors import NotFound
from aboveboard.incidents import actions, affected, queries
from aboveboard.incidents.exposure.versions import (
    ExposureChange,
    changed_people,
    compare,
    everyone_changed,
    versions,
)
from aboveboard.incidents.notices import actions as notices
from aboveboard.outbox import jobs
from tests.incidents.conftest import AT, LEAD, SECOND, STAFF, People

EMAIL, NAME, CARD = "user.contact.email", "user.name", "user.payment"


def letter() -> int:
    number = actions.open_other(title="Letters", by=STAFF, at=AT).number
    jobs.run_jobs_once(worker="test")
    return number


def add(number: int, people: People, *exposed: str, protected: tuple[str, ...] = ()) -> int:
    lines = [row["customer_id"] for _, row in people]
    row = affected.add_list(number, lines, exposed, protected=protected, by=LEAD, at=clock.now())
    jobs.run_jobs_once(worker="test")
    return row.pk


def test_what_changed_is_counted_and_each_number_opens_as_its_people(people: People) -> None:
    number = letter()
    first = add(number, people[:6], NAME)
    affected.withdraw_list(number, first, reason="Another file.", by=LEAD, at=clock.now())
    add(number, people[2:5], NAME, EMAIL)
    add(number, people[5:9], NAME)
    listed = versions(number)
    first_full = next(each for each in listed if each.people == 6)
    newest = listed[-1]
    compared = compare(number, newest.number, first_full.number)
    assert compared.counts == {
        ExposureChange.ADDED: 3,
        ExposureChange.MORE: 3,
        ExposureChange.GONE: 2,
    }
    ids = [person_id for person_id, _ in people]
    expected = {
        ExposureChange.ADDED: set(ids[6:9]),
        ExposureChange.MORE: set(ids[2:5]),
        ExposureChange.GONE: set(ids[:2]),
    }
    for change, wanted in expected.items():
        rows = changed_people(number, newest.number, first_full.number, change)
        assert {row.person_id for row in rows} == wanted
    every = list(everyone_changed(number, newest.number, first_full.number))
    assert len(every) == compared.people
    more = [row for row in every if row.change is ExposureChange.MORE]
    assert {row.newly for row in more} == {("e-mail address",)}, "told again only what is new"


def test_what_can_be_read_now_and_could_not_before_is_more(people: People) -> None:
    number = letter()
    sealed = add(number, people[:1], CARD, protected=(CARD,))
    add(number, people[1:2], NAME)
    before = versions(number)[-1]
    affected.withdraw_list(number, sealed, reason="Another file.", by=LEAD, at=clock.now())
    add(number, people[:1], CARD)
    compared = compare(number, versions(number)[-1].number, before.number)
    assert compared.counts == {ExposureChange.MORE: 1}


def test_the_same_people_judged_anew_are_no_version(people: People) -> None:
    number = letter()
    add(number, people[:3], NAME, CARD)
    before = len(versions(number))
    actions.change(number, answers={"hands": "nobody"}, by=LEAD, at=clock.now())
    assert len(versions(number)) == before
    assert versions(number)[-1].people == 3


def test_what_people_were_told_is_marked(people: People) -> None:
    number = letter()
    add(number, people[:3], NAME)
    batch = notices.prepare(number, by=LEAD, at=clock.now())
    assert not versions(number)[-1].notified
    notices.approve(batch.id, by=SECOND, at=clock.now())
    add(number, people[3:4], NAME)
    assert [each.notified for each in versions(number)[-2:]] == [True, False]
    assert queries.page(number, at=clock.now()).exposure is not None


def test_what_is_no_version_is_not_there(people: People) -> None:
    number = letter()
    add(number, people[:2], NAME)
    last = versions(number)[-1].number
    for version, since in ((last + 1, 0), (last, last), (0, 0), (1, 0), (last, last + 1)):
        with pytest.raises(NotFound):
            compare(number, version, since)
