"""Text from outside, made whole: what no text may hold is replaced where it comes in."""

from __future__ import annotations

import re
from typing import Final

_LONE: Final = re.compile("[\ud800-\udfff]")
_INSTEAD: Final = "\N{REPLACEMENT CHARACTER}"


def whole_text(text: str) -> str:
    """Return the text with every lone surrogate replaced.

    JSON may write half of a character (``\\ud800``), and Python's reader gives it back as it is. No
    encoding can write it (RFC 3629, section 3; RFC 8259, section 8.2), so it breaks the first page,
    file or database that it comes to. Replaced and not refused: the rest of the line is somebody's.
    """
    return text if text.isascii() else _LONE.sub(_INSTEAD, text)
