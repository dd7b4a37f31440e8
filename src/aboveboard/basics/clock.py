"""Time: always UTC, always aware, and one way to write it down.

Pure rules take time as an argument; only actions, faces and commands call :func:`now`.
"""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """Return the present moment in UTC, to the microsecond."""
    return datetime.now(UTC)


def from_database(moment: datetime | str) -> datetime:
    """Return a moment that a database gave: PostgreSQL an aware one, SQLite UTC without
    saying so, or its text."""
    read = moment if isinstance(moment, datetime) else datetime.fromisoformat(moment)
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def to_text(moment: datetime) -> str:
    """Return RFC 3339 with six decimals and ``Z``, the one form in the ledger and in receipts.

    Raises:
        ValueError: the moment has no time zone.
    """
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone cannot be written down")
    if moment.tzinfo is not UTC:
        moment = moment.astimezone(UTC)
    # Ends in "+00:00".
    return moment.isoformat(timespec="microseconds")[:-6] + "Z"


def from_text(text: str) -> datetime:
    """Read what :func:`to_text` wrote, or any RFC 3339 moment with a zone.

    Raises:
        ValueError: the text is not a moment, or has no zone.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} has no time zone")
    return moment.astimezone(UTC)
