"""A supplier's report: whose data was lost at a supplier, by customer numbers or whatever else the
file names them by. It is read and matched as a leaked file is, and what was exposed is what the
supplier says.

Of whom nobody is found nothing stays but the number of the line.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Final

from aboveboard.basics.actor import Actor
from aboveboard.basics.errors import Invalid
from aboveboard.basics.facts import Code
from aboveboard.engines import exposure as engine
from aboveboard.engines.leak import LeakWriter
from aboveboard.engines.snapshot import take_snapshot
from aboveboard.engines.sources import ExposedAlike, list_exposed
from aboveboard.incidents import lifecycle
from aboveboard.incidents.entries import AffectedStated
from aboveboard.incidents.exposure import comparing
from aboveboard.incidents.exposure.folders import working_folder
from aboveboard.incidents.leaks import columns, index_keys, opening, packed, sharing
from aboveboard.incidents.leaks.digesting import ReadingPlan
from aboveboard.incidents.models import AffectedList
from aboveboard.incidents.sources.recording import (
    ExposedData,
    FoundSource,
    check_takes_sources,
    in_people,
    record_source,
)
from aboveboard.incidents.terms import SourceWay
from aboveboard.vault import facets, generations
from aboveboard.vault import queries as vault

_NAME_LENGTH: Final = 120


@dataclass(frozen=True, slots=True)
class ReportingSupplier:
    """Who reported, and whether they are our processor (GDPR Art. 4(8)); None: nobody said."""

    name: str
    processor: bool | None = None


@dataclass(frozen=True, slots=True)
class _Matched:
    people: int
    lines: int
    matched: int
    unknown: int
    unread: int
    shared: int


def add_report(
    number: int,
    stream: IO[bytes],
    supplier: ReportingSupplier,
    exposed: ExposedData,
    *,
    file_name: str,
    chosen: Sequence[str] = (),
    progress: Callable[[int], None] = lambda size: None,
    by: Actor,
    at: datetime,
) -> AffectedList:
    """Add whom a supplier's report names. ``exposed``: what the supplier says of all of them, and
    how certain that is; ``chosen``: a role for each column, or () for those that are guessed.

    Raises:
        NotFound: there is no such incident. Conflict: it is counted from a device or a file.
        Invalid: the supplier has no name, or nothing can be read. NotReadable: it is no text and
        cannot be unpacked. NothingToMatchBy: no column can be looked up.
    """
    check_takes_sources(lifecycle.find(number))
    alike = ExposedAlike(exposed.bits, exposed.hidden, int(exposed.certainty))
    name = supplier.name.strip()
    if not 0 < len(name) <= _NAME_LENGTH:
        raise Invalid(found="no name of a supplier", fix="Say which supplier reported it.")
    digest = hashlib.sha256()
    with working_folder() as scratch:
        listed = scratch / "people.parquet"
        counts = _match(stream, chosen, alike, listed, digest, progress)
        source = FoundSource(
            SourceWay.SUPPLIER,
            counts.people,
            alike.categories,
            alike.protected,
            exposed.certainty,
            {"people": listed, "lines": scratch / "lines.parquet"},
            {
                "supplier": name,
                "processor": supplier.processor,
                "file": Path(file_name).name[:200],
                "sha256": digest.hexdigest(),
                "lines": counts.lines,
                "matched": counts.matched,
                "shared": counts.shared,
                "unknown": counts.unknown,
                "unread": counts.unread,
            },
            f"Affected: {in_people(counts.people)} by a supplier’s report.",
            unmatched=counts.unknown,
            fact=AffectedStated(
                listed=counts.people,
                unmatched=counts.unknown,
                way=Code(SourceWay.SUPPLIER.value),
                certainty=int(exposed.certainty),
            ),
        )
        return record_source(number, source, by=by, at=at)


def _match(
    stream: IO[bytes],
    chosen: Sequence[str],
    alike: ExposedAlike,
    listed: Path,
    digest: hashlib._Hash,
    progress: Callable[[int], None],
) -> _Matched:
    """Read the report, match it, and write whom it names to ``listed``."""
    folder = listed.parent
    stream.seek(0)
    seen = opening.sample(stream)
    roles = columns.check(chosen or _guessed(seen))
    if len(roles) != seen.form.columns:
        raise Invalid(
            found=f"{len(roles)} roles for {seen.form.columns} columns",
            fix="Say for each column what it is, or `ignore`.",
        )
    written = generations.current().written
    regions = tuple(dict.fromkeys(code[:2] for code in vault.by_jurisdiction()))
    plan = ReadingPlan(seen.form, roles, regions, index_keys.in_hand(written))
    size = _hash(stream, digest, progress)
    with LeakWriter(folder) as writer:
        _, inner = packed.open_packed(stream)
        read = sharing.read(inner, plan, writer, processes=sharing.count_processes(size))
    if not read.readable:
        raise Invalid(
            found="a report of which no line can be read",
            fix="Look whether a column holds customer numbers, addresses or phones.",
        )
    files = engine.LeakFiles.in_folder(folder)
    with facets.consistent_snapshot():
        snapshot = take_snapshot(folder, people=facets.write_people, index=facets.write_index)
    comparing.add_compared(writer.leak, snapshot)
    exposure = folder / "exposure.parquet"
    # How bad it is, is judged of all sources together, and not here.
    counted = engine.from_leak(
        writer.leak, snapshot, exposure, files, score=lambda combinations: [1] * len(combinations)
    )
    people = list_exposed(exposure, alike, listed)
    return _Matched(
        people, read.readable, counted.matched, counted.strangers, read.unread, counted.ambiguous
    )


def _guessed(seen: opening.LeakSample) -> list[str]:
    """Return what each column is taken for: where none leads to anybody, the first that is not
    known holds customer numbers, for a report names people by something."""
    roles = [guess.role for guess in seen.columns]
    if not any(columns.roles()[role].index for role in roles):
        free = [n for n, role in enumerate(roles) if role in (columns.UNKNOWN, columns.IGNORE)]
        roles[free[0] if free else 0] = "customer_number"
    return roles


def _hash(stream: IO[bytes], digest: hashlib._Hash, progress: Callable[[int], None]) -> int:
    """Hash the whole file, for the evidence; return its size in bytes, at its beginning again."""
    stream.seek(0, io.SEEK_SET)
    size = 0
    while block := stream.read(1 << 20):
        digest.update(block)
        size += len(block)
        progress(size)
    stream.seek(0)
    return size
