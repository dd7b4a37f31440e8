"""Days: read in the one form that the mapping names, sealed as 1984-05-31.

Which of 4/8/66 and 8/4/66 is meant nobody can tell from one row, so a form is never guessed, and a
year of two digits is none.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from functools import cache

from aboveboard.kinds.kind import KindMismatch
from aboveboard.kinds.limits import OLDEST_DAY

ISO = "YYYY-MM-DD"
PATTERNS = (
    ISO,
    "YYYYMMDD",
    "YYYY/MM/DD",
    "DD/MM/YYYY",
    "DD.MM.YYYY",
    "DD-MM-YYYY",
    "MM/DD/YYYY",
    "MM-DD-YYYY",
)
"""The forms a mapping may name under ``dates:``."""

# A database prints a day with the time that it does not have.
_MIDNIGHT = r"(?:[ T]00:00(?::00(?:\.0+)?)?)?"


def read(text: str, pattern: str = ISO) -> str:
    """Return the day as ISO 8601 writes it.

    Raises:
        KindMismatch: another form, no such day, or one before ``limits.OLDEST_DAY`` or to come.
    """
    match = _shape(pattern).fullmatch(text)
    try:
        day = date(int(match["y"]), int(match["m"]), int(match["d"])) if match else None
    except ValueError:
        day = None
    if day is None or not OLDEST_DAY <= day <= datetime.now(UTC).date():
        example = pattern.replace("YYYY", "1984").replace("MM", "05").replace("DD", "31")
        raise KindMismatch("not_date", f"a date written as {example}")
    return day.isoformat()


@cache
def _shape(pattern: str) -> re.Pattern[str]:
    if pattern not in PATTERNS:
        raise ValueError(f"there is no form of dates {pattern!r}; there are {', '.join(PATTERNS)}")
    # 4/8/1966 is as clear as 04/08/1966.
    loose = "{1,2}" if "/" in pattern or "." in pattern else "{2}"
    parts = {"YYYY": "(?P<y>[0-9]{4})", "MM": f"(?P<m>[0-9]{loose})", "DD": f"(?P<d>[0-9]{loose})"}
    shape = re.escape(pattern)
    for letters, part in parts.items():
        shape = shape.replace(letters, part)
    return re.compile(shape + _MIDNIGHT, re.ASCII)
