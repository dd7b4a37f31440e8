"""A model whose rows decide: whatever way it is written, its MAC goes with it, and what somebody
else wrote is neither believed nor signed. With choices, because ``keys`` has no such row itself."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

import pytest

from aboveboard.choices.models import Choice
from aboveboard.choices.state import ChoiceAnswer
from aboveboard.keys import queries, rows
from aboveboard.keys.rows import RowNotAuthentic

pytestmark = pytest.mark.django_db


def choice(number: int) -> Choice:
    return Choice(
        person_id=number,
        purpose="personal-offers",
        answer=ChoiceAnswer.NO.value,
        channel="phone",
        evidence="call/1",
        at=datetime(2026, 11, 28, 9, 30, tzinfo=UTC),
        promise_serial=1,
        actor={"kind": "system"},
        entry_id=number,
    )


def saved(number: int = 1) -> Choice:
    row = choice(number)
    row.save()
    return Choice.objects.get(pk=row.pk)


def test_a_row_that_was_saved_is_authentic_however_often_it_is_read() -> None:
    assert not rows.has_secret()
    row = saved()
    assert row.authentic
    assert rows.has_secret()
    assert queries.secret_names() == [rows.ROWS]
    row.refresh_from_db()
    assert row.authentic
    row.answer = ChoiceAnswer.YES.value
    row.save(update_fields=["answer"])
    read = Choice.objects.get(pk=row.pk)
    assert (read.authentic, read.answer) == (True, "yes")
    rows.forget()
    queries.forget()
    assert Choice.objects.get(pk=row.pk).authentic, "another process has the same key"


def test_many_rows_at_once_have_their_macs_too() -> None:
    given = [choice(number) for number in (3, 4)]
    for row in given:
        row.pk = 100 + row.person_id
    Choice.objects.bulk_create(given)
    made = Choice.objects.filter(pk__gt=100)
    assert all(row.authentic for row in made)
    assert made.update(answer="yes", channel="shop") == 2
    assert [(row.answer, row.channel, row.authentic) for row in made.all()] == [
        ("yes", "shop", True)
    ] * 2
    assert made.update(channel="phone") == 2
    assert [(row.channel, row.authentic) for row in made.all()] == [("phone", True)] * 2


@pytest.mark.parametrize("column", sorted({*Choice.DECIDING} - {"actor", "at"}))
def test_what_somebody_else_wrote_is_known_and_never_signed(
    column: str, caplog: pytest.LogCaptureFixture
) -> None:
    row = saved()
    other = {"purpose": "another", "answer": "yes", "waits": True}.get(column, 77)
    super(rows.DecidingQuerySet, Choice.objects.filter(pk=row.pk)).update(**{column: other})
    with caplog.at_level(logging.ERROR):
        row.refresh_from_db()
    assert not row.authentic
    assert f"choices.Choice with the key {row.pk}" in caplog.text
    for save in (row.save, lambda: row.save(update_fields=["answer"])):
        with pytest.raises(RowNotAuthentic):
            save()
    row.channel = "shop"
    row.save(update_fields=["channel"])  # it decides nothing
    read = Choice.objects.get(pk=row.pk)
    assert (read.channel, read.authentic) == ("shop", False)
    with pytest.raises(RowNotAuthentic):
        Choice.objects.filter(pk=row.pk).update(entry_id=5)


def test_a_reference_is_under_the_mac_by_either_of_its_names() -> None:
    assert Choice.changes_deciding_columns(["person_id"])
    assert Choice.changes_deciding_columns(["channel", "answer"])
    assert not Choice.changes_deciding_columns(["channel", "evidence"])
    assert not Choice.changes_deciding_columns([])
