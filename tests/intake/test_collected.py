"""``collected:`` in a mapping file: what it says of how the customers were collected can have
happened, or is refused."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
import yaml

from aboveboard.intake import collected
from aboveboard.intake import mapping as mappings
from aboveboard.intake.collected import CollectedRefused, CollectionTerms
from aboveboard.vault.origin import ValueOrigin
from tests.promise import retailer
from tests.world import MAPPING_FILE

PROMISE = retailer()
NOW, TODAY = datetime(2026, 5, 1, 8, 0, tzinfo=UTC), date(2026, 5, 1)
FIELDS = ("email", "birth_date", "country")


def test_what_nobody_recorded_is_not_made_up() -> None:
    assert collected.read(None).origins(FIELDS, 3, NOW) == dict.fromkeys(
        FIELDS, ValueOrigin(3, NOW, "import", "")
    )


def test_each_field_has_its_own_purpose_and_all_the_same_day() -> None:
    said = collected.read(
        yaml.safe_load(
            "{channel: shop, purpose: deliver-orders, day: 2019-05-31, fields: {birth_date: "
            "personal-offers}}"
        )
    )
    then = datetime(2019, 5, 31, tzinfo=UTC)
    said.check(PROMISE, FIELDS, TODAY)
    assert said.moment(NOW) == then
    assert said.origins(FIELDS, 3, NOW) == {
        "email": ValueOrigin(3, then, "shop", "deliver-orders"),
        "country": ValueOrigin(3, then, "shop", "deliver-orders"),
        "birth_date": ValueOrigin(3, then, "shop", "personal-offers"),
    }


def test_the_sample_mapping_fits_the_sample_promise() -> None:
    mapping = mappings.load(MAPPING_FILE.read_text("utf-8"), name=MAPPING_FILE.name)
    mapping.collected.check(PROMISE, mapping.fields(), TODAY)
    assert mapping.collected.purpose == "deliver-orders"


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        ("shop", "not a list"),
        ({"chanel": "shop"}, "`chanel` is not a setting"),
        ({"channel": ""}, "not the keys"),
        ({"purpose": 3}, "not the keys"),
        ({"day": "last year"}, "not a day"),
        ({"day": NOW}, "not a day"),
        ({"fields": ["birth_date"]}, "field: purpose"),
        ({"fields": {"birth_date": 1}}, "field: purpose"),
    ],
)
def test_what_cannot_be_read_is_refused(raw: Any, says: str) -> None:
    with pytest.raises(CollectedRefused, match=says):
        collected.read(raw)


@pytest.mark.parametrize(
    ("said", "says"),
    [
        (CollectionTerms(channel="fax"), "no channel `fax`"),
        (CollectionTerms(purpose="sell-it"), "no purpose `sell-it`"),
        (CollectionTerms(purpose="deliver-orders"), "`deliver-orders` does not use birth_date"),
        (
            CollectionTerms(fields={"birth_date": "deliver-orders"}),
            "`deliver-orders` does not use birth_date",
        ),
        (CollectionTerms(fields={"shoe_size": "deliver-orders"}), "no column fills `shoe_size`"),
        (CollectionTerms(day=date(2026, 5, 2)), "still to come"),
    ],
)
def test_what_cannot_have_happened_is_refused(said: CollectionTerms, says: str) -> None:
    with pytest.raises(CollectedRefused, match=says):
        said.check(PROMISE, FIELDS, TODAY)
