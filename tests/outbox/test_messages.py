"""A message is as durable as its change, in one pair of hands, and ends done
or failed for a reason."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from aboveboard.basics.clock import now
from aboveboard.outbox import actions, limits, queries, reference

SOON = timedelta(minutes=1)


def posted(kind: str = "test.kind", count: int = 1) -> list[int]:
    with transaction.atomic():
        return actions.post_many(kind, [{"incident": number} for number in range(count)])


@pytest.mark.django_db(transaction=True)
def test_a_message_outside_its_change_is_refused() -> None:
    with pytest.raises(RuntimeError, match=r"transaction\.atomic"):
        actions.post("test.kind", {"incident": 1})


@pytest.mark.django_db(transaction=True)
def test_a_message_goes_with_its_change_when_that_is_undone() -> None:
    def change() -> None:
        with transaction.atomic():
            actions.post("test.kind", {"incident": 1})
            raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011 -- the point is what is left behind
        change()
    assert queries.waiting_counts() == {}


@pytest.mark.django_db
def test_messages_are_claimed_oldest_first_when_due_and_once() -> None:
    at = now()
    with transaction.atomic():
        later = actions.post("test.kind", {"incident": 1}, due=at + SOON)
        first = actions.post("test.kind", {"incident": 2}, due=at - SOON)
        actions.post("other.kind", {"incident": 3})
    second = posted()[0]
    at = now()
    assert [one.id for one in actions.claim("test.kind", 10, "w1", at)] == [first, second]
    assert actions.claim("test.kind", 10, "w2", at) == []
    [claimed] = actions.claim(["test.kind"], 1, "w2", at + SOON)
    assert (claimed.id, claimed.ref, claimed.attempts) == (first, {"incident": 2}, 2), (
        "its worker is silent for longer than its lease"
    )
    assert {one.id for one in actions.claim("test.kind", 10, "w2", at + SOON)} == {second, later}


@pytest.mark.django_db
def test_a_finished_message_is_over() -> None:
    ids = posted(count=3)
    actions.claim("test.kind", 3, "w", now())
    actions.finish(ids[:2], now())
    assert [one.id for one in queries.waiting()] == ids[2:]
    assert actions.claim("test.kind", 3, "w", now() + SOON)[0].id == ids[2]


@pytest.mark.django_db
def test_a_failing_message_waits_longer_then_is_parked_with_its_reason_until_retried() -> None:
    [id_] = posted()
    at, waits = now(), []
    for attempt in range(1, limits.ATTEMPTS + 1):
        [claimed] = actions.claim("test.kind", 1, "w", at)
        assert claimed.attempts == attempt
        again = actions.fail(id_, "unavailable", at)
        assert again == (attempt < limits.ATTEMPTS)
        if again:
            [row] = queries.waiting("test.kind")
            assert row.reason == "unavailable"
            waits.append(row.due_at - at)
            at = row.due_at
    assert waits == [limits.FIRST_WAIT * 2**n for n in range(limits.ATTEMPTS - 1)]
    assert queries.waiting() == []
    [failed] = queries.failed("test.kind")
    assert (failed.id, failed.reason, failed.failed_at) == (id_, "unavailable", at)
    assert actions.claim("test.kind", 1, "w", at + timedelta(days=1)) == []
    assert actions.retry([id_], at) == 1
    assert actions.claim("test.kind", 1, "w", at)[0].attempts == 1


@pytest.mark.django_db
def test_a_failure_may_name_its_own_time() -> None:
    [id_] = posted()
    at = now()
    actions.claim("test.kind", 1, "w", at)
    actions.fail(id_, "unavailable", at, at + timedelta(hours=7))
    assert queries.waiting()[0].due_at == at + timedelta(hours=7)


@pytest.mark.django_db
def test_a_message_that_kills_its_workers_is_parked() -> None:
    [id_] = posted()
    at = now()
    for _ in range(limits.ATTEMPTS):
        assert actions.claim("test.kind", 1, "w", at)
        at += limits.LEASE
    assert actions.claim("test.kind", 1, "w", at) == []
    assert [(row.id, row.reason) for row in queries.failed()] == [(id_, actions.DIED)]


@pytest.mark.django_db
def test_a_lease_is_renewed_only_by_its_holder() -> None:
    ids = posted()
    at = now()
    actions.claim("test.kind", 1, "w1", at)
    assert actions.renew(ids, "w2", at + SOON) == 0
    assert actions.renew(ids, "w1", at + limits.LEASE) == 1
    assert actions.claim("test.kind", 1, "w2", at + limits.LEASE) == []


@pytest.mark.django_db
def test_how_long_the_oldest_has_waited() -> None:
    assert queries.oldest_age(now()) is None
    posted()
    [row] = queries.waiting()
    assert queries.oldest_age(row.due_at + SOON) == SOON
    assert queries.oldest_age(row.due_at + SOON, ["other.kind"]) is None
    assert queries.oldest_age(row.due_at - SOON) is None
    assert queries.waiting_counts() == {"test.kind": 1}


@pytest.mark.django_db
def test_lists_are_read_by_page() -> None:
    ids = posted(count=5)
    page = queries.waiting(limit=3)
    rest = queries.waiting(after=page[-1].id, limit=3)
    assert [row.id for row in (*page, *rest)] == ids


@pytest.mark.django_db(transaction=True)
def test_workers_at_the_same_time_never_claim_the_same_message() -> None:
    ids = posted(count=200)
    claimed: dict[str, list[int]] = {"a": [], "b": [], "c": []}

    def work(worker: str) -> None:
        try:
            while got := actions.claim("test.kind", 7, worker, now()):
                claimed[worker] += [one.id for one in got]
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(worker,)) for worker in claimed]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(id_ for got in claimed.values() for id_ in got) == ids


REFUSED = {
    "e-mail": {"to": "zoe@x.example"},
    "telephone": {"to": "+44 20 7946 0958"},
    "telephone in digits": {"to": "02079460958"},
    "telephone in brackets": {"to": "(020) 7946-0958"},
    "free text": {"note": "Zoe Smith"},
    "line break": {"code": "a\nb"},
    "list of names": {"ids": [1, "two"]},
    "nested": {"who": {"email": 1}},
    "number that is no id": {"amount": 1.5},
    "name that is a value": {"zoe@x.example": 1},
}


@pytest.mark.parametrize("ref", REFUSED.values(), ids=REFUSED)
def test_a_reference_that_may_say_who_is_refused_without_repeating_it(
    ref: dict[str, object],
) -> None:
    with pytest.raises(reference.RefusedReference) as caught:
        reference.check(ref)  # type: ignore[arg-type]
    assert "x.example" not in str(caught.value)
    assert "7946" not in str(caught.value)


@pytest.mark.django_db
def test_a_refused_reference_is_not_posted() -> None:
    with pytest.raises(reference.RefusedReference):
        actions.post("test.kind", {"to": "zoe@x.example"})
    assert queries.waiting() == []


def test_ids_codes_flags_and_lists_of_ids_are_references() -> None:
    reference.check(
        {
            "incident": 7,
            "ids": [1, 2**62],
            "code": "very-high",
            "uuid": "0f8b6a2c-9b1e-4a77-8d6f-1f2e3d4c5b6a",
            "all": True,
            "none": None,
        }
    )


@given(st.emails() | st.from_regex(r"\+?[0-9]{7,15}", fullmatch=True))
def test_no_address_or_number_passes_for_a_reference(value: str) -> None:
    with pytest.raises(reference.RefusedReference):
        reference.check({"value": value})


@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_waits_never_shrink_and_never_pass_the_ceiling(one: int, other: int) -> None:
    def wait(attempts: int) -> timedelta:
        return actions.retry_delay(attempts, first=timedelta(seconds=5), longest=timedelta(hours=1))

    assert (
        timedelta(seconds=5) <= wait(min(one, other)) <= wait(max(one, other)) <= timedelta(hours=1)
    )
