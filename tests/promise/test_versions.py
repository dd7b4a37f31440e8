"""Adopted promises: the last one is in force, none is ever lost, and a changed one is noticed."""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from aboveboard.basics.actor import SYSTEM
from aboveboard.basics.errors import NotFound
from aboveboard.basics.facts import Digest
from aboveboard.ledger.actions import append
from aboveboard.promise import queries
from aboveboard.promise.actions import adopt_promise
from aboveboard.promise.entries import PromiseAdopted
from aboveboard.promise.loading import PromiseRefused
from aboveboard.promise.models import PromiseVersion
from tests.concurrency.crew import at_once
from tests.promise import RETAILER, SMALL, adopted_unjudged, edited

AT = datetime(2026, 11, 22, 9, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _forget() -> None:
    """The tests roll back, so a serial comes twice; a real instance's serials never do."""
    queries.forget()


def test_nothing_in_force_at_first() -> None:
    with pytest.raises(queries.NoPromise):
        queries.in_force()
    assert list(queries.versions()) == []


def test_the_last_adopted_is_in_force_and_the_others_stay() -> None:
    first = adopt_promise(RETAILER, name="one.yaml", by=SYSTEM, at=AT)
    second = adopt_promise(SMALL, name="two.yaml", by=SYSTEM, at=AT)
    assert second.serial > first.serial
    assert queries.in_force() == second
    assert queries.version(first.serial) == first
    assert queries.version(first.serial).promise.organisation.name == "Adventure Works"
    assert [version.name for version in queries.versions()] == ["two.yaml", "one.yaml"]
    assert queries.source(first.serial) == RETAILER


@pytest.mark.database
@pytest.mark.django_db(transaction=True)
def test_of_two_adopted_at_once_every_process_obeys_the_one_that_the_log_names_last(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    other_is_done = threading.Event()

    def late(facts: PromiseAdopted, **said: Any) -> int:
        """The first to write its row is the last to write its entry, if it can be."""
        if facts.digest == queries.digest_of(RETAILER):
            row_is_written.set()
            other_is_done.wait(1)
        return append(facts, **said)

    def first() -> None:
        adopt_promise(RETAILER, name="one.yaml", by=SYSTEM, at=AT)

    def second() -> None:
        row_is_written.wait(10)
        adopt_promise(SMALL, name="two.yaml", by=SYSTEM, at=AT)
        queries.in_force()  # as any use does, meanwhile
        other_is_done.set()

    row_is_written = threading.Event()
    monkeypatch.setattr("aboveboard.promise.actions.append", late)
    assert at_once([first, second]) == [None, None]
    obeyed = queries.in_force()
    queries.forget()
    assert queries.in_force() == obeyed


def test_the_text_in_force_stays_the_version_that_it_is() -> None:
    first = adopt_promise(RETAILER, name="one.yaml", by=SYSTEM, at=AT)
    assert adopt_promise(RETAILER, name="other.yaml", by=SYSTEM, at=AT + timedelta(days=1)) == first
    assert [(version.name, version.adopted_at) for version in queries.versions()] == [
        ("one.yaml", AT)
    ]
    assert queries.last_serial() == first.serial


def test_the_same_text_after_another_one_is_a_new_version() -> None:
    first = adopt_promise(RETAILER, name="one.yaml", by=SYSTEM, at=AT)
    adopt_promise(SMALL, name="two.yaml", by=SYSTEM, at=AT)
    again = adopt_promise(RETAILER, name="one.yaml", by=SYSTEM, at=AT)
    assert again.serial > first.serial
    assert again.digest == first.digest
    assert queries.in_force() == again


def test_who_adopted_it_is_kept() -> None:
    serial = adopt_promise(SMALL, name="x", by=SYSTEM, at=AT).serial
    assert PromiseVersion.objects.get(pk=serial).adopted_by == SYSTEM.as_json()


def test_a_refused_promise_changes_nothing() -> None:
    adopt_promise(RETAILER, name="one.yaml", by=SYSTEM, at=AT)
    with pytest.raises(PromiseRefused):
        adopt_promise(
            edited(("roles: [finance]", "roles: [finanse]")), name="bad.yaml", by=SYSTEM, at=AT
        )
    assert [version.name for version in queries.versions()] == ["one.yaml"]


def test_the_one_in_force_is_read_once(
    django_assert_num_queries: Callable[[int], AbstractContextManager[None]],
) -> None:
    adopt_promise(SMALL, name="x", by=SYSTEM, at=AT)
    first = queries.in_force()
    with django_assert_num_queries(1):
        assert queries.in_force().promise is first.promise


def test_a_text_changed_in_the_database_is_noticed() -> None:
    serial = adopt_promise(RETAILER, name="one.yaml", by=SYSTEM, at=AT).serial
    PromiseVersion.objects.filter(pk=serial).update(source=RETAILER.replace("P2Y", "P9Y"))
    with pytest.raises(queries.PromiseDamaged) as damaged:
        queries.in_force()
    assert damaged.value.details == {"serial": serial}
    mended = adopt_promise(RETAILER, name="one.yaml", by=SYSTEM, at=AT)
    assert mended.serial > serial
    assert queries.in_force() == mended


def test_a_promise_that_would_now_be_refused_stays_in_force() -> None:
    """The lists of law move on; uses of data do not stop, and somebody can be told."""
    adopt_promise(SMALL, name="x", by=SYSTEM, at=AT)
    assert queries.problems_today() == ()
    unlawful = edited(
        ("ground: certification", "ground: partial_adequacy"),
        ("country: US", "country: IN"),
        base=SMALL,
    )
    adopted_unjudged(unlawful, at=AT)
    assert queries.in_force().promise.recipients["mailer"].country == "IN"
    assert [problem.code for problem in queries.problems_today()] == ["ground_does_not_fit"]


def test_no_such_version() -> None:
    with pytest.raises(NotFound):
        queries.version(10**6)
    with pytest.raises(NotFound):
        queries.source(10**6)


def test_a_promise_adopted_with_a_code_that_is_refused_today_stays_readable() -> None:
    """What was adopted before a code was checked must not stop every use of data."""
    source = RETAILER.replace("trades_in: [GB, US,", "trades_in: [UK, US,")
    adopted_unjudged(source, at=AT)
    assert "UK" in queries.in_force().promise.organisation.trades_in
    assert "unknown_country" in {problem.code for problem in queries.problems_today()}


def _written(statement: str, *values: object) -> None:
    """Write to the database as somebody does who has it and no key."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def _copy_of_newest(serial: int, source: str) -> None:
    _written(
        "INSERT INTO promise_promiseversion (serial, digest, name, source, adopted_at, adopted_by, "
        "entry_id, mac) SELECT %s, %s, name, %s, adopted_at, adopted_by, entry_id, mac "
        "FROM promise_promiseversion ORDER BY serial DESC LIMIT 1",
        serial,
        queries.digest_of(source),
        source,
    )


def test_a_version_that_the_log_did_not_adopt_is_never_in_force() -> None:
    genuine = adopt_promise(RETAILER, name="one.yaml", by=SYSTEM, at=AT)
    assert queries.in_force() == genuine
    _copy_of_newest(genuine.serial + 5, RETAILER.replace("basis: consent", "basis: contract"))
    assert queries.in_force() == genuine, "in the running process"
    queries.forget()
    assert queries.in_force() == genuine, "and in a fresh one"
    with pytest.raises(queries.PromiseDamaged):
        queries.version(genuine.serial + 5)
    assert [version.serial for version in queries.versions()] == [genuine.serial]


def test_taking_the_newest_version_away_does_not_bring_the_one_before_back() -> None:
    adopt_promise(RETAILER, name="one.yaml", by=SYSTEM, at=AT)
    newest = adopt_promise(SMALL, name="two.yaml", by=SYSTEM, at=AT + timedelta(days=1))
    assert queries.in_force().serial == newest.serial
    _written("DELETE FROM promise_promiseversion WHERE serial = %s", newest.serial)
    with pytest.raises(queries.PromiseMissing):
        queries.in_force()
    _written("DELETE FROM promise_promiseversion")
    with pytest.raises(queries.PromiseMissing):
        queries.in_force()


def test_an_adoption_made_up_in_the_log_puts_nothing_in_force() -> None:
    """Whoever can write rows can write an entry that waits for its place too."""
    adopt_promise(RETAILER, name="one.yaml", by=SYSTEM, at=AT)
    wider = RETAILER.replace("basis: consent", "basis: contract")
    with transaction.atomic():
        adoption = PromiseAdopted(99, Digest(queries.digest_of(wider)))
        entry_id = append(adoption, by=SYSTEM, handle=None, at=AT)
    _copy_of_newest(99, wider)
    _written("UPDATE promise_promiseversion SET entry_id = %s WHERE serial = 99", entry_id)
    with pytest.raises(queries.PromiseDamaged):
        queries.in_force()
