"""Look-up forms: two spellings of one thing meet, two different things do not."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aboveboard.kinds import normalise


@pytest.mark.parametrize(
    ("typed", "filed"),
    [
        (" Jon24@Adventure-Works.COM ", "jon24@adventure-works.com"),
        ("jon@bücher.example", "jon@xn--bcher-kva.example"),
        ("ｊｏｎ@example.org", None),
        ("jon@straße.de", "jon@xn--strae-oqa.de"),
        ("jon@STRASSE.de", "jon@strasse.de"),
        ("jon@xn--bcher-kva.example", "jon@xn--bcher-kva.example"),
        ("jon@xn--zz", None),
        ("jon@example..org", None),
        ("jon@☃.example", None),
        ("jon\u200b@example.org", None),
        (f"{'j' * 65}@example.org", None),
        (f"jon@{'example.' * 32}org", None),
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
        ("123456", "US", "#123456"),
        ("٠١٢٣٤", "GB", None),
        ("٠١٢٣٤٥", None, "#012345"),
        ("#12345", None, None),
        ("#123456", None, "#123456"),
        ("12 34 5", "FR", None),
        ("112233", None, "#112233"),
        ("call me", "US", None),
        ("020 7946 0018 ext. 12", "GB", "+442079460018"),
        ("020 7946 0018 x99", "GB", "+442079460018"),
        ("020 7946 OOOO", "GB", "#0207946"),
        ("1-800-FLOWER5", "US", None),
        ("1-800-555-FLOW", "US", "#1800555"),
        ("\u0660\u0662\u0660 7946 0018", "GB", "+442079460018"),
    ],
)
def test_phone(typed: str, region: str, filed: str | None) -> None:
    assert normalise.phone(typed, region) == filed


@given(
    st.emails(),
    st.sampled_from(["straße.de", "bücher.example", "例え.テスト", "ΣΊΣΥΦΟΣ.gr", "EXAMPLE.org"]),
)
def test_an_address_is_filed_alike_however_its_letters_are_composed(
    address: str, domain: str
) -> None:
    typed = f"{address.rpartition('@')[0]}@{domain}"
    filed = normalise.email(typed)
    assert filed == normalise.email(unicodedata.normalize("NFD", typed))
    assert filed is None or filed == normalise.email(filed)


@given(st.integers(10**6, 10**9), st.sampled_from(["US", "GB", "FR", None]))
def test_a_number_is_filed_alike_in_every_script(number: int, region: str | None) -> None:
    filed = normalise.phone(str(number), region)
    for zero in ("\u0660", "\u0966", "\uff10"):  # Arabic, Devanagari, full width
        assert (
            normalise.phone("".join(chr(ord(zero) + int(digit)) for digit in str(number)), region)
            == filed
        )


@pytest.mark.parametrize(
    ("typed", "filed"), [("aw-11 000", "AW11000"), ("AW11000", "AW11000"), (" - ", None)]
)
def test_customer_number(typed: str, filed: str | None) -> None:
    assert normalise.customer_number(typed) == filed


@given(st.text(max_size=60), st.sampled_from(["US", "GB", "FR", None]))
def test_normal_forms_are_stable_and_nothing_breaks(text: str, region: str | None) -> None:
    for kind in ("email", "phone", "customer_number"):
        for form in normalise.normal_forms(kind, text, [region]):
            assert form in normalise.normal_forms(kind, form, [region])
