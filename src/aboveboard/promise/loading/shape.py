"""Is the file shaped like a promise? Walks the tree along the schema and reports what does not fit.

Knows the part of JSON Schema that ``promise.schema.json`` uses, and no more. Says things the way a
person would: what was expected here, and the nearest right word.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches

from aboveboard.promise.loading.lines import Item, Scalar, Series, Table
from aboveboard.promise.loading.problems import Located, ProblemReport, quoted
from aboveboard.promise.loading.schema import Schema, json_schema, resolve_ref

_LISTED = 12
"""How many choices a fix spells out; more are in the reference."""


def check(root: Table, report: ProblemReport) -> None:
    """Report everything in the tree that the schema does not allow."""
    _check(root, json_schema(), "The promise", report)


def nearest(
    word: str,
    choices: Iterable[str],
    *,
    otherwise: str = "docs/reference/promise-file.md lists them all.",
) -> str:
    """Return the fix for a word that is none of the choices: the nearest, all when they are few,
    ``otherwise`` when they are many."""
    choices = list(choices)
    # Cut, since the comparison takes the square of the length, and the word is anybody's.
    close = get_close_matches(word[:80], choices, n=1, cutoff=0.6)
    if close:
        return f"Did you mean {quoted(close[0])}?"
    if not choices:
        return "There is none yet; declare it first."
    if len(choices) <= _LISTED:
        return f"Use one of: {', '.join(choices)}."
    return otherwise


def _check(item: Item, part: Schema, name: str, report: ProblemReport) -> None:
    part = resolve_ref(part)
    if "anyOf" in part:  # one word, or several: a text in languages, a list of roles
        simple, several = map(resolve_ref, part["anyOf"])
        fitting = several if isinstance(item, _CONTAINERS[several["type"]]) else simple
        part = {**fitting, "description": part["description"]}
    if part["type"] == "object" and isinstance(item, Table):
        _check_table(item, part, name, report)
    elif part["type"] == "array" and isinstance(item, Series):
        _check_series(item, part, name, report)
    elif (
        part["type"] in ("string", "integer", "boolean")
        and isinstance(item, Scalar)
        and not item.is_nothing
    ):
        _check_scalar(item, part, report)
    else:
        report.add(
            item, "wrong_type", f"{name} should be {part['description']}.", _EXAMPLES[part["type"]]
        )


_CONTAINERS = {"object": Table, "array": Series}
_EXAMPLES = {
    "object": "Write `key: value` lines, indented below it.",
    "array": "Write a list: [one, two], or lines that start with `- `.",
    "string": "Write it on this line, after the colon.",
    "integer": "Write a whole number, without quotes.",
    "boolean": "Write `true` or `false`, without quotes.",
}


def _check_table(table: Table, part: Schema, name: str, report: ProblemReport) -> None:
    properties, others = part.get("properties", {}), part.get("additionalProperties", False)
    for key, item in table.entries.items():
        place = table.marks[key]
        if key in properties:
            if not (isinstance(item, Scalar) and item.is_nothing):
                _check(item, properties[key], quoted(key), report)
            elif key not in part["required"]:
                report.add(
                    place,
                    "missing",
                    f"{quoted(key)} has nothing after it.",
                    "Write a value, or remove the line.",
                )
        elif others is False:
            report.add(
                place, "unknown_key", f"{name} has no key {quoted(key)}.", nearest(key, properties)
            )
        else:
            _check_key(key, place, resolve_ref(part["propertyNames"]), report)
            _check(item, others, quoted(key), report)
    for key in part.get("required", ()):
        written = table.entries.get(key)
        if written is None or (isinstance(written, Scalar) and written.is_nothing):
            _missing(
                table.marks.get(key, table),
                key,
                resolve_ref(properties.get(key, others)),
                name,
                report,
            )
    if len(table.entries) < part.get("minProperties", 0):
        report.add(table, "missing", f"{name} is empty.", f"Add {part['description']}.")


def _missing(place: Located, key: str, part: Schema, name: str, report: ProblemReport) -> None:
    wording = part.get(
        "x-missing",
        {
            "code": "missing",
            "message": "{name} has no `{key}`.",
            "fix": "Add `{key}:` {description}.",
        },
    )
    choices = part.get("enum", ()) if part.get("type") == "string" else ()
    described = part["description"] + (
        f" (one of: {', '.join(choices)})" if 0 < len(choices) <= _LISTED else ""
    )
    details = {
        "name": name,
        "key": key,
        "choices": ", ".join(choices),
        "description": f"— {described}",
    }
    report.add(
        place,
        wording["code"],
        wording["message"].format(**details),
        wording["fix"].format(**details),
    )


def _check_key(key: str, place: Located, part: Schema, report: ProblemReport) -> None:
    if not re.fullmatch(part["pattern"], key) or len(key) > part.get("maxLength", len(key)):
        fix = (
            f"Use {part['description']}."
            if "description" in part
            else "Use a language as two letters, such as fr."
        )
        report.add(place, "bad_key", f"{quoted(key)} is not a valid key.", fix)


def _check_series(series: Series, part: Schema, name: str, report: ProblemReport) -> None:
    seen: set[str] = set()
    for item in series.items:
        _check(item, part["items"], f"Each of {name}", report)
        if isinstance(item, Scalar) and part.get("uniqueItems"):
            if item.text in seen:
                report.add(
                    item, "duplicate", f"{quoted(item.text)} is listed twice.", "Remove one."
                )
            seen.add(item.text)
    if len(series.items) < part.get("minItems", 0):
        report.add(
            series,
            "missing",
            f"{name} lists nothing.",
            f"List at least one: {part['description']}.",
        )


def _check_scalar(scalar: Scalar, part: Schema, report: ProblemReport) -> None:
    text = scalar.text
    if part["type"] == "boolean":
        # Not `yes` or `on`, which YAML 1.1 takes for true and the schema does not.
        fits = scalar.plain and text in ("true", "false")
    elif part["type"] == "integer":
        fits = (
            scalar.plain
            and re.fullmatch("[0-9]{1,6}", text) is not None
            and _in_range(int(text), part)
        )
    else:
        fits = part.get("minLength", 0) <= len(text.strip()) and len(text) <= part.get(
            "maxLength", len(text)
        )
        fits = (
            fits
            and re.search(part.get("pattern", ""), text) is not None
            and text in part.get("enum", [text])
        )
    if fits:
        return
    fix = _EXAMPLES["boolean"] if part["type"] == "boolean" else f"Expected: {part['description']}."
    if text in part.get("x-renamed", {}):
        fix = f"It is now called {quoted(part['x-renamed'][text])}."
    elif "enum" in part and part["type"] == "string":
        fix = nearest(text, part["enum"])
    report.add(
        scalar, part.get("x-code", "wrong_value"), f"{quoted(text)} is not allowed here.", fix
    )


def _in_range(number: int, part: Schema) -> bool:
    return number in part.get("enum", [number]) and part.get(
        "minimum", number
    ) <= number <= part.get("maximum", number)
