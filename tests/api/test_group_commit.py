"""Uses of one moment share a transaction, and nothing else: each gets its own outcome, none before
its entry is durable."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError, connection, connections

from aboveboard.access import by_identifier
from aboveboard.access.use import Subject, UseRequest
from aboveboard.api import group_commit
from aboveboard.basics.actor import Actor, ActorKind
from aboveboard.ledger import actions as ledger
from aboveboard.ledger.models import Entry
from aboveboard.vault import queries as vault
from tests.world import load

pytestmark = pytest.mark.django_db(transaction=True)
TILL = Actor(ActorKind.SERVICE, "3", "shop-system", "Shops")
ASK = UseRequest(TILL, "deliver-orders", ("first_name",), "shop")


@pytest.fixture
def rows() -> list[dict[str, str]]:
    return [row for _, row in load(8)]


def wanted(row: dict[str, str], ask: UseRequest = ASK) -> UseRequest:
    return ask.for_subject(Subject(kind="customer_number", value=row["customer_id"]))


def at_once(asked: list[UseRequest], *, held: bool = True) -> list[Any]:
    """Ask all at the same moment, each in a thread; return outcomes or errors, in order."""
    found: list[Any] = [None] * len(asked)

    def one(number: int) -> None:
        try:
            found[number] = group_commit.use_grouped(asked[number])
        except Exception as error:
            found[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=(number,)) for number in range(len(asked))]
    with group_commit._work:  # nobody begins before all wait
        for thread in threads:
            thread.start()
        while held and len(group_commit._waiting) < len(asked):
            threading.Event().wait(0.01)
    for thread in threads:
        thread.join(60)
    return found


@pytest.fixture
def commits(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many people each transaction was for."""
    counted: list[int] = []
    real = group_commit.use_each

    def counting(some: Any, *, at: Any) -> Any:
        counted.append(len(some))
        return real(some, at=at)

    monkeypatch.setattr(group_commit, "use_each", counting)
    return counted


def test_those_who_wait_are_done_in_one_transaction_and_each_gets_their_own(
    rows: list[dict[str, str]], commits: list[int]
) -> None:
    found = at_once([wanted(row) for row in rows])
    assert commits == [8]
    for row, outcome in zip(rows, found, strict=True):
        assert outcome.allowed
        assert outcome.values["first_name"] is not None
        assert outcome.values["first_name"].reveal() == row["first_name"]
    assert len({outcome.entry_id for outcome in found}) == 8
    assert Entry.objects.filter(kind="use.granted").count() == 8


def test_different_asks_are_decided_each_by_its_own(
    rows: list[dict[str, str]], commits: list[int]
) -> None:
    too_much = UseRequest(TILL, "deliver-orders", ("birth_date",), "shop")
    found = at_once([wanted(rows[0]), wanted(rows[0], too_much), wanted(rows[1])])
    assert commits == [3]
    assert [one.allowed for one in found] == [True, False, True]
    assert [one.code.value for one in found[1].reasons] == ["field_not_in_purpose"]


@pytest.mark.parametrize("where", ["append", "commit"])
def test_when_the_database_fails_nobody_is_given_anything(
    where: str, rows: list[dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[object] = []

    def failing(*_: object, **__: object) -> None:
        raise OperationalError("disk full")

    real_open = vault.open_record
    monkeypatch.setattr(
        vault, "open_record", lambda *given: opened.append(given) or real_open(*given)
    )
    if where == "append":
        monkeypatch.setattr(by_identifier, "append_many", failing)
    else:
        monkeypatch.setattr("django.db.backends.base.base.BaseDatabaseWrapper.commit", failing)
    found = at_once([wanted(row) for row in rows])
    monkeypatch.undo()
    assert [type(one) for one in found] == [OperationalError] * 8
    assert not opened, "opened before the commit"
    assert not Entry.objects.filter(kind="use.granted").exists()


def test_what_breaks_for_one_breaks_for_no_other(
    rows: list[dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    real: Callable[..., Any] = ledger.encode_each

    def encode_each(entries: Any, entry_ids: Any) -> Any:
        if any("birth_date" in entry.facts["fields"] for entry in entries):
            raise RuntimeError("a fault of ours")
        return real(entries, entry_ids)

    monkeypatch.setattr(ledger, "encode_each", encode_each)
    broken = UseRequest(TILL, "deliver-orders", ("birth_date",), "shop")
    found = at_once([wanted(rows[0]), wanted(rows[1], broken), wanted(rows[2])])
    assert [type(one).__name__ for one in found] == ["UseResult", "RuntimeError", "UseResult"]
    assert Entry.objects.filter(kind="use.granted").count() == 2


def test_whoever_waits_holds_no_connection_of_a_pool(
    rows: list[dict[str, str]], on_postgres: bool
) -> None:
    seen: list[Any] = []

    def ask() -> None:
        seen.append(connections["default"])
        seen[0].ensure_connection()
        group_commit.use_grouped(wanted(rows[0]))
        seen[0].close()

    thread = threading.Thread(target=ask)
    with group_commit._work:
        thread.start()
        while not group_commit._waiting:
            threading.Event().wait(0.01)
        held = seen[0].connection is not None
    thread.join(60)
    assert held is not on_postgres, "SQLite keeps its file open; a pool's connection goes back"
