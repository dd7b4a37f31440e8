"""A stolen login: the ledger says whose data it saw, exactly, and what else was done with it."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from aboveboard.access.actions import use, use_many
from aboveboard.access.use import Subject, UseRequest
from aboveboard.accounts.models import Account
from aboveboard.accounts.queries import actor_for
from aboveboard.basics import clock
from aboveboard.basics.actor import CUSTOMER, Actor, Role
from aboveboard.basics.errors import Conflict, Invalid, NotFound
from aboveboard.custody import actions as custody
from aboveboard.incidents import actions, affected, queries
from aboveboard.incidents.exposure.folders import folder_of
from aboveboard.incidents.logins.queries import acts, every_act, login
from aboveboard.incidents.logins.stating import add_login
from aboveboard.incidents.logins.terms import ActOutcome, LoginKind, StolenLogin
from aboveboard.incidents.models import Incident
from aboveboard.outbox import jobs
from aboveboard.vault.actions import erase
from tests.accounts.people import staff_member
from tests.identity.test_merge_correspondence import merge
from tests.incidents.conftest import AT, LEAD, STAFF, People, laptop

HOUR = timedelta(hours=1)
CONTACT = ("first_name", "email")


@pytest.fixture
def thief(people: People) -> Account:
    return staff_member(Role.ADVISER, team="Leeds shop")


def letter() -> int:
    number = actions.open_other(title="A login was stolen", by=STAFF, at=AT).number
    jobs.run_jobs_once(worker="test")
    return number


def disclose(
    person_id: int, by: Actor, at: datetime, fields: tuple[str, ...] = CONTACT, **other: str
) -> None:
    request = UseRequest(by, "answer-contact", fields, "phone", Subject(person_id), **other)
    use(request, at=at)


def stolen(account: Account, since: datetime = AT, until: datetime = AT + HOUR) -> StolenLogin:
    return StolenLogin(LoginKind.STAFF, str(account.pk), since, until)


def seen(number: int) -> dict[int, tuple[str, ...]]:
    jobs.run_jobs_once(worker="test")
    return {row.person_id: row.readable for row in queries.people(number)}


def test_whom_it_saw_counts_and_who_was_refused_does_not(people: People, thief: Account) -> None:
    number, by = letter(), actor_for(thief)
    (ann, _), (bob, _), (eve, _), (zoe, _), *_ = people
    disclose(ann, by, AT)
    disclose(ann, by, AT + HOUR, ("phone",))
    disclose(bob, by, AT + HOUR + timedelta(milliseconds=900), ("first_name",))
    disclose(eve, by, AT + timedelta(minutes=1), ("card_number",))  # no adviser may
    for moment in (AT - timedelta(seconds=1), AT + HOUR + timedelta(seconds=1)):
        disclose(zoe, by, moment)
    disclose(zoe, STAFF, AT)
    row = add_login(number, stolen(thief), by=LEAD, at=clock.now())
    assert row.people == 2
    assert seen(number) == {
        ann: ("first name", "e-mail address", "phone number"),
        bob: ("first name",),
    }
    refused = acts(number, row.pk, ActOutcome.REFUSED)
    assert [each.person_id for each in refused] == [eve]
    opened = acts(number, row.pk, ActOutcome.OPENED)
    assert [(each.person_id, each.fields) for each in opened] == [
        (ann, ("email", "first_name")),
        (ann, ("phone",)),
        (bob, ("first_name",)),
    ]
    view = login(number, row.pk)
    assert [(each.outcome, each.acts, each.people) for each in view.tallies] == [
        (ActOutcome.OPENED, 3, 2),
        (ActOutcome.REFUSED, 1, 1),
    ]
    assert len(list(every_act(number, row.pk))) == view.acts == 4, "a number opens as its rows"


def test_a_login_that_saw_nobody_says_so(people: People, thief: Account) -> None:
    number = letter()
    disclose(people[0][0], actor_for(thief), AT, ("card_number",))
    row = add_login(number, stolen(thief), by=LEAD, at=clock.now())
    assert (row.people, seen(number)) == (0, {})
    page = queries.page(number, at=clock.now())
    assert page.estimates == (), "the ledger says that it saw nobody: nothing is assumed"


def test_whoever_is_in_a_file_that_it_made_was_seen_too(
    people: People, thief: Account, tmp_path: Path
) -> None:
    number, by = letter(), actor_for(thief)
    custody.make_export(
        [people[4][0], people[5][0]],
        ("email", "city"),
        purpose="deliver-orders",
        out=tmp_path / "all.csv",
        device_id=laptop().id,
        unprotected=True,
        by=by,
        at=AT,
    )
    row = add_login(number, stolen(thief), by=LEAD, at=clock.now())
    assert row.people == 2
    assert set(seen(number)) == {people[4][0], people[5][0]}
    (made,) = acts(number, row.pk, ActOutcome.EXPORTED)
    assert made.export_id is not None


def test_it_adds_up_with_a_list_and_is_taken_back_alone(people: People, thief: Account) -> None:
    number = letter()
    (ann, ann_row), (bob, _) = people[0], people[1]
    disclose(bob, actor_for(thief), AT)
    disclose(ann, actor_for(thief), AT, ("phone",))
    affected.add_list(number, [ann_row["email"]], ["user.name"], by=LEAD, at=AT)
    row = add_login(number, stolen(thief), by=LEAD, at=clock.now())
    assert seen(number) == {
        ann: ("name", "phone number"),
        bob: ("first name", "e-mail address"),
    }
    folder = folder_of(Incident.objects.get(number=number))
    assert list(folder.glob("login-*"))
    affected.withdraw_list(number, row.pk, reason="Another file.", by=LEAD, at=clock.now())
    assert seen(number) == {ann: ("name",)}
    with pytest.raises(NotFound):
        acts(number, row.pk)


@pytest.mark.django_db(transaction=True)
def test_when_it_is_taken_back_its_files_go(people: People, thief: Account) -> None:
    number = letter()
    disclose(people[0][0], actor_for(thief), AT)
    row = add_login(number, stolen(thief), by=LEAD, at=clock.now())
    affected.withdraw_list(number, row.pk, reason="Another file.", by=LEAD, at=clock.now())
    assert not list(folder_of(Incident.objects.get(number=number)).glob("login-*"))


def test_two_records_of_one_person_are_one(people: People, thief: Account) -> None:
    number, by = letter(), actor_for(thief)
    kept, merged, later = (people[place][0] for place in (0, 1, 2))
    disclose(merged, by, AT)
    merge(kept, merged)
    disclose(later, by, AT)
    row = add_login(number, stolen(thief), by=LEAD, at=clock.now())
    merge(kept, later)
    assert row.people == 2
    assert set(seen(number)) == {kept}


def test_whoever_was_erased_since_is_a_row_without_a_name(people: People, thief: Account) -> None:
    number = letter()
    disclose(people[0][0], actor_for(thief), AT)
    erase(people[0][0], reason="asked", by=LEAD, at=clock.now())
    row = add_login(number, stolen(thief), by=LEAD, at=clock.now())
    assert seen(number) == {}
    (tally,) = login(number, row.pk).tallies
    assert (tally.acts, tally.people, tally.nameless) == (1, 0, 1)


def test_a_customers_login_saw_their_own_data(people: People) -> None:
    number = letter()
    (ann, _), (bob, _), *_ = people
    for person_id in (ann, bob):
        request = UseRequest(CUSTOMER, "show-you-your-data", CONTACT, "portal", Subject(person_id))
        use(request, at=AT)
    disclose(ann, STAFF, AT, ("phone",))
    own = StolenLogin(LoginKind.CUSTOMER, "", AT, AT + HOUR, person_id=ann)
    row = add_login(number, own, by=LEAD, at=clock.now())
    assert [each.outcome for each in acts(number, row.pk)] == [ActOutcome.OPENED]
    assert seen(number) == {ann: ("first name", "e-mail address")}


def test_what_is_no_login_of_ours_or_no_time_is_refused(people: People, thief: Account) -> None:
    number = letter()
    for other in (
        StolenLogin(LoginKind.STAFF, "123456789", AT, AT),
        StolenLogin(LoginKind.PROGRAM, "123456789", AT, AT),
        StolenLogin(LoginKind.CUSTOMER, "", AT, AT, person_id=1),
    ):
        with pytest.raises(NotFound):
            add_login(number, other, by=LEAD, at=clock.now())
    with pytest.raises(Invalid):
        add_login(number, stolen(thief, AT, AT - HOUR), by=LEAD, at=clock.now())
    with pytest.raises(Invalid):
        add_login(number, stolen(thief, AT, AT + HOUR), by=LEAD, at=AT - HOUR)
    lost = actions.report_loss(laptop().id, by=STAFF, at=AT).number
    with pytest.raises(Conflict):
        add_login(lost, stolen(thief), by=LEAD, at=clock.now())


def test_by_sets_as_by_each_person(people: People, thief: Account) -> None:
    """The union of what several logins and lists saw, against a fold over each use."""
    number, by = letter(), actor_for(thief)
    expected: dict[int, set[str]] = {}
    names = {"first_name": "first name", "email": "e-mail address", "phone": "phone number"}
    for place, fields in enumerate((("first_name",), ("email",), ("phone", "email"))):
        some = [person_id for person_id, _ in people[place * 7 : place * 7 + 14]]
        request = UseRequest(by, "answer-contact", fields, "phone")
        for person_id, result in use_many(request, some, at=AT + place * timedelta(minutes=10)):
            if result.allowed:
                expected.setdefault(person_id, set()).update(names[name] for name in fields)
    for place in range(3):
        since = AT + place * timedelta(minutes=10)
        add_login(number, stolen(thief, since, since), by=LEAD, at=clock.now())
    assert expected
    assert {person: set(of) for person, of in seen(number).items()} == expected
