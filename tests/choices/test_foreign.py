"""Choices as other systems export them. Pure."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Final

import pytest

from aboveboard.choices.foreign import FORMATS, BadChoiceRow, ForeignChoice, read_choices
from aboveboard.choices.state import ChoiceAnswer

YES, NO = ChoiceAnswer.YES, ChoiceAnswer.NO
AT = "2026-03-03T10:00:00Z"
MOMENT = datetime(2026, 3, 3, 10, 0, tzinfo=UTC)

FILES: Final[dict[str, tuple[str, list[ForeignChoice]]]] = {
    "csv": (
        f"email,purpose,answer,at,contact,evidence\na@x.example,news,yes,{AT},email,form:7\n"
        f"b@x.example,news,No,{AT},,\n",
        [
            ForeignChoice(2, "email", "a@x.example", "news", YES, MOMENT, "email", "form:7"),
            ForeignChoice(3, "email", "b@x.example", "news", NO, MOMENT),
        ],
    ),
    "fides": (
        "id,email,phone_number,notice_name,preference,request_timestamp\n"
        f"pri_1,a@x.example,,Marketing,opt_in,{AT}\npri_2,,+442079460102,Marketing,opt_out,{AT}\n",
        [
            ForeignChoice(
                2, "email", "a@x.example", "Marketing", YES, MOMENT, evidence="pri_1"
            ),
            ForeignChoice(
                3, "phone", "+442079460102", "Marketing", NO, MOMENT, evidence="pri_2"
            ),
        ],
    ),
    "c15t": (
        json.dumps(
            [
                {"id": "cns_1", "subject": {"externalId": "C-1"}, "purposeIds": ["m", "x"],
                 "status": "active", "givenAt": AT},
                {"id": "cns_2", "subjectId": "a@x.example", "purposeIds": ["m"],
                 "status": "withdrawn", "givenAt": AT},
            ]
        ),
        [
            ForeignChoice(1, "customer_number", "C-1", "m", YES, MOMENT, evidence="cns_1"),
            ForeignChoice(1, "customer_number", "C-1", "x", YES, MOMENT, evidence="cns_1"),
            ForeignChoice(2, "email", "a@x.example", "m", NO, MOMENT, evidence="cns_2"),
        ],
    ),
    "onetrust": (
        json.dumps(
            [
                {"identifier": "a@x.example", "interactionDate": AT,
                 "purposes": [{"Id": "p-1", "TransactionType": "CONFIRMED"},
                              {"Id": "p-2", "TransactionType": "OPT_OUT"}]},
            ]
        ),
        [
            ForeignChoice(1, "email", "a@x.example", "p-1", YES, MOMENT),
            ForeignChoice(1, "email", "a@x.example", "p-2", NO, MOMENT),
        ],
    ),
}  # fmt: skip


@pytest.mark.parametrize("form", FORMATS)
def test_each_export_becomes_rows_of_one_form(form: str) -> None:
    text, expected = FILES[form]
    assert list(read_choices(text, form)) == expected


@pytest.mark.parametrize(
    ("row", "field"),
    [
        (f"a@x.example,news,perhaps,{AT}", "answer"),
        (f",news,yes,{AT}", "email"),
        (f"a@x.example,,yes,{AT}", "purpose"),
        ("a@x.example,news,yes,2026-03-03 10:00", "at"),
        ("a@x.example", "purpose"),
    ],
)
def test_a_bad_row_names_its_line_and_field_and_stops_no_other(row: str, field: str) -> None:
    text = f"email,purpose,answer,at\n{row}\nb@x.example,news,no,{AT}\n"
    bad, good = read_choices(text, "csv")
    assert isinstance(bad, BadChoiceRow)
    assert (bad.line, bad.field) == (2, field)
    assert "a@x.example" not in repr(bad)
    assert isinstance(good, ForeignChoice)
    assert "b@x.example" not in repr(good), "whose it is, is never printed"


@pytest.mark.parametrize(("form", "text"), [("c15t", "{}"), ("onetrust", "no"), ("c15t", "")])
def test_what_is_no_such_export_is_refused_whole(form: str, text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        list(read_choices(text, form))


@pytest.mark.parametrize("form", ["c15t", "onetrust"])
def test_rows_of_a_list_that_are_none_are_bad_rows(form: str) -> None:
    assert all(isinstance(row, BadChoiceRow) for row in read_choices('[1, {}, {"a": []}]', form))
