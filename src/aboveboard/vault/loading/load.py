"""Loading people: read, seal with a key each, file under blind indexes, store, and say what was not loaded.

The procedure, numbered as in the code and in ``tests/vault/test_load.py``:

1. Read a batch of rows; rows with problems are listed with their line.
2. Leave out people already held, and those who stand in the file twice (by ``identify_by``).
3. Make an id and a key for each person; seal each field; digest each look-up.
4. In one transaction: store the batch, its problems and one ledger entry. A killed import loses at
   most the batch in hand, and running it again continues where it stopped, because of step 2.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import transaction

from aboveboard.basics.actor import Actor
from aboveboard.basics.canonical import Json
from aboveboard.basics.ids import new_ids
from aboveboard.basics.limits import IMPORT_BATCH
from aboveboard.keys.actions import make_keys
from aboveboard.ledger.actions import append
from aboveboard.vault import blind, normalise, sealed
from aboveboard.vault.loading import people_file, store
from aboveboard.vault.loading.mapping import Mapping as FileMapping
from aboveboard.vault.models import BlindIndex, ImportProblem, ImportRun
from aboveboard.vault.origin import Origin


@dataclass(frozen=True, slots=True)
class Source:
    """What an import reads: the file, how its columns map, and the kinds of the promise's fields in force."""

    path: Path
    mapping: FileMapping
    kinds: Mapping[str, str]
    promise_serial: int

    def origins(self, at: datetime) -> dict[str, Origin]:
        """Return where the values of each field come from, for an import at ``at``."""
        return self.mapping.collected.origins(self.mapping.fields(), self.promise_serial, at)


@dataclass(slots=True)
class _Batch:
    """The rows in hand, where their values come from, and what became of them."""

    rows: list[people_file.Row]
    origins: Mapping[str, Origin]
    problems: list[tuple[int, people_file.RowProblem]] = field(default_factory=list)
    already_held: int = 0
    loaded: int = 0


def load(source: Source, *, by: Actor, at: datetime, progress: Callable[[int], None] = lambda line: None) -> ImportRun:
    """Load every good row of the file and return the finished run; its problems are listed with it.

    ``progress`` is called with the line reached after each stored batch.

    Raises:
        FileRefused: the header does not fit the mapping; nothing was loaded.
    """
    with source.path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        file.seek(0)
        rows = people_file.read(file, source.path.name, source.mapping, source.kinds)
        first = list(islice(rows, IMPORT_BATCH))
        run = ImportRun.objects.create(file_digest=digest, file_name=source.path.name, started_at=at)
        seen: set[bytes] = set()
        origins = source.origins(at)
        while first:
            _store(_Batch(first, origins), source, run, seen, by=by, at=at)
            progress(first[-1].line)
            first = list(islice(rows, IMPORT_BATCH))
    run.finished_at = at
    run.save()
    return run


def _store(batch: _Batch, source: Source, run: ImportRun, seen: set[bytes], *, by: Actor, at: datetime) -> None:
    with transaction.atomic():
        rows = store.Rows()
        for row, person_id, key, wrapped in _with_keys(list(_fresh(batch, source, seen))):
            _seal(rows, row, person_id, key, source, batch.origins, at)
            rows.keys.append((person_id, wrapped))
            batch.loaded += 1
        store.insert(rows)
        ImportProblem.objects.bulk_create(
            ImportProblem(run=run, line=line, field=problem.field, code=problem.code, sentence=problem.sentence)
            for line, problem in batch.problems
        )
        run.rows += len(batch.rows)
        run.loaded += batch.loaded
        run.already_held += batch.already_held
        run.refused += len({line for line, _ in batch.problems})
        run.save()
        if batch.loaded:
            facts: dict[str, Json] = {"people": batch.loaded, "file": run.file_digest, "promise": source.promise_serial, "run": run.pk}
            append("people.imported", by=by, handle=None, facts=facts, at=at)


def _fresh(batch: _Batch, source: Source, seen: set[bytes]) -> Iterator[people_file.Row]:
    """Yield the rows to load: steps 1 and 2."""
    key = source.mapping.identify_by
    candidates = []
    for row in batch.rows:
        normal = normalise.customer_number(row.values[key]) if not row.problems else None
        if normal is None:
            problems = row.problems or (people_file.RowProblem(key, "missing", f"{key} has no letter or digit."),)
            batch.problems += ((row.line, problem) for problem in problems)
        else:
            candidates.append((row, blind.digest("customer_number", normal)))
    held = set(
        map(bytes, BlindIndex.objects.filter(kind=blind.KIND_NUMBERS["customer_number"], digest__in=[digest for _, digest in candidates])
            .values_list("digest", flat=True))
    )  # fmt: skip
    for row, digest in candidates:
        if digest in seen:
            problem = people_file.RowProblem(key, "twice", f"The same {key} stands in an earlier line.")
            batch.problems.append((row.line, problem))
        elif digest in held:
            batch.already_held += 1
        else:
            yield row
        seen.add(digest)


def _with_keys(rows: list[people_file.Row]) -> Iterator[tuple[people_file.Row, int, bytes, bytes]]:
    made = make_keys(list(new_ids(len(rows))))
    return ((row, *key) for row, key in zip(rows, made, strict=True))


def _seal(
    rows: store.Rows, row: people_file.Row, person_id: int, key: bytes, source: Source, origins: Mapping[str, Origin], at: datetime
) -> None:
    cipher, collected_at = AESGCM(key), source.mapping.collected.moment(at)
    boxes = {name: sealed.seal(cipher, person_id, name, origins[name], value) for name, value in row.values.items()}
    rows.people.append((person_id, source.mapping.jurisdiction(row.values), source.mapping.language(row.values), collected_at, at))
    rows.records.append((person_id, sealed.encode(boxes)))
    region = row.values.get(source.mapping.country)
    for name, value in row.values.items():
        kind = source.kinds[name]
        number = blind.number_of(kind)
        if number is not None:
            rows.indexes += ((number, digest, person_id) for digest in blind.digests(kind, value, (region,)))
