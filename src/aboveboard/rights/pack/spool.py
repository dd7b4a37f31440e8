"""What a system answered, as an age file of JSON lines that is written once and read as often as
the formats need, a record in memory at a time.

A line is one of: a record ``{"c": collection, "v": values, "o": others' names, "b": what was
blacked out}``; the beginning of a file ``{"f": [collection, name, media type]}``, its bytes in
base64 ``{"d": …}``, and its end ``{"e": bytes}``. It never leaves the instance, so it has no
version: a spool lives as long as its request.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from aboveboard.basics.personal import Personal
from aboveboard.connectors.contract import Attachment, Record
from aboveboard.rights.pack import agefile, limits
from aboveboard.rights.pack.contents import PackRecord


@dataclass(slots=True)
class CollectionTally:
    """What a spool holds of one collection: records, files, the bytes of both as they stand in the
    spool, and the names of the columns in the order in which they came."""

    records: int = 0
    files: int = 0
    size: int = 0
    columns: dict[str, None] = field(default_factory=dict)


SpoolTally = dict[str, CollectionTally]
"""By collection, in the order in which they came."""


def write(
    out: Path, items: Iterable[Record | PackRecord | Attachment], identity: Personal[str]
) -> SpoolTally:
    """Write what a system answered under a key, and return what there was.

    The file appears whole or not at all. Whatever ``items`` raises, such as an error of the
    connector, comes out as it is.
    """
    tally: SpoolTally = {}
    agefile.seal(out, _written(items, tally), [agefile.public_key(identity)])
    return tally


def read(file: Path, identity: Personal[str]) -> Iterator[Record | PackRecord | Attachment]:
    """Yield what was written. The bytes of an attachment are read before the next item is asked
    for; who does not want them asks for the next item.

    Raises:
        PackDamaged: it was cut or changed, or is under another key.
    """
    with agefile.open_age_file(file, identity) as plain:
        lines = _whole_lines(plain)
        for line in lines:
            row = json.loads(line)
            if "f" not in row:
                yield _record(row)
                continue
            collection, name, media_type = row["f"]
            chunks = _chunks(lines)
            yield Attachment(collection, Personal(name), media_type, chunks)
            for _ in chunks:
                pass


def _written(
    items: Iterable[Record | PackRecord | Attachment], tally: SpoolTally
) -> Iterator[bytes]:
    for item in items:
        counted = tally.setdefault(item.collection, CollectionTally())
        if isinstance(item, Attachment):
            counted.files += 1
            for line in _file_lines(item):
                counted.size += len(line)
                yield line
            continue
        line = _line(_row(item))
        counted.records += 1
        counted.size += len(line)
        values = item.values.reveal() if isinstance(item, PackRecord) else item.values
        for name in values:
            if len(counted.columns) < limits.CSV_COLUMNS:
                counted.columns[name] = None
        yield line


def _row(item: Record | PackRecord) -> dict[str, Any]:
    if isinstance(item, PackRecord):
        return {"c": item.collection, "v": item.values.reveal(), "b": item.blacked_out}
    values = {name: value.reveal() for name, value in item.values.items()}
    return {"c": item.collection, "v": values, "o": sorted(item.others)}


def _record(row: dict[str, Any]) -> Record | PackRecord:
    if "b" in row:
        return PackRecord(row["c"], Personal(row["v"]), tuple(row["b"]))
    values = {name: Personal(value) for name, value in row["v"].items()}
    return Record(row["c"], values, frozenset(row["o"]))


def _file_lines(item: Attachment) -> Iterator[bytes]:
    yield _line({"f": [item.collection, item.name.reveal(), item.media_type]})
    size = 0
    for chunk in item.chunks:
        size += len(chunk)
        view = memoryview(chunk)
        for start in range(0, len(chunk), limits.ATTACHMENT_CHUNK):
            piece = view[start : start + limits.ATTACHMENT_CHUNK]
            yield _line({"d": b64encode(piece).decode()})
    yield _line({"e": size})


def _whole_lines(plain: BinaryIO) -> Iterator[bytes]:
    for line in plain:
        # A line without its end is where a file was cut, which ``opened`` says.
        if line.endswith(b"\n"):
            yield line


def _chunks(lines: Iterator[bytes]) -> Iterator[bytes]:
    for line in lines:
        row = json.loads(line)
        if "e" in row:
            return
        yield b64decode(row["d"])


def _line(row: dict[str, Any]) -> bytes:
    # ASCII: what is no valid Unicode, such as half a surrogate pair, comes back as it was.
    return json.dumps(row, separators=(",", ":")).encode() + b"\n"
