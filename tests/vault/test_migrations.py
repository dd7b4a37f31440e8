"""A database made before tables had packages of their own migrates without loss."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from aboveboard.identity.models import MergedPerson
from aboveboard.intake.models import ImportProblem, ImportRun
from aboveboard.retention.models import Hold, Restriction, Sweep, SweepRow
from aboveboard.vault import aliases
from aboveboard.vault.models import Alias, Person

pytestmark = pytest.mark.django_db(transaction=True)

BEFORE = [
    ("vault", "0008_generations"),
    ("retention", None),
    ("identity", None),
    ("intake", None),
]
AT = datetime(2026, 11, 20, 8, 30, tzinfo=UTC)
ACTOR = {"kind": "staff", "id": "7"}
FACETS = {
    "kept_collected_at": "2026-01-01T00:00:00.000000Z",
    "jurisdiction": "DE",
    "language": "de",
    "collected_at": "2026-01-02T00:00:00.000000Z",
    "last_active_at": "2026-01-03T00:00:00.000000Z",
}


def state(look_ups: list[list[Any]]) -> dict[str, Any]:
    return {
        "won": {"email": "merged"},
        "facets": FACETS,
        "look_ups": look_ups,
        "account": "moved",
        "rooms": {"access": [11]},
    }


def kept(reference: str, ended: datetime | None = None) -> dict[str, Any]:
    return {
        "person_id": 1,
        "reference": reference,
        "at": AT,
        "actor": json.dumps(ACTOR),
        "entry_id": 5,
        "until": None,
        "ended_at": ended,
        "ended_reference": "ruling/1" if ended else "",
        "ended_actor": json.dumps(ACTOR) if ended else None,
        "ended_entry_id": 6 if ended else None,
    }


def merge(merged: int, look_ups: list[list[Any]], **more: Any) -> dict[str, Any]:
    return {
        "person_id": 1,
        "merged_id": merged,
        "reference": "case/1",
        "at": AT,
        "actor": json.dumps(ACTOR),
        "entry_id": 5,
        "boxes": b"\x02\x00",
        "set_aside": b"\x02\x01",
        "state": json.dumps(state(look_ups)),
        "split_reference": "",
        **more,
    }


ROWS: list[tuple[str, dict[str, Any]]] = [
    (
        "vault_person",
        {
            "id": 1,
            "jurisdiction": "GB",
            "language": "en",
            "collected_at": AT,
            "last_active_at": AT,
            "held_until": AT,
        },
    ),
    ("vault_hold", {**kept("case/1"), "why": "claim"}),
    ("vault_hold", {**kept("case/1", ended=AT), "why": "authority"}),
    ("vault_restriction", {**kept("case/2"), "why": "unlawful"}),
    (
        "vault_sweep",
        {
            "id": 41,
            "promise_serial": 3,
            "begun_at": AT,
            "begun_by": json.dumps(ACTOR),
            "reached": 1,
            "looked_at": 12,
            "counts": json.dumps({"people": {"some": 1}}),
            "digest": "ab" * 32,
        },
    ),
    (
        "vault_sweeprow",
        {
            "sweep_id": 41,
            "person_id": 1,
            "fields": json.dumps({"email": {"offers": "expired"}}),
            "whole": False,
            "bound": "cd" * 32,
            "outcome": "",
        },
    ),
    ("vault_mergedperson", merge(2, [[1, "aa", True]])),
    ("vault_mergedperson", merge(3, [[1, "bb", False, 2]], boxes=None, set_aside=None)),
    ("vault_mergedperson", merge(4, [[1, "cc", False, 2]], split_at=AT)),
    (
        "vault_importrun",
        {
            "id": 71,
            "file_digest": "ef" * 32,
            "mapping_digest": "01" * 32,
            "file_name": "people.csv",
            "started_at": AT,
            "resumed": 1,
            "bytes_done": 99,
            "lines_done": 3,
            "first_person_id": 1,
            "rows": 3,
            "loaded": 2,
            "already_held": 0,
            "refused": 1,
        },
    ),
    (
        "vault_importproblem",
        {"run_id": 71, "line": 2, "field": "email", "code": "twice", "sentence": "As above."},
    ),
]


def migrate(targets: list[tuple[str, str | None]]) -> None:
    executor = MigrationExecutor(connection)
    executor.migrate(targets)


@pytest.fixture
def old_database() -> Iterator[None]:
    """The schema of commit 5d29c0e, without rows; afterwards the newest again."""
    newest = MigrationExecutor(connection).loader.graph.leaf_nodes()
    migrate(BEFORE)
    assert "vault_hold" in connection.introspection.table_names()
    yield
    migrate(newest)


def insert(table: str, row: dict[str, Any]) -> None:
    names, marks = ", ".join(row), ", ".join(["%s"] * len(row))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({names}) VALUES ({marks})",  # noqa: S608 - both are ours
            list(row.values()),
        )


def test_rows_of_every_table_are_read_by_the_package_that_has_it_now(old_database: None) -> None:
    for table, row in ROWS:
        insert(table, row)
    migrate(MigrationExecutor(connection).loader.graph.leaf_nodes())

    open_hold, ended_hold = Hold.objects.order_by("id")
    assert (open_hold.reference, open_hold.why, open_hold.ended_at) == ("case/1", "claim", None)
    assert (ended_hold.ended_at, ended_hold.ended_actor) == (AT, ACTOR)
    assert Restriction.objects.get().why == "unlawful"
    sweep = Sweep.objects.get()
    assert (sweep.pk, sweep.people_reviewed, sweep.counts) == (41, 12, {"people": {"some": 1}})
    assert SweepRow.objects.get().sweep == sweep
    run = ImportRun.objects.get()
    assert (run.pk, run.file_name, run.bytes_done) == (71, "people.csv", 99)
    assert ImportProblem.objects.get().run == run
    assert Person.objects.get().held_until == AT

    undone_not_yet, closed, split = MergedPerson.objects.order_by("id")
    assert bytes(undone_not_yet.merged_boxes or b"") == b"\x02\x00"
    assert bytes(undone_not_yet.replaced_boxes or b"") == b"\x02\x01"
    assert undone_not_yet.state["won"] == {"email": "merged"}
    assert undone_not_yet.state["packages"]["accounts"] == "moved"
    assert [11] in undone_not_yet.state["packages"].values()
    assert closed.merged_boxes is None
    assert split.split_at == AT

    assert aliases.all_aliases() == {2: 1, 3: 1}
    assert {alias.merged_id: alias.look_ups for alias in Alias.objects.all()} == {
        2: [[1, "aa", True, 0]],
        3: [],
    }
    assert Alias.objects.get(merged_id=2).facets == FACETS


def test_new_rows_are_numbered_after_the_old_and_one_open_hold_has_one_case(
    old_database: None,
) -> None:
    for table, row in ROWS:
        insert(table, row)
    migrate(MigrationExecutor(connection).loader.graph.leaf_nodes())
    last = Hold.objects.order_by("-id").values_list("id", flat=True)[0]
    row = Hold.objects.create(
        person_id=1, reference="case/9", at=AT, actor=ACTOR, entry_id=9, why="claim"
    )
    assert row.pk == last + 1
    with connection.cursor() as cursor:
        names = connection.introspection.get_constraints(cursor, Hold._meta.db_table)
    assert "retention_hold_once" in names
    assert not {name for name in connection.introspection.table_names() if "vault_hold" in name}
