"""A system is connected by its declaration: what is in force is in the log, and a row that was
written past the program decides nothing, and is not left out in silence."""

from __future__ import annotations

import pytest
from django.db import connection

from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM
from aboveboard.basics.errors import NotFound
from aboveboard.connectors import actions, queries, registry
from aboveboard.connectors.contract import Verb
from aboveboard.connectors.rows import SystemRowDamaged
from aboveboard.ledger import queries as ledger
from aboveboard.ledger.models import Entry
from aboveboard.recovery.comparing import compare_rows
from tests.connectors.declared import BY_HAND

pytestmark = pytest.mark.django_db


def declare(key: str = "cabinet", name: str = "A cabinet") -> int:
    text = BY_HAND.format(key=key, name=name)
    return actions.declare(text, name="cabinet.yaml", by=SYSTEM, at=clock.now()).version


def kinds() -> list[str]:
    numbers = Entry.objects.order_by("id").values_list("id", flat=True)
    return [kind for number in numbers if (kind := ledger.entry(number).kind).startswith("system.")]


def test_it_is_declared_changed_and_removed_each_with_its_entry() -> None:
    first = declare()
    assert declare() == first
    second = declare(name="A cellar")
    declare("archive")
    assert [record.key for record in queries.systems()] == ["archive", "cabinet"]
    assert registry.declaration("cabinet").name == "A cellar"
    assert registry.version("cabinet") == second
    actions.remove("cabinet", by=SYSTEM, at=clock.now())
    assert [connector.key for connector in registry.active()] == ["archive"]
    for gone in (registry.connector, registry.declaration):
        with pytest.raises(NotFound):
            gone("cabinet")
    with pytest.raises(NotFound):
        actions.remove("cabinet", by=SYSTEM, at=clock.now())
    assert kinds() == ["system.declared", "system.changed", "system.declared", "system.removed"]
    assert [finding for finding in compare_rows() if "connectors" in finding.table] == []
    assert declare() > second
    assert kinds()[-1] == "system.declared"


def test_what_a_test_said_is_kept_for_its_page() -> None:
    declare()
    assert queries.systems()[0].test_ok is None
    assert actions.test("cabinet", at=clock.now()).ok
    assert queries.systems()[0].test_ok is True
    assert queries.systems()[0].test_sentence.startswith("People answer for it")


@pytest.mark.parametrize("change", ["source = 'x'", "digest = 'x'", "removed_entry_id = 1"])
def test_a_row_changed_past_the_program_stops_and_is_found(change: str) -> None:
    declare()
    registry.forget()
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE connectors_system SET {change}")  # noqa: S608 - the test's own
    with pytest.raises(SystemRowDamaged):
        registry.active()
    assert [finding for finding in compare_rows() if finding.table == "connectors.System"]


def test_what_people_do_is_never_taken_for_nothing_held() -> None:
    declare()
    connector = registry.connector("cabinet")
    assert connector.verbs == frozenset()
    (match,) = connector.find([])
    assert match.by == ()
    assert list(connector.read(match)) == []
    for change in (
        connector.erase(match, dry_run=True),
        connector.correct(match, {}),
        connector.restrict(match, None),
    ):
        assert not change.done
        assert change.messages
    assert connector.erase(match).messages == ("Shred the folder, and say here what was kept.",)
    assert Verb.ERASE in registry.declaration("cabinet").by_hand
    assert [(field.path, field.declared) for field in connector.describe()] == [
        ("signature", "user.name"),
        ("witness", "user.name"),
    ]
