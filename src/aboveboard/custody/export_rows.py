"""The rows of an export: a line of the manifest for each person, and the values of those who are
allowed."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from aboveboard.access import limits as access_limits
from aboveboard.access.use import UseResult
from aboveboard.basics.personal import Personal
from aboveboard.custody import limits, manifest_rows
from aboveboard.custody.models import Export
from aboveboard.law.categories import bitmap
from aboveboard.promise.queries import in_force


@dataclass(slots=True)
class ExportCounts:
    """How many people are in a file that is being written, and how many were refused."""

    people: int = 0
    refused: int = 0


def unique(person_ids: Iterable[int]) -> Iterator[int]:
    """Yield each person once, as far as memory is meant for it; a longer selection names nobody
    twice, or the manifest refuses it."""
    seen: set[int] = set()
    for person_id in person_ids:
        if person_id not in seen:
            yield person_id
        # Bounded, because a selection may be everybody; the manifest guards the rest.
        if len(seen) < limits.EXPORT_LISTED:
            seen.add(person_id)


def export_rows(
    export: Export,
    results: Iterator[tuple[int, UseResult]],
    counts: ExportCounts,
    progress: Callable[[int], None],
) -> Iterator[Sequence[str]]:
    """Yield the row of each person who is allowed, after the manifest has their line."""
    known = in_force().promise.fields
    # By what each row really holds, and not by what was asked for: a loss must count of each person
    # what was in the file.
    bits = {name: bitmap([known[name].category]) for name in export.fields if name in known}
    fields, secret = list(export.fields), secrets.token_bytes(32) if export.pseudonyms else None
    while batch := list(islice(results, access_limits.USE_BATCH)):
        listed: list[manifest_rows.ManifestRow] = []
        rows = []
        for person_id, result in batch:
            if not result.allowed:
                listed.append((person_id, 0, _codes(result)))
                continue
            row = [_plain(result.values.get(name)) for name in fields]
            listed.append((person_id, categories_in(fields, row, bits), ""))
            rows.append([_pseudonym(secret, person_id), *row] if secret else row)
        # Before the rows are handed on: were the process killed in between, the manifest would
        # name people who are not in the file, which is safe; the other way round it would not.
        manifest_rows.store(export.pk, listed)
        counts.people += len(rows)
        counts.refused += len(listed) - len(rows)
        yield from rows
        progress(counts.people + counts.refused)


def _codes(result: UseResult) -> str:
    return " ".join(sorted({reason.code.value for reason in result.reasons}))[:300]


def categories_in(fields: Sequence[str], row: Sequence[str], bits: Mapping[str, int]) -> int:
    """Return the bitmap of the categories of which a row holds a value; ``bits`` has that of each
    field."""
    categories = 0
    for name, text in zip(fields, row, strict=True):
        if text:
            categories |= bits[name]
    return categories


def _pseudonym(secret: bytes, person_id: int) -> str:
    # Keyed: person ids are few enough to try every one against a plain hash.
    return hmac.digest(secret, person_id.to_bytes(8, "big"), "sha256")[:16].hex()


def _plain(value: Personal[str] | None) -> str:
    return "" if value is None else value.reveal()
