"""Postal addresses: one value of lines, as they stand on the envelope.

Lines and not parts, because no set of parts fits every country (the lines of UPU S42
differ for each); where a law or a count needs the country, region or postcode alone, the
promise has fields for those.
"""

from __future__ import annotations

from collections.abc import Iterable

from aboveboard.kinds.kind import KindMismatch
from aboveboard.kinds.limits import ADDRESS_LINE_CHARS, ADDRESS_LINES


def read(text: str) -> str:
    """Return the lines, trimmed, without empty ones.

    Raises:
        KindMismatch: no letter in it, a sign that does not print, or too many or too long lines.
    """
    lines = [" ".join(line.split()) for line in text.splitlines()]
    lines = [line for line in lines if line]
    if not any(mark.isalnum() for line in lines for mark in line) or not all(
        line.isprintable() for line in lines
    ):
        raise KindMismatch("not_address", "an address as it stands on an envelope")
    if len(lines) > ADDRESS_LINES or any(len(line) > ADDRESS_LINE_CHARS for line in lines):
        raise KindMismatch(
            "not_address",
            f"an address of at most {ADDRESS_LINES} lines of {ADDRESS_LINE_CHARS} characters",
        )
    return "\n".join(lines)


def join_lines(parts: Iterable[str]) -> str:
    """Return one address from the cells of several columns; empty ones leave no line."""
    return "\n".join(part.strip() for part in parts if part.strip())
