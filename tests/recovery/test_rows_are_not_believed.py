"""Rows are not believed (design, invariant 11): what is written past the program decides nothing,
and the comparison with the log names it. For every table that any package declares."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, models, transaction

from aboveboard.access.actions import use
from aboveboard.access.emergency.actions import show_again
from aboveboard.access.emergency.reasons import ReviewVerdict
from aboveboard.access.emergency.review import review
from aboveboard.access.models import EmergencyUse
from aboveboard.access.use import Subject, UseRequest
from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM
from aboveboard.basics.errors import NotFound
from aboveboard.basics.facts import Code
from aboveboard.basics.package import NotNeeded
from aboveboard.choices.models import Choice
from aboveboard.identity import actions as identity
from aboveboard.incidents.models import BatchRecord, NoticeBatch
from aboveboard.keys.rows import DecidingRow, RowNotAuthentic
from aboveboard.ledger.actions import append
from aboveboard.promise.queries import forget
from aboveboard.recovery.comparing import compare_rows, deciding_tables, model_of
from aboveboard.recovery.entries import RowsAuthenticated
from aboveboard.recovery.upgrading import authenticate_rows
from aboveboard.retention import actions as retention
from aboveboard.retention.models import Hold, Restriction
from aboveboard.vault import queries as vault
from aboveboard.vault.actions import erase
from aboveboard.vault.locking import HeldByLaw
from aboveboard.vault.models import Person
from tests.incidents.conftest import SECOND
from tests.recovery.everything import Everything, act, written
from tests.world import ADVISER, OFFERS

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

OFFER = UseRequest(OFFERS, "personal-offers", ("email",), "email")
ANSWER = UseRequest(ADVISER, "answer-contact", ("first_name",), "phone")
TABLES = [table.table for table in deciding_tables()]
ENDS_BY_ITSELF = ("accounts.AccessToken", "accounts.SignInLink")
"""Whose rows are deleted when their minutes are over: to delete one gives nobody anything."""
ONE_FOR_EACH = ("delivery.Correspondence", "intake.FieldNote")
NOT_IN_THE_LOG = (
    "delivery.WebhookMessage",
    "intake.ErasedPerson",
    "intake.HeldBackRow",
    "intake.FieldNote",
    "rights.AddressLetter",
    "campaigns.Campaign",
)
"""Of whose rows the log says nothing, each for its reason (``DecidingTable.speaks_of``;
``docs/security/threat-model.md`` says what whoever deletes one gains)."""


def columns() -> Iterator[Any]:
    """Yield each column that decides; on PostgreSQL one of each kind, which it may give back in
    another form than SQLite."""
    kinds = set[str]()
    for table in deciding_tables():
        of = model_of(table)
        for column in of.DECIDING:
            field = next(field for field in of._meta.concrete_fields if field.attname == column)
            known = field.get_internal_type() in kinds
            kinds.add(field.get_internal_type())
            marks = pytest.mark.one_database("a column of its kind is tried") if known else ()
            yield pytest.param(table.table, column, marks=marks, id=f"{table.table}-{column}")


def test_what_the_program_wrote_agrees_with_the_log(everything: Everything) -> None:
    assert list(compare_rows()) == []


def model(label: str) -> type[DecidingRow]:
    return next(model_of(table) for table in deciding_tables() if table.table == label)


def another(field: models.Field[Any, Any], value: Any) -> Any:
    """Return another value of the same kind, as the database takes it."""
    if isinstance(field, models.ForeignKey):
        others = field.related_model._base_manager.exclude(pk=value)
        changed: Any = others.values_list("pk", flat=True).first()
    elif isinstance(value, bool):
        changed = not value
    elif isinstance(field, models.JSONField):
        changed = [*value, "more"] if isinstance(value, list) else {**(value or {}), "id": "99999"}
    elif isinstance(value, date):
        changed = value - timedelta(days=3)
    elif isinstance(field, models.BinaryField):
        changed = b"ours" + bytes(value or b"")
    elif isinstance(value, str):
        changed = {"yes": "no", "no": "yes"}.get(
            value, value[:-1] + ("a" if value[-1:] != "a" else "b")
        )
    elif isinstance(value, int):
        changed = value + 1_000
    else:
        changed = clock.now() if isinstance(field, models.DateTimeField) else 100_000
    return field.get_db_prep_save(changed, connection)


@pytest.mark.parametrize("label", TABLES)
def test_each_table_has_rows_here_and_columns_that_decide(
    everything: Everything, label: str
) -> None:
    """Whoever declares a table adds a row of it to ``everything``: else nothing here tries it."""
    assert model(label).objects.exists()
    assert model(label).DECIDING


@pytest.mark.parametrize(("label", "column"), [*columns()])
def test_a_row_changed_past_the_program_is_known(
    everything: Everything, label: str, column: str
) -> None:
    of = model(label)
    table, key = of._meta.db_table, of._meta.pk.column
    field = next(field for field in of._meta.concrete_fields if field.attname == column)
    for row in of.objects.all():
        value = another(field, getattr(row, column))
        statement = f'UPDATE {table} SET "{column}" = %s WHERE "{key}" = %s'  # noqa: S608
        try:
            with transaction.atomic():
                assert written(statement, value, row.pk) == 1
        except IntegrityError:  # a constraint of the database: tried on another row
            continue
        changed = of.objects.get(pk=row.pk)
        assert not changed.authentic
        with pytest.raises(RowNotAuthentic):
            changed.save()
        # A row that is not authentic is named, whatever was changed: tried once for each table.
        if column == of.DECIDING[0]:
            assert label in act()
        return
    pytest.fail("no row could be changed")


@pytest.mark.parametrize(
    "label", [label for label in TABLES if label not in (*ENDS_BY_ITSELF, *NOT_IN_THE_LOG)]
)
def test_a_row_deleted_past_the_program_is_named(everything: Everything, label: str) -> None:
    of = model(label)
    row = of.objects.order_by("-pk").first()
    assert row is not None
    _delete(of, row.pk)
    act()


def _delete(of: type[models.Model], key: Any) -> None:
    """Delete a row, and first what refers to it: the database would not let it stay."""
    for relation in of._meta.get_fields(include_hidden=True):
        if not isinstance(relation, models.ManyToOneRel):
            continue
        column = relation.field.column
        for other in relation.related_model._base_manager.filter(**{column: key}):
            _delete(relation.related_model, other.pk)
    written(
        f'DELETE FROM {of._meta.db_table} WHERE "{of._meta.pk.column}" = %s',  # noqa: S608
        key,
    )


@pytest.mark.parametrize("label", TABLES)
def test_a_row_copied_to_another_place_is_known(everything: Everything, label: str) -> None:
    of = model(label)
    # A customer's account has an address of its own form.
    row = next(row for row in of.objects.order_by("pk") if not getattr(row, "is_customer", False))
    columns = [field.column for field in of._meta.concrete_fields if not field.primary_key]
    listed = ", ".join(f'"{column}"' for column in columns)
    unique = {field.column for field in of._meta.concrete_fields if field.unique} | {"reference"}
    kinds = {field.column: field for field in of._meta.concrete_fields}
    # Of these a person has one: the copy is somebody else's.
    others = {"person_id": "424242"} if label in ONE_FOR_EACH else {}
    if label == "delivery.WebhookMessage":  # an event goes to an endpoint once
        others = {"event_id": "424242"}
    copied = ", ".join(
        others.get(column)
        or (
            ("999999" if isinstance(kinds[column], models.IntegerField) else "'copied@x.example'")
            if column in unique - {"person_id"}
            else f'"{column}"'
        )
        for column in columns
    )
    key = of._meta.pk.column
    # Merges are unique by number: the copy is of a merge that is over.
    where = f"\"{key}\" = '{row.pk}'"
    if label == "identity.MergedPerson":
        where = "split_at IS NOT NULL"
    if label == "delivery.WebhookEndpoint":
        where = "removed_at IS NOT NULL"  # a name is one endpoint's
    if label == "incidents.BatchRecord":
        where = "step = 'stopped'"  # a batch is approved once
    written(
        f'INSERT INTO {of._meta.db_table} ("{key}", {listed}) '  # noqa: S608
        f"SELECT '999999', {copied} FROM {of._meta.db_table} WHERE {where}"
    )
    assert not of.objects.get(pk="999999").authentic
    assert label in act()


def test_a_yes_made_up_opens_nothing(everything: Everything) -> None:
    """S2: the row of a consent, written with SQL alone."""
    other = everything.held
    columns = ", ".join(
        field.column for field in Choice._meta.concrete_fields if not field.primary_key
    )
    taken = columns.replace("person_id", str(other))
    written(
        f"INSERT INTO choices_choice (id, {columns}) "  # noqa: S608
        f"SELECT 777777, {taken} FROM choices_choice WHERE answer = 'yes' LIMIT 1"
    )
    assert not use(OFFER.for_subject(Subject(other)), at=clock.now()).allowed
    assert "choices.Choice 777777" in act()


@pytest.mark.parametrize(
    "change", ["answer = 'yes'", "purpose = 'improve-shops'", "at = '2020-01-01 00:00:00+00'"]
)
def test_a_no_that_was_changed_lets_no_older_yes_count(everything: Everything, change: str) -> None:
    assert not use(OFFER.for_subject(Subject(everything.chose)), at=clock.now()).allowed
    written(f"UPDATE choices_choice SET {change} WHERE answer = 'no'")  # noqa: S608
    assert not use(OFFER.for_subject(Subject(everything.chose)), at=clock.now()).allowed


def test_a_no_that_was_deleted_is_named(everything: Everything) -> None:
    written("DELETE FROM choices_choice WHERE answer = 'no'")
    assert "has no row any more" in act()


def test_what_an_erasure_deleted_is_not_called_missing(everything: Everything) -> None:
    erase(everything.chose, reason="asked", by=SYSTEM, at=clock.now())
    assert not Choice.objects.filter(person_id=everything.chose).exists()
    assert list(compare_rows()) == []


@pytest.mark.parametrize("dates", ["restricted_until = NULL", "restricted_since = NULL"])
def test_a_restriction_taken_off_the_person_still_stands(
    everything: Everything, dates: str
) -> None:
    question = ANSWER.for_subject(Subject(everything.restricted))
    assert not use(question, at=clock.now()).allowed
    written(f"UPDATE vault_person SET {dates} WHERE id = %s", everything.restricted)  # noqa: S608
    assert not use(question, at=clock.now()).allowed
    assert "vault.Person" in act()


def test_a_hold_taken_off_the_person_still_keeps_them(everything: Everything) -> None:
    written("UPDATE vault_person SET held_until = NULL WHERE id = %s", everything.held)
    with pytest.raises(HeldByLaw):
        erase(everything.held, reason="asked", by=SYSTEM, at=clock.now())


def test_dates_cleared_without_a_trace_are_named_by_the_comparison(everything: Everything) -> None:
    """Dates and MAC cleared together look as if there had never been any; the rows say more."""
    written(
        "UPDATE vault_person SET restricted_until = NULL, restricted_since = NULL, "
        "held_until = NULL, open_mac = NULL"
    )
    assert "is not as the open rows say" in act()


def test_a_hold_ended_past_the_program_still_stands(everything: Everything) -> None:
    written("UPDATE retention_hold SET ended_at = '2026-01-01 00:00:00+00'")
    retention.refresh(everything.held)
    person = Person.objects.get(pk=everything.held)
    assert person.held_until is not None
    assert person.held_until.year == 9999


def test_a_number_led_to_somebody_else_opens_nothing(everything: Everything) -> None:
    """A customer whose number leads to another person would see that person's data."""
    written(
        "UPDATE vault_alias SET person_id = %s WHERE merged_id = %s",
        everything.chose,
        everything.merged,
    )
    assert vault.fetch([everything.merged]) == {}
    assert "vault.Alias" in act()


def test_rows_from_before_there_were_macs_get_theirs_once(everything: Everything) -> None:
    """Compared with the log first: what does not say the same stays without."""
    for table in deciding_tables():
        written(f"UPDATE {model_of(table)._meta.db_table} SET mac = NULL")  # noqa: S608
    written("UPDATE vault_person SET open_mac = NULL")
    written("UPDATE promise_promiseversion SET entry_id = NULL")
    written("UPDATE choices_choice SET answer = 'yes' WHERE answer = 'no'")
    upgrade = authenticate_rows(by=SYSTEM, at=clock.now())
    assert upgrade is not None
    assert ["answer differs" in finding.sentence for finding in upgrade.refused] == [True]
    forget()
    assert not use(OFFER.for_subject(Subject(everything.chose)), at=clock.now()).allowed
    assert not use(ANSWER.for_subject(Subject(everything.restricted)), at=clock.now()).allowed
    assert use(ANSWER.for_subject(Subject(everything.kept)), at=clock.now()).allowed
    findings = {finding.table for finding in compare_rows()}
    assert findings == {"choices.Choice"}

    written("UPDATE retention_restriction SET mac = NULL")
    assert authenticate_rows(by=SYSTEM, at=clock.now()) is None
    assert Restriction.objects.filter(mac=None).exists(), "nobody gets a second MAC"


def test_decisions_about_notices_from_before_they_had_macs_get_theirs(
    everything: Everything,
) -> None:
    """Each by the entry of its own moment, also where the same was decided twice."""
    early = RowsAuthenticated(
        rows=1,
        refused=0,
        tables=tuple(
            Code(table.table)
            for table in deciding_tables()
            if table.table != "incidents.BatchRecord"
        ),
    )
    with transaction.atomic():
        append(early, by=SYSTEM, handle=None, at=clock.now())
    named = list(BatchRecord.objects.order_by("id").values_list("entry_id", flat=True))
    written("UPDATE incidents_batchrecord SET mac = NULL, entry_id = NULL")
    upgrade = authenticate_rows(by=SYSTEM, at=clock.now())
    assert upgrade is not None
    assert (upgrade.authenticated, upgrade.refused) == (len(named), [])
    assert list(BatchRecord.objects.order_by("id").values_list("entry_id", flat=True)) == named
    assert list(compare_rows()) == []


def test_only_what_is_compared_elsewhere_has_no_entry_of_its_own() -> None:
    for table in deciding_tables():
        if isinstance(table.speaks_of, NotNeeded):
            assert table.speaks_of.why


def test_many_at_once_are_written_with_their_macs(everything: Everything) -> None:
    assert Hold.objects.filter(person_id=everything.held).update(until=None) == 2
    assert all(row.authentic for row in Hold.objects.all())


def test_the_log_of_the_program_names_rows_by_number_alone(
    everything: Everything, caplog: pytest.LogCaptureFixture
) -> None:
    written("UPDATE choices_choice SET answer = 'yes' WHERE answer = 'no'")
    with caplog.at_level(logging.ERROR):
        use(OFFER.for_subject(Subject(everything.chose)), at=clock.now())
    lines = [record.getMessage() for record in caplog.records]
    assert any("choices.Choice" in line for line in lines)
    assert not any("personal-offers" in line or "call:417" in line for line in lines)


@pytest.mark.parametrize(
    "change",
    ["until = '2099-01-01 00:00:00+00'", "person_id = {other}", "fields = '[\"phone\"]'"],
)
def test_an_emergency_that_was_changed_shows_nothing_again(
    everything: Everything, change: str
) -> None:
    row = EmergencyUse.objects.get()
    assert show_again(row.pk, by=everything.adviser, at=clock.now()).allowed
    changed = change.format(other=everything.held)
    written(f"UPDATE access_emergencyuse SET {changed}")  # noqa: S608
    with pytest.raises(NotFound):
        show_again(row.pk, by=everything.adviser, at=clock.now())
    with pytest.raises(RowNotAuthentic):
        review(row.pk, ReviewVerdict.JUSTIFIED, by=SECOND, at=clock.now())
    assert "access.EmergencyUse" in act()


def test_an_emergency_stays_authentic_through_merge_and_erasure(everything: Everything) -> None:
    row = EmergencyUse.objects.get()
    assert row.person_id is not None
    identity.merge(
        everything.held, row.person_id, chosen={}, reference="case/9", by=SYSTEM, at=clock.now()
    )
    assert EmergencyUse.objects.get().authentic
    assert EmergencyUse.objects.get().person_id == everything.held
    assert list(compare_rows()) == []


def test_tables_that_got_macs_later_get_them_once(everything: Everything) -> None:
    """An instance whose other rows have had theirs: the log says which tables were done."""
    early = RowsAuthenticated(rows=1, refused=0)
    with transaction.atomic():
        append(early, by=SYSTEM, handle=None, at=clock.now())
    for table in ("incidents_noticebatch", "access_emergencyuse", "choices_choice"):
        written(f"UPDATE {table} SET mac = NULL")  # noqa: S608
    written("UPDATE incidents_noticebatch SET entry_id = NULL, approved_entry_id = NULL")
    upgrade = authenticate_rows(by=SYSTEM, at=clock.now())
    assert upgrade is not None
    assert (upgrade.authenticated, upgrade.refused) == (3, [])
    assert all(row.authentic for row in NoticeBatch.objects.all())
    assert {finding.table for finding in compare_rows()} == {"choices.Choice"}
    written("UPDATE access_emergencyuse SET mac = NULL")
    assert authenticate_rows(by=SYSTEM, at=clock.now()) is None
