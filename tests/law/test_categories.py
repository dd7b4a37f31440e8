"""Categories of data: each complete, each with a bit of its own that never changes."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aboveboard.law import categories, severity


def test_every_category_is_complete() -> None:
    known = categories.all_categories()
    assert len(known) >= 35
    assert len({category.bit for category in known.values()}) == len(known)
    for category in known.values():
        assert 0 <= category.bit <= 62, "a bitmap is a signed 64-bit integer that is never negative"
        assert category.enisa in set(severity.DataKind)
        assert set(category.label) == {"en", "fr", "de"}
        assert category.label["en"][0].islower()
        assert not re.search(r"\byours?\b|\byou\b", category.noun), "staff are not spoken to"
        assert category.dpv.startswith("pd:")
        assert not category.special or category.enisa == "sensitive"
        assert category.formerly not in known


def test_bits_never_change() -> None:
    """Exposure sets on disk hold these numbers; a change here would name the wrong
    data in old incidents."""
    pinned = {
        "user.unique_id": 0,
        "user.name": 1,
        "user.name.first": 2,
        "user.name.last": 3,
        "user.contact.email": 4,
        "user.contact.phone_number": 5,
        "user.contact.address.street": 6,
        "user.contact.address.city": 7,
        "user.contact.address.state": 8,
        "user.contact.address.postal_code": 9,
        "user.contact.address.country": 10,
        "user.demographic.date_of_birth": 12,
        "user.authorization.password": 18,
        "user.authorization.credentials": 19,
        "user.financial.credit_card": 21,
        "user.financial.bank_account": 22,
        "user.health": 40,
        "user.professional_information": 56,
        "user.financial.card_last_digits": 57,
        "user.financial.card_kind": 58,
        "user.financial.card_expiry": 59,
    }
    assert {key: categories.get(key).bit for key in pinned} == pinned


@given(st.sets(st.sampled_from(sorted(categories.all_categories()))))
@settings(deadline=None)
def test_bitmaps_there_and_back(keys: set[str]) -> None:
    bits = categories.bitmap(keys)
    assert 0 <= bits < 2**63
    assert set(categories.from_bitmap(bits)) == keys


@pytest.mark.parametrize("bits", [-1, 1 << 60, 1 << 62, 1 << 63])
def test_bits_that_mean_nothing(bits: int) -> None:
    with pytest.raises(ValueError, match="not a bitmap"):
        categories.from_bitmap(bits)
