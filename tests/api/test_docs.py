"""The page about the API says all of it: every address, member, reason and error code."""

from __future__ import annotations

import json
import re
from pathlib import Path
from types import ModuleType

import msgspec
import pytest
from django.test import Client

from aboveboard.access import lookup
from aboveboard.access.reasons import SENTENCES
from aboveboard.accounts import gate
from aboveboard.api import problems
from aboveboard.api.passwords import (
    PasswordCheckIn,
    PasswordCheckOut,
    PasswordPolicyOut,
    PasswordProblemOut,
    PasswordRangeOut,
)
from aboveboard.api.request_shapes import (
    CodeIn,
    NewRequestIn,
    RequestListOut,
    RequestOut,
    RequestReceiptOut,
)
from aboveboard.api.shapes import (
    BatchIn,
    BatchOut,
    ChoiceIn,
    ContactOut,
    ContextChoiceOut,
    ContextIn,
    ContextOut,
    DecisionBatchOut,
    DecisionOut,
    DecisionOutcomeOut,
    ErrorOut,
    OutcomeOut,
    PersonRef,
    ProblemDetails,
    PromiseOut,
    PurposeOut,
    UseIn,
)
from aboveboard.basics import problems as plain
from aboveboard.basics.errors import AboveboardError, RateLimited, Refused, Unavailable
from aboveboard.choices import actions as choices
from aboveboard.rights.requests import programs

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "api.md").read_text("utf-8")


def _own_errors(module: ModuleType) -> set[str]:
    found = [
        thing
        for thing in vars(module).values()
        if isinstance(thing, type) and issubclass(thing, AboveboardError)
    ]
    return {error.code for error in found if error.__module__ == module.__name__}


def _literal_codes(module: ModuleType) -> set[str]:
    return set(
        re.findall(
            r'(?:problem\(|\d\d\d: \()\s*(?:\d+,\s+)?"(\w+)"',
            Path(str(module.__file__)).read_text("utf-8"),
        )
    )


@pytest.mark.django_db
def test_every_address_has_its_heading() -> None:
    described = json.loads(Client().get("/api/v1/openapi.json").content)["paths"]
    wanted = {
        f"## {method.upper()} {path}" for path, methods in described.items() for method in methods
    }
    assert wanted == set(re.findall(r"^## (?:GET|POST|PUT|PATCH|DELETE) \S+", PAGE, re.M))


# No program gets those.
@pytest.mark.parametrize(
    "code", sorted(code for code in SENTENCES if not code.startswith("emergency_"))
)
def test_every_reason_is_listed_with_its_sentence(code: str) -> None:
    assert f"| `{code}` | {dict(SENTENCES.items())[code]} |" in PAGE  # type: ignore[index]


def test_every_error_code_is_listed() -> None:
    codes = (
        _own_errors(lookup)
        | _own_errors(choices)
        | _own_errors(programs)
        | _literal_codes(problems)
        | _literal_codes(gate)
        | _literal_codes(plain)
    )
    codes |= {Refused.code, RateLimited.code, Unavailable.code}
    assert {
        "use_refused",
        "sign_in_needed",
        "no_one_found",
        "evidence_refused",
        "method_not_allowed",
        "fault",
    } <= codes, "the codes are still found where they are written"
    missing = {code for code in codes if f"`{code}`" not in PAGE}
    assert not missing


@pytest.mark.parametrize(
    "schema",
    [
        UseIn,
        BatchIn,
        BatchOut,
        OutcomeOut,
        DecisionOut,
        DecisionOutcomeOut,
        DecisionBatchOut,
        ChoiceIn,
        ContextIn,
        ContextOut,
        ContactOut,
        ContextChoiceOut,
        PersonRef,
        PromiseOut,
        PurposeOut,
        ErrorOut,
        ProblemDetails,
        NewRequestIn,
        RequestReceiptOut,
        RequestOut,
        RequestListOut,
        CodeIn,
        PasswordPolicyOut,
        PasswordRangeOut,
        PasswordCheckIn,
        PasswordCheckOut,
        PasswordProblemOut,
    ],
)
def test_every_member_is_named(schema: type[msgspec.Struct]) -> None:
    missing = [
        name
        for name in (field.encode_name for field in msgspec.structs.fields(schema))
        if not re.search(rf"`(person\.)?{name}`", PAGE)
    ]
    assert not missing
