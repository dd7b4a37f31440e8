"""The objects of JSON as names and texts, also as programs print them that do not keep to it."""

from __future__ import annotations

import ast
import json
import re
from contextlib import suppress
from typing import Final

from aboveboard.kinds.normalise import replace_surrogates

BY_NAME: Final = "by name"
"""The column that the names of objects are in, where they name people."""
_BEFORE: Final = re.compile(rb'("(?:[^"\\]|\\.)*@(?:[^"\\]|\\.)*")\s*:\s*\Z')
_SHELL: Final = re.compile(
    r"\b(?:ObjectId|ISODate|NumberLong|NumberInt|NumberDecimal|UUID|BinData|Timestamp)"
    r"\(\s*(?:\d+\s*,\s*)?(\"[^\"]{0,200}\"|-?\d{1,20})\s*\)"
)
_TRAILING: Final = re.compile(r",(\s*[}\]])")
_LITERAL: Final = 64 * 1024
"""Most signs of an object as Python prints it. Our choice: its reader is no fast one."""


def json_object(line: str) -> dict[str, str] | None:
    """Return the line's object as names and texts, one level of nesting joined with a dot;
    None when it is no object.

    A line of a JSON array (``{...},``) is read too.
    """
    # A document may be one array with an object in each line; the brackets around it belong to no
    # object.
    text = line.strip().removeprefix("[").removesuffix(",").removesuffix("]").strip()
    if not text.startswith("{"):
        return None
    try:
        record = _read_json(text)
    # The second for brackets nested without end: a file must not be able to end the process that
    # reads it.
    except (ValueError, RecursionError):
        return None
    if not isinstance(record, dict):
        return None
    flat: dict[str, str] = {}
    for name, value in record.items():
        for inner, item in value.items() if isinstance(value, dict) else (("", value),):
            flat[replace_surrogates(f"{name}.{inner}" if inner else str(name))] = (
                replace_surrogates(_text(item))
            )
    return flat


def _read_json(text: str) -> object:
    """Return what a text says, also as a shell of MongoDB or a program in Python prints it.

    Raises:
        ValueError, RecursionError: it is neither.
    """
    try:
        return json.loads(text)
    except ValueError:
        plain = _TRAILING.sub(r"\1", _SHELL.sub(r"\1", text))
        if plain != text:
            with suppress(ValueError):
                return json.loads(plain)
        if "'" not in text or len(text) > _LITERAL:
            raise
    try:
        return ast.literal_eval(text)
    except (SyntaxError, MemoryError, TypeError) as error:
        raise ValueError("it is no object") from error


def _text(value: object) -> str:
    if value is None or value in ([], {}):
        return ""
    # Every letter as it is: a reader of it looks for addresses, not for escapes.
    if isinstance(value, str):
        return value
    try:
        return json.dumps(value, ensure_ascii=False, default=str)
    except TypeError:  # names that only Python takes
        return str(value)


def with_name(record: bytes, before: bytes) -> bytes:
    """Return an object with the name that stands before it as its first value: a document may have
    its people by their addresses."""
    name = _BEFORE.search(before)
    if name is None:
        return record
    more = b", " if record[1:].lstrip()[:1] != b"}" else b""
    return b'{"' + BY_NAME.encode() + b'": ' + name[1] + more + record[1:]
