"""Look-up forms: two spellings of one thing meet, two different things do not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aboveboard.vault import normalise


@pytest.mark.parametrize(
    ("typed", "filed"),
    [
        (" Jon24@Adventure-Works.COM ", "jon24@adventure-works.com"),
        ("jon@bücher.example", "jon@xn--bcher-kva.example"),
        ("ｊｏｎ@example.org", "jon@example.org"),
        ("jon", None),
        ("@example.org", None),
        ("jon smith@example.org", None),
        ("jon@", None),
        ("", None),
    ],
)
def test_email(typed: str, filed: str | None) -> None:
    assert normalise.email(typed) == filed


@pytest.mark.parametrize(
    ("typed", "region", "filed"),
    [
        ("717-555-0164", "US", "+17175550164"),
        ("(717) 555 0164", "US", "+17175550164"),
        ("+1 717 555 0164", "GB", "+17175550164"),
        ("020 7946 0018", "GB", "+442079460018"),
        ("0044 20 7946 0018", "GB", "+442079460018"),
        ("1 (11) 500 555-0162", "AU", "#1115005550162"),
        ("12345", "US", None),
        ("call me", "US", None),
    ],
)
def test_phone(typed: str, region: str, filed: str | None) -> None:
    assert normalise.phone(typed, region) == filed


@pytest.mark.parametrize(("typed", "filed"), [("aw-11 000", "AW11000"), ("AW11000", "AW11000"), (" - ", None)])
def test_customer_number(typed: str, filed: str | None) -> None:
    assert normalise.customer_number(typed) == filed


@given(st.text(max_size=60), st.sampled_from(["US", "GB", "FR", None]))
def test_normal_forms_are_stable_and_nothing_breaks(text: str, region: str | None) -> None:
    for kind in normalise.KINDS:
        for form in normalise.forms(kind, text, [region]):
            if not form.startswith("#"):
                assert form in normalise.forms(kind, form, [region])
