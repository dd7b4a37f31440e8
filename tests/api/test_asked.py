"""The short way in reads what the schemas read: whatever it takes, they take,
and to the same values."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from aboveboard.api.schemas import BatchIn, PersonRef, UseIn
from aboveboard.api.uses import asked
from tests.api.test_fuzz import BODY, ODD_TEXT

PAIRS = [
    (asked.use_decoder, UseIn),
    (asked.batch_decoder, BatchIn),
    (asked.person_decoder, PersonRef),
]
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


@pytest.mark.parametrize(("decoder", "schema"), PAIRS, ids=["use", "batch", "person"])
@given(body=BODY | EDGES | ODD_TEXT, flat=st.booleans())
@example(body={"kind": "phone", "value": "123", "country": "GB\n"}, flat=False)
@example(body={"kind": "email", "value": "a@\ud800"}, flat=False)
def test_what_the_short_way_takes_the_schemas_take_alike(
    decoder: Any, schema: Any, body: Any, flat: bool
) -> None:
    if isinstance(body, dict) and flat and "person" in body:
        person = body.pop("person")
        body = person if schema is PersonRef else body | {"people": [person]}
    raw = json.dumps(body).encode()
    try:
        short = decoder.decode(raw)
    except msgspec.MsgspecError:
        return
    assert msgspec.to_builtins(short) == schema.model_validate_json(raw).model_dump()
    assert msgspec.to_builtins(short) == schema.model_validate(json.loads(raw)).model_dump(), (
        "ninja reads the body by json"
    )
