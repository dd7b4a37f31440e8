"""Read a scoring case (ENISA-like) and answer it: the component that it asks for.

The shape: ``component`` ("DPC", "EI", "CB" or "SE") and ``facts`` (text); besides, ``category`` for
DPC, ``identifier`` for EI, ``element`` for CB, and the parts ``DPC``, ``EI``, ``CB`` for SE.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from aboveboard.basics import shipped
from aboveboard.law import severity

_DATA = Path(__file__).with_name("grades.yaml")

Case = Mapping[str, Any]


def answer(case: Case) -> float | dict[str, float | str]:
    """Return the score of the component that ``case`` asks for; for SE its value and its level.

    Raises:
        ValueError: the component, category or element is unknown.
    """
    component = str(case["component"]).upper()
    if component == "DPC":
        return dpc(severity.DataKind(str(case["category"]).lower()), str(case.get("facts", "")))
    if component == "EI":
        return ei(str(case["identifier"]), str(case.get("facts", "")))
    if component == "CB":
        return cb(str(case["element"]), str(case.get("facts", "")))
    if component == "SE":
        points = case["CB"]
        value = severity.se(
            case["DPC"], case["EI"], sum(points.values()) if isinstance(points, Mapping) else points
        )
        return {"SE": value, "level": severity.band_name(severity.band(value))}
    raise ValueError(f"no component {component!r} in SE = DPC x EI + CB")


def dpc(kind: severity.DataKind, text: str) -> float:
    """Return the data processing context that ``text`` tells of, 1 to 4."""
    return severity.dpc_of(kind, int(_first(_grades()["dpc"][kind], text, "step", 0)))


def ei(identifier: str, text: str) -> float:
    """Return the ease of identification that ``text`` tells of, 0.25 to 1."""
    tables = _grades()
    grades: Sequence[Mapping[str, Any]] = next(
        (
            row["grades"]
            for row in tables["ei"]
            if re.search(row["identifier"], identifier, re.IGNORECASE)
        ),
        [],
    )
    return severity.ei_level(str(_first(grades, text, "level", tables["ei_unless_found"])))


def cb(element: str, text: str) -> float:
    """Return the points of one element of the circumstances that ``text`` tells of, 0 to 0.5.

    Raises:
        ValueError: there is no such element.
    """
    name = element.lower().split()[0]
    if name not in _grades()["cb"]:
        raise ValueError(f"no element {element!r} in the circumstances of a breach")
    found = _first(_grades()["cb"][name], text, "value", "not_concerned")
    if name == "malicious":
        return severity.cb(severity.SeverityCircumstances(malicious=bool(found))).value
    if name == "integrity":
        return severity.cb(
            severity.SeverityCircumstances(integrity=severity.IntegrityLoss(found))
        ).value
    if name == "availability":
        return severity.cb(
            severity.SeverityCircumstances(availability=severity.AvailabilityLoss(found))
        ).value
    return severity.cb(
        severity.SeverityCircumstances(confidentiality=severity.ConfidentialityLoss(found))
    ).value


def _first(rows: Sequence[Mapping[str, Any]], text: str, key: str, otherwise: object) -> Any:
    return next(
        (row[key] for row in rows if re.search(row["find"], text, re.IGNORECASE)), otherwise
    )


@cache
def _grades() -> Mapping[str, Any]:
    loaded: Mapping[str, Any] = shipped.load(_DATA)
    return loaded
