"""Everything held about a person is gathered by one call, from what each package declares."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from django.apps import apps
from django.db import models

from aboveboard.accounts.actions import customer_account
from aboveboard.basics import clock
from aboveboard.basics.package import NotNeeded, personal_data
from aboveboard.delivery.models import WebhookEndpoint, WebhookMessage
from aboveboard.identity.actions import merge
from aboveboard.promise.queries import in_force
from aboveboard.retention.actions import place_hold, restrict
from aboveboard.retention.models import Sweep, SweepRow
from aboveboard.retention.reasons import HoldReason, RestrictionReason
from aboveboard.vault import queries as vault
from aboveboard.vault.documents.actions import attach
from aboveboard.vault.origin import ValueOrigin
from aboveboard.vault.personal_data import export_person
from aboveboard.vault.references import reference_for
from tests.world import ADVISER, load

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 1, tzinfo=UTC)
OURS = ("vault.", "retention.", "identity.MergedPerson")
PERSON_COLUMNS = ("person_id", "merged_id", "first_id")
CHECKED: dict[str, dict[str, Any]] = {
    "custody.Export": {"recipient": "a printer"},
    "custody.ExportPerson": {"reasons": ""},
}
"""What a table's own constraints ask for."""


@pytest.fixture
def person() -> int:
    """Somebody of whom every table of the vault, of retention and of identity has a row."""
    (one, _), (other, _), *_ = load(2)
    now = clock.now()
    attach(
        one,
        "purchase_proof",
        [b"%PDF-"],
        name="receipt.pdf",
        kinds={"purchase_proof": "document"},
        origin=ValueOrigin(in_force().serial, now, "shop", "answer-contact"),
        by=ADVISER,
        at=now,
    )
    place_hold(one, HoldReason.CLAIM, reference="case/1", until=None, by=ADVISER, at=now)
    restrict(one, RestrictionReason.UNLAWFUL, reference="case/2", by=ADVISER, at=now)
    merge(one, other, chosen={}, reference="case/3", by=ADVISER, at=now)
    sweep = Sweep.objects.create(promise_serial=1, begun_at=AT, begun_by={}, digest="")
    SweepRow.objects.create(
        sweep=sweep, person_id=one, fields={"email": {"offers": "expired"}}, whole=False, bound=""
    )
    return one


def fill(model: type[models.Model], person: int, made: dict[type[models.Model], Any]) -> Any:
    """Make a row of any table about a person, and the rows that it refers to."""
    if model in made:
        return made[model]
    values = dict(CHECKED.get(model._meta.label, {}))
    if model is WebhookMessage:  # each system knows them by another name
        endpoint = values["endpoint"] = fill(WebhookEndpoint, person, made)
        values["person"] = reference_for(endpoint.serial, person)
    for field in model._meta.concrete_fields:
        if field.name in values:
            continue
        if field.name in PERSON_COLUMNS or field.attname == "person_id":
            values[field.attname] = person
        elif isinstance(field, models.ForeignKey) and not field.null:
            related = field.related_model
            assert isinstance(related, type)
            values[field.name] = fill(related, person, made)
        elif not (field.null or field.has_default() or isinstance(field, models.AutoField)):
            values[field.name] = value_of(field)
    made[model] = row = model._default_manager.create(**values)
    return row


def value_of(field: models.Field[Any, Any]) -> Any:
    if isinstance(field, models.DateTimeField):
        return AT
    if isinstance(field, models.DateField):
        return AT.date()
    if isinstance(field, models.BooleanField):
        return False
    if isinstance(field, models.JSONField):
        return ADVISER.as_json() if field.name == "actor" else {}
    if isinstance(field, models.BinaryField):
        return b"1"
    if isinstance(field, models.IntegerField | models.FloatField):
        return 1
    return str(field.choices[0][0]) if field.choices else field.name[: field.max_length]


def test_each_table_that_names_a_person_has_rows_in_their_export(person: int) -> None:
    account = customer_account(person, at=AT)
    made: dict[type[models.Model], Any] = {type(account): account}
    for _, data in personal_data():
        for label in data.tables:
            model = apps.get_model(label)
            if not label.startswith(OURS) and not exported(data.name, person):
                fill(model, person, made)
    export = export_person(person)
    assert set(export) == {data.name for _, data in personal_data()}
    for _, data in personal_data():
        if data.tables and not isinstance(data.export, NotNeeded):
            assert export[data.name], data.name
    assert json.loads(json.dumps(export)) == export


def exported(name: str, person: int) -> list[Any]:
    return list(export_person(person)[name])


def test_what_is_sealed_is_named_and_not_opened(person: int) -> None:
    export = export_person(person)
    fields = {str(row["field"]) for row in export["sealed_fields"]}
    assert fields == vault.held_fields(person)
    (document,) = export["documents"]
    assert document == {"person": person, "field": "purchase_proof", "chunks": 1}
    (merged,) = export["merges"]
    assert merged["person"] == person
    everything = repr(export)
    assert "receipt.pdf" not in everything
    assert "@" not in repr({name: export[name] for name in ("look_ups", "sealed_fields", "merges")})


def test_a_number_that_leads_to_somebody_exports_the_same(person: int) -> None:
    (alias,) = export_person(person)["aliases"]
    assert export_person(int(str(alias["merged"]))) == export_person(person)


def test_nothing_is_left_after_an_erasure(person: int) -> None:
    from aboveboard.retention.actions import release_hold
    from aboveboard.retention.models import Hold
    from aboveboard.vault.actions import erase

    release_hold(Hold.objects.get().pk, reference="case/4", by=ADVISER, at=clock.now())
    erase(person, reason="asked", by=ADVISER, at=clock.now())
    assert not any(export_person(person).values())
