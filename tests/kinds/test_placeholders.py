"""Which values have the form of one that is nobody's."""

from __future__ import annotations

import pytest

from aboveboard.kinds.placeholders import is_placeholder


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("email", "noreply@shop.example"),
        ("email", "No-Reply@shop.example"),
        ("email", "none@none.example"),
        ("email", "test@x.example"),
        ("phone", "1 (11) 500 555-0162"),
        ("phone", "+1 212 555 0100"),
        ("phone", "000000"),
        ("phone", "+44 0000 000000"),
        ("phone", "01234567890"),
        ("phone", "99999999"),
    ],
)
def test_what_is_nobodys(kind: str, value: str) -> None:
    assert is_placeholder(kind, value)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("email", "jon24@shop.example"),
        ("email", "norah@noreply.example"),
        ("email", "testa.rossa@x.example"),
        ("phone", "+1 212 555 0200"),
        ("phone", "+44 20 7946 0018"),
        ("phone", "+44 7700 900123"),
        ("phone", "0000"),
        ("customer_number", "000000"),
    ],
)
def test_what_may_be_somebodys(kind: str, value: str) -> None:
    assert not is_placeholder(kind, value)
