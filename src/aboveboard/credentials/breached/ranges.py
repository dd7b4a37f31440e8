"""Reading what a list is made from: the answers of a range service, one file for each prefix, or
one text with a SHA-1 on each line, in their order. Pure, but for the lines that it is given.

Of a range, a line is the last 35 digits and how often it was met: ``0018A45C…:12``. Of a text, the
40 digits: ``5BAA61E4…:12``. Rows met 0 times are padding.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from aboveboard.basics.errors import Invalid
from aboveboard.credentials import limits
from aboveboard.credentials.breached.shard import encode_entry

RANGE_NAME = re.compile(r"([0-9A-Fa-f]{5})(\.txt)?")
"""What a file of one prefix is called."""
_DIGITS = re.compile(rb"[0-9A-Fa-f]{40}")


@dataclass(slots=True)
class UnreadLines:
    """Lines that cannot be read: how many, and where the first of them are."""

    count: int = 0
    places: list[str] = field(default_factory=list)

    def add(self, place: str) -> None:
        """Count one."""
        self.count += 1
        if len(self.places) < limits.BAD_LINES_SHOWN:
            self.places.append(place)

    def extend(self, others: UnreadLines) -> None:
        """Count those of another file too."""
        self.count += others.count
        self.places = [*self.places, *others.places][: limits.BAD_LINES_SHOWN]


def entries_of_range(data: bytes, prefix: str, unread: UnreadLines, *, name: str) -> list[bytes]:
    """Return the entries of one prefix, in order, each digest once.

    ``data``: what a range service answered. ``name``: of the file, for lines that cannot be read.
    """
    counts: dict[bytes, int] = {}
    for number, line in enumerate(data.split(b"\n"), start=1):
        digits, _, count = line.strip().partition(b":")
        if not digits:
            continue
        digest = _digest(prefix.encode() + digits)
        if digest is None or not count.isdigit():
            unread.add(f"{name}, line {number}")
        elif met := int(count):
            counts[digest] = max(met, counts.get(digest, 0))
    return [encode_entry(digest, count) for digest, count in sorted(counts.items())]


def lines_by_prefix(lines: Iterable[bytes], unread: UnreadLines) -> Iterator[tuple[str, bytes]]:
    """Yield each prefix of a text in the order of its digests, with its lines as a range service
    would answer them.

    Raises:
        Invalid: a line comes after one of a later prefix.
    """
    current, held = "", bytearray()
    for number, line in enumerate(lines, start=1):
        prefix = line[:5].decode("ascii", "replace").upper()
        if prefix != current and line.strip():
            if not RANGE_NAME.fullmatch(prefix):
                unread.add(f"line {number}")
                continue
            if prefix < current:
                raise Invalid(
                    found=f"line {number} is not in the order of the digests",
                    fix="Sort the lines, or take the text that is ordered by hash.",
                )
            if current:
                yield current, bytes(held)
            current, held = prefix, bytearray()
        held += line[5:]
    if current:
        yield current, bytes(held)


def _digest(digits: bytes) -> bytes | None:
    # fromhex passes over blanks.
    return bytes.fromhex(digits.decode()) if _DIGITS.fullmatch(digits) else None
