"""What a message may hold: references to rows, and nothing that says who a person is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TypeAlias

from aboveboard.basics.errors import Invalid

Reference: TypeAlias = Mapping[str, int | str | bool | list[int] | None]
"""A flat map of names to ids, codes, flags or lists of ids."""

_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,126}")
_PHONE = re.compile(r"[+(]?[0-9][0-9 ().-]{5,}")


class RefusedReference(Invalid):
    """The value under {name} is not a reference: it is {found}."""

    code = "refused_reference"
    next_step = "Put the id of the row there, and let the handler read the row."


def check(reference: Reference) -> None:
    """Refuse a reference that holds anything but ids, codes and flags.

    The message of the error names the place and never the value, which may be personal.

    Raises:
        RefusedReference: a name is not an identifier, or a value looks like an e-mail address, a
            telephone number, free text or a nested structure.
    """
    for name, value in reference.items():
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise RefusedReference(
                name="a name that is not an identifier", found="not readable as a column would be"
            )
        fault = _fault(value)
        if fault:
            raise RefusedReference(name=name, found=fault)


def _fault(value: object) -> str | None:
    if value is None or isinstance(value, int):
        return None
    if isinstance(value, list):
        return (
            None
            # Not isinstance: a boolean is an int, and no id.
            if all(type(item) is int for item in value)
            else "a list with something other than ids"
        )
    if not isinstance(value, str):
        return "neither an id, a code nor a flag"
    if "@" in value:
        return "text that looks like an e-mail address"
    if _PHONE.fullmatch(value):
        return "text that looks like a telephone number"
    return None if _CODE.fullmatch(value) else "free text"
