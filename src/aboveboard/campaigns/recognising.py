"""Which column of a list is which field of the promise, by its heading. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from aboveboard.campaigns.terms import ListColumns
from aboveboard.kinds.kind import FieldKind
from aboveboard.promise.model import Promise, Purpose

FIND_BY: Final = (FieldKind.CUSTOMER_NUMBER, FieldKind.EMAIL, FieldKind.PHONE)
"""What a row may say whose it is by, the surest first."""
_USUAL: Final = {
    FieldKind.CUSTOMER_NUMBER: ("id", "customer id", "customer no", "kunde", "kundennr", "client"),
    FieldKind.EMAIL: ("email", "mail", "e mail", "courriel"),
    FieldKind.PHONE: ("phone", "mobile", "telephone", "telefon", "tel"),
}


def recognise(headers: Iterable[str], promised: Promise, purpose: Purpose) -> ListColumns:
    """Return what the headings say: the columns that are fields of the purpose, by key or by label
    in any language of the promise, and those that say whose a row is."""
    listed = list(headers)
    known = {key: _column(listed, _names(promised, key)) for key in promised.fields}
    fields = {key: known[key] for key in purpose.fields if known.get(key)}
    find_by = []
    for kind in FIND_BY:
        of_kind = [known[key] for key, field in promised.fields.items() if field.kind is kind]
        if column := next(filter(None, of_kind), ""):
            find_by.append((kind.value, column))
    return ListColumns(fields, tuple(find_by))


def _names(promised: Promise, key: str) -> Iterator[str]:
    field = promised.fields[key]
    yield from (key, *(field.label.say(language) for language in promised.languages))
    yield from _USUAL.get(field.kind, ())


def _column(headers: list[str], names: Iterable[str]) -> str:
    wanted = set(map(_plain, names))
    return next((header for header in headers if _plain(header) in wanted), "")


def _plain(name: str) -> str:
    return re.sub(r"[^\w]+", " ", name.replace("_", " ")).strip().lower()
