"""Looking for people in a text takes the short way where it finds the same."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aboveboard.incidents.leaks import searching
from aboveboard.incidents.leaks.keyed import IndexKeys

KEYS = IndexKeys({kind: (n, (bytes([n]) * 32,)) for n, kind in enumerate(("email", "phone"), 1)})
PARTS = [*"aB1@..-_ :;,|!=/%&\\é\t[]()", "at", "dot", "  ", " @ ", "[at]", "%40", "&#64;", "a@x.io",
         "7700900123", "@s.whatsapp.net", "@c.us", "basic am9AeC5pbw=="]  # fmt: skip
TEXTS = st.lists(st.sampled_from(PARTS), max_size=20).map("".join)


@pytest.mark.slow
@settings(max_examples=500, deadline=None)
@given(TEXTS)
def test_addresses_are_found_by_their_sign_as_letter_by_letter(text: str) -> None:
    assert list(searching._addresses(text)) == searching._ADDRESS.findall(text)


@pytest.mark.slow
@settings(max_examples=500, deadline=None)
@given(TEXTS)
def test_blanks_are_looked_through_once_and_undone_as_ever(text: str) -> None:
    around = re.compile(r"\s*[(\[{]\s*(?:at|@)\s*[)\]}]\s*|\s+@\s+", re.IGNORECASE)
    dot = re.compile(r"\s*[(\[{]\s*(?:dot|\.)\s*[)\]}]\s*", re.IGNORECASE)
    assert searching._AROUND.sub("@", text) == around.sub("@", text)
    assert searching._DOT.sub(".", text) == dot.sub(".", text)


@pytest.mark.slow
@settings(max_examples=500, deadline=None)
@given(TEXTS)
def test_a_text_without_any_sign_of_an_address_has_none(text: str) -> None:
    # A letter beyond ASCII makes it take the long way.
    assert searching.find_addresses(text, KEYS) == searching.find_addresses(f"{text} é", KEYS)


@pytest.mark.slow
@settings(max_examples=500, deadline=None)
@given(TEXTS)
def test_a_cell_that_is_one_address_holds_no_other(text: str) -> None:
    if not searching.may_contain_more(text):
        own = KEYS.find("email", text, (None,))
        assert not own or searching.find_addresses(text, KEYS) <= own


@pytest.mark.parametrize("written", ["123", "00123", "0000123"])
def test_a_number_of_digits_is_found_with_and_without_its_zeros(written: str) -> None:
    keys = IndexKeys({"customer_number": (3, (bytes(32),))})
    held = {digest for _, digest in keys.find("customer_number", "00123", (None,))}
    assert held <= {digest for _, digest in keys.find_number(written)}
