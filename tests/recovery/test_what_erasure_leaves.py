"""After an erasure nothing ties the ledger's handle to a person: each table that names people says
what becomes of its rows."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import connection, models

from aboveboard.access import queries as access
from aboveboard.basics import clock
from aboveboard.choices.actions import choose
from aboveboard.choices.models import Choice
from aboveboard.choices.state import ChoiceAnswer
from aboveboard.ledger.models import Entry
from aboveboard.vault import actions as vault
from aboveboard.vault.models import Person
from aboveboard.vault.queries import find
from tests.world import ADVISER, entries, load

GOES = "deleted"
BECOMES: dict[str, str] = {
    "vault.SealedRecord": GOES,
    "vault.BlindIndex": GOES,
    "keys.PersonKey": GOES,
    "accounts.Account": GOES,
    "choices.Choice": GOES,
    "access.QuietRefusal": GOES,
    "access.RaisedConcern": GOES,
    "access.UseIndex": GOES,
    "vault.Alias": GOES,
    "retention.Hold": GOES,
    "identity.MergedPerson": GOES,
    "identity.SharedValue": GOES,
    "vault.AttachmentChunk": GOES,
    # The row stays for its review, without the person's number and without what was written.
    "access.EmergencyUse": GOES,
    # The row stays as the record of what was asked, without the number and what they wrote.
    "rights.RightsRequest": GOES,
    "rights.AddressLetter": GOES,
    "group.OwnLink": GOES,
    "group.ShownLink": GOES,
    "representation.Death": GOES,
    "representation.Representation": GOES,
    "retention.Restriction": GOES,
    "intake.FieldNote": GOES,
    "delivery.Correspondence": GOES,
    "delivery.ContactLimit": GOES,
    "intake.FormerAddress": GOES,
    "retention.SweepRow": (
        "stays, without the person's number: what a sweep found is listed by its fields"
    ),
    "custody.ExportPerson": (
        "stays: the file that left still holds them, and a loss of it must count them (GDPR Art. "
        "33(3)(a))"
    ),
    "incidents.AffectedPerson": (
        "stays: whom a loss affects is part of a count, which is never changed (GDPR Art. 33(5))"
    ),
    "incidents.SettledLine": (
        "stays: whose a line of a leaked file was is part of a count, which is never changed (GDPR "
        "Art. 33(5))"
    ),
    "delivery.Dispatch": (
        "stays: that a notice was sent, and when, is kept to show it was (GDPR Art. 5(2), 33(5))"
    ),
}


def naming_people() -> dict[str, type[models.Model]]:
    """Every table of ours that has a column for a person."""
    return {
        model._meta.label: model
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if isinstance(field, models.Field)
        and (field.name == "person_id" or field.related_model is Person)
    }


def test_every_table_that_names_a_person_says_what_an_erasure_does_to_it() -> None:
    assert set(naming_people()) == set(BECOMES)


@pytest.mark.django_db
def test_no_row_ties_the_handle_to_an_erased_person() -> None:
    (person, row), (other, _) = load(2)
    at = clock.now()
    for person_id in (person, other):
        choose(
            person_id,
            "personal-offers",
            ChoiceAnswer.YES,
            channel="phone",
            evidence="call:1",
            by=ADVISER,
            at=at,
        )
    gone = [entry.id for entry in entries(person)]
    assert gone
    vault.erase(person, reason="asked", by=ADVISER, at=at)

    assert not find("customer_number", row["customer_id"])
    left = {
        name
        for name, model in naming_people().items()
        if model.objects.filter(person_id=person).exists()
    }
    assert not {name for name in left if BECOMES[name] == GOES}
    assert Choice.objects.filter(person_id=other).count() == 1
    # What was done stays written under the handle; which choice was whose is known
    # to nobody here any more.
    assert Entry.objects.filter(pk__in=gone).count() == len(gone)
    assert Entry.objects.filter(kind="erasure.done").count() == 1
    assert entries(person) == []
    handles = Entry.objects.filter(handle__isnull=False).values_list("handle", flat=True)
    assert len(handles) == len(set(handles)), "no two entries have a handle in common"
    assert not access.use_records(person)


@pytest.mark.django_db
def test_to_remove_somebody_again_changes_nothing() -> None:
    ((person, _),) = load(1)
    vault.delete_person(person)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ledger_entry")
        (before,) = cursor.fetchone()
    vault.delete_person(person)
    assert Entry.objects.count() == before
