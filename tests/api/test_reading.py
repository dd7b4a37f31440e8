"""A body is read whole, or every place where it is wrong is named, and nothing that was sent is
repeated."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from aboveboard.api.reading import BodyMalformed, NotJson, find_faults, read
from aboveboard.api.shapes import BatchIn, ChoiceIn, PersonRef, StreamIn, UseIn
from tests.api.test_fuzz import BODY, ODD_TEXT

SHAPES = [UseIn, BatchIn, StreamIn, ChoiceIn, PersonRef]
LENGTHS = st.sampled_from([0, 1, 2, 3, 64, 65, 80, 81, 254, 255]).flatmap(
    lambda size: st.sampled_from(["a", "é", "😀", "A"]).map(lambda c: c * size)
)
COUNTRY = LENGTHS | st.sampled_from(["GB", "GB\n", "gb", None])
EDGES = st.fixed_dictionaries(
    {
        "person": st.fixed_dictionaries(
            {"kind": st.sampled_from(["email", "phone"]), "value": LENGTHS},
            optional={"country": COUNTRY},
        ),
        "purpose": LENGTHS,
        "channel": LENGTHS,
        "fields": st.lists(LENGTHS, max_size=3),
        "reference": LENGTHS,
    }
)


@pytest.mark.parametrize("shape", SHAPES)
@given(body=BODY | EDGES | ODD_TEXT, flat=st.booleans())
@example(body={"kind": "phone", "value": "123", "country": "GB\n"}, flat=False)
@example(body={"kind": "email", "value": "a@\ud800"}, flat=False)
def test_a_body_is_read_if_and_only_if_nothing_is_wrong_with_it(
    shape: type[msgspec.Struct], body: Any, flat: bool
) -> None:
    if isinstance(body, dict) and flat and "person" in body:
        person = body.pop("person")
        body = person if shape is PersonRef else body | {"people": [person]}
    raw = json.dumps(body).encode()
    found = None
    with suppress(BodyMalformed):
        try:
            found = read(shape, raw)
        except NotJson:
            return
    wrong = list(find_faults(shape, msgspec.json.decode(raw)))
    assert (found is None) == bool(wrong)
    if found is not None:
        given = json.loads(raw)
        read_back = msgspec.to_builtins(found)
        assert {name: read_back[name] for name in given} == given | {
            name: read_back[name] for name in given if isinstance(given[name], dict)
        }


SENT = "jon24@adventure-works.com"
ASKED = {"purpose": "p", "channel": "c", "fields": ["a"]}
PERSON = {"kind": "email", "value": "a@b.example"}


@pytest.mark.parametrize(
    ("shape", "body", "at"),
    [
        (UseIn, [], ["(the body)"]),
        (UseIn, {}, ["channel", "fields", "person", "purpose"]),
        (PersonRef, {"kind": SENT, "value": "x", "country": "gb"}, ["country", "kind", "value"]),
        (PersonRef, {**PERSON, SENT: 1, "shoe": 2}, ["(a member)", "shoe"]),
        (
            StreamIn,
            {"purpose": "p", "channel": "c", "fields": ["a", 1, ""]},
            ["fields.1", "fields.2"],
        ),
        (StreamIn, {"purpose": "p", "channel": "c", "fields": []}, ["fields"]),
        (
            BatchIn,
            {**ASKED, "people": [PERSON, {"kind": SENT}]},
            ["people.1.kind", "people.1.value"],
        ),
        (
            UseIn,
            {"purpose": 1, "channel": "c", "fields": ["a"], "person": SENT},
            ["person", "purpose"],
        ),
    ],
)
def test_every_fault_is_named_at_its_place_and_repeats_nothing(
    shape: type[msgspec.Struct], body: Any, at: list[str]
) -> None:
    with pytest.raises(BodyMalformed) as refused:
        read(shape, json.dumps(body).encode())
    errors: Any = refused.value.details["errors"]
    assert sorted(error["at"] for error in errors) == at
    assert SENT not in json.dumps(errors)
    assert all(error["expected"] for error in errors)


@pytest.mark.parametrize(
    "body", [b"", b"{", b"\xff", b'{"kind": 1, ', b"[" * 100_000, b'{"kind":1}x']
)
def test_what_is_no_json_is_said_to_be_none_also_behind_a_fault_of_form(body: bytes) -> None:
    with pytest.raises(NotJson):
        read(PersonRef, body)
