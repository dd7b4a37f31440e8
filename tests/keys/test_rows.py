"""The MAC of a row: over its table, key and values, and the same on both databases."""

from __future__ import annotations

import hmac
from datetime import UTC, datetime, timedelta, timezone

import pytest

from aboveboard.basics.actor import Role
from aboveboard.keys import rows

AT = datetime(2026, 11, 28, 9, 30, 0, 250_000, tzinfo=UTC)
VALUES = [7, "personal-offers", True, None, AT, {"role": "adviser", "id": "3"}, b"\x00\xff", ["é"]]
pytestmark = pytest.mark.django_db


def test_the_bytes_under_the_mac_are_these() -> None:
    """A vector: rows that were written must be known by every later version."""
    written = (
        '["choices.Choice",5,7,"personal-offers",true,null,"2026-11-28T09:30:00.250000Z",'
        '{"id":"3","role":"adviser"},"AP8=",["é"]]'
    )
    expected = hmac.digest(rows._key(), written.encode(), "sha256")
    assert rows.mac_of("choices.Choice", 5, VALUES) == expected


@pytest.mark.parametrize("place", range(len(VALUES)))
def test_every_value_counts(place: int) -> None:
    other = [*VALUES[:place], "another", *VALUES[place + 1 :]]
    assert not rows.is_authentic(
        "choices.Choice", 5, other, rows.mac_of("choices.Choice", 5, VALUES)
    )


def test_table_and_key_count_and_a_row_without_a_mac_is_not_authentic() -> None:
    mac = rows.mac_of("choices.Choice", 5, VALUES)
    assert rows.is_authentic("choices.Choice", 5, VALUES, memoryview(mac))
    assert not rows.is_authentic("choices.Choice", 6, VALUES, mac)
    assert not rows.is_authentic("retention.Hold", 5, VALUES, mac)
    assert not rows.is_authentic("choices.Choice", 5, VALUES, None)
    assert not rows.is_authentic("choices.Choice", 5, VALUES, b"")


def test_what_is_the_same_value_to_the_database_has_the_same_mac() -> None:
    elsewhere = AT.astimezone(timezone(timedelta(hours=5)))
    assert rows.mac_of("t", 1, [elsewhere, Role.ADVISER]) == rows.mac_of("t", 1, [AT, "adviser"])
