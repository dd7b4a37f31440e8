"""National numbers: each by the rule of its country, through python-stdnum; sealed and
filed without its spaces.

A number that does not check is refused: filed under a slip of the pen nobody would find it again.
"""

from __future__ import annotations

import importlib
import re
import unicodedata
from functools import cache
from types import ModuleType

from stdnum.exceptions import ValidationError

from aboveboard.kinds.kind import KindMismatch, formats_of
from aboveboard.kinds.limits import NATIONAL_ID_CHARS

_NINO = re.compile(
    r"(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z][0-9]{6}[A-D]", re.ASCII
)
"""The UK's number has no check digit; its rule is HMRC's manual NIM39110, and python-stdnum
has no module for it."""


def read(text: str, form: str) -> str:
    """Return the number, compact: letters and digits without what stands between them.

    Raises:
        KindMismatch: it does not follow the rule of ``form``.
        KeyError: there is no such form.
    """
    title = formats_of("national_id")[form]
    text = text.strip()
    # The library looks each character up, for each country: minutes for a file that is one line.
    if len(text) > NATIONAL_ID_CHARS:
        raise KindMismatch("not_national_id", f"a number that checks ({title})")
    plain = unicodedata.normalize("NFKC", text).strip().upper()
    compact = _nino(plain) if form == "gb.nino" else _by_stdnum(plain, form)
    if compact is None:
        raise KindMismatch("not_national_id", f"a number that checks ({title})")
    return compact


def _nino(plain: str) -> str | None:
    # As it is printed and as it is typed: QQ 12 34 56 C, QQ-12-34-56-C.
    compact = re.sub(r"[\s-]", "", plain)
    return compact if _NINO.fullmatch(compact) else None


def _by_stdnum(plain: str, form: str) -> str | None:
    try:
        return str(_module(form).validate(plain))
    except ValidationError:
        return None


def display(compact: str, form: str) -> str:
    """Return the number grouped as people write it."""
    if form == "gb.nino":
        return " ".join((compact[:2], compact[2:4], compact[4:6], compact[6:8], compact[8:]))
    write = getattr(_module(form), "format", None)
    return str(write(compact)) if write else compact


def normal_form(text: str, form: str) -> str | None:
    """Return what it is filed under: its form and the compact number; None if it does not check."""
    try:
        return f"{form}:{read(text, form)}"
    except KindMismatch:
        return None


_UNCHECKED = frozenset(
    {"ar.dni", "cz.rc", "dk.cpr", "id.nik", "my.nric", "pk.cnic", "sk.rc", "us.itin", "us.ssn"}
)
"""Forms without a check digit, or with numbers that have none: digits alone do not show them."""


@cache
def checked_forms() -> tuple[str, ...]:
    """Return the forms whose numbers tell themselves, by their check digits or letters."""
    return tuple(form for form in formats_of("national_id") if form not in _UNCHECKED)


@cache
def _module(form: str) -> ModuleType:
    """Only the forms that ``formats.yaml`` lists are imported, whatever a file says."""
    return importlib.import_module(f"stdnum.{form}")
