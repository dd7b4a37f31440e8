"""The JSON Schema of a promise file: the one declaration that the reader
checks and that editors use.

``promise.schema.json`` has the shape; the words that other data decides (data categories, lawful
bases, transfer grounds, ...) are filled in here, so they are listed once. Keywords that start with
``x-`` are ours: ``x-missing`` words a problem, ``x-code`` names it, ``x-renamed`` knows old names.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from aboveboard.kinds.kind import FieldKind
from aboveboard.law import bases, categories, organisation, own, transfers
from aboveboard.promise.algorithms import algorithm_fields
from aboveboard.promise.model import (
    AgreementKind,
    ConsentSignal,
    DelayedWord,
    LawfulBasis,
    LossMeasure,
    OrganisationRole,
    ProvisionGround,
    RecipientKind,
    RestrictedUse,
    RetentionStart,
)

Schema = Mapping[str, Any]

_FILE = Path(__file__).with_name("promise.schema.json")


@cache
def json_schema() -> Schema:
    """Return the whole schema (JSON Schema 2020-12), choices filled in. Not to be
    changed by the caller."""
    whole: dict[str, Any] = json.loads(_FILE.read_text("utf-8"))
    known = categories.all_categories()
    choices: Mapping[tuple[str, str], list[str]] = {
        ("field", "category"): list(known),
        ("field", "kind"): [kind.value for kind in FieldKind],
        ("recipient", "kind"): [kind.value for kind in RecipientKind],
        ("transfer", "ground"): list(transfers.grounds()),
        ("purpose", "basis"): [basis.value for basis in LawfulBasis],
        ("purpose", "allowed_when_restricted"): [use.value for use in RestrictedUse],
        ("delay", "tells"): [word.value for word in DelayedWord],
        ("retention", "starts"): [start.value for start in RetentionStart],
        ("article9", "condition"): list(bases.special_conditions()),
        ("agreed_notice", "kind"): [kind.value for kind in AgreementKind],
        ("agreed_notice", "from"): list(own.CLOCKS),
        ("agreed_notice", "when"): list(own.HARM_TESTS),
        ("loss", "measure"): [measure.value for measure in LossMeasure],
        ("provision", "ground"): [ground.value for ground in ProvisionGround],
    }
    for (shape, key), words in choices.items():
        # From the code and the lists of law, so that an editor offers exactly what the reader
        # takes.
        whole["$defs"][shape]["properties"][key]["enum"] = words
    whole["$defs"]["website_purpose"]["properties"]["consent_mode"]["items"]["enum"] = [
        signal.value for signal in ConsentSignal
    ]
    whole["$defs"]["organisation_role"]["enum"] = [role.value for role in OrganisationRole]
    # Offered by editors, and not part of the shape: the list grows and shrinks with the law, and a
    # promise that was adopted stays readable.
    sectors = whole["$defs"]["organisation"]["properties"]["sectors"]
    sectors["items"]["examples"] = list(organisation.sectors())
    whole["$defs"]["algorithm_record"]["properties"] = {
        item.key: {
            "$ref": "#/$defs/line",
            "description": f"{item.name['en']} (ATRS {item.number})",
        }
        for item in algorithm_fields()
    }
    renamed = {category.formerly: key for key, category in known.items() if category.formerly}
    whole["$defs"]["field"]["properties"]["category"]["x-renamed"] = renamed
    return whole


def resolve_ref(part: Schema) -> Schema:
    """Return a part of the schema with its ``$ref`` followed; what stands
    beside the reference wins."""
    if "$ref" not in part:
        return part
    target = json_schema()["$defs"][part["$ref"].rpartition("/")[2]]
    return {**resolve_ref(target), **{key: value for key, value in part.items() if key != "$ref"}}
