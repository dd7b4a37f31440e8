"""The digest of a batch of visitors' choices, as its ledger entry has it."""

from __future__ import annotations

from collections.abc import Sequence

from aboveboard.basics import clock
from aboveboard.basics.canonical import digest
from aboveboard.website.models import VisitorChoice


def digest_of_rows(rows: Sequence[VisitorChoice]) -> str:
    """Return the SHA-256 over the canonical JSON (RFC 8785) of the rows, in order of their
    numbers."""
    return digest(
        [
            [
                row.pk,
                row.visitor,
                clock.to_text(row.at),
                row.promise_serial,
                row.revision,
                row.language,
                row.answers,
                row.how,
                row.gpc,
                row.site,
            ]
            for row in rows
        ]
    )
