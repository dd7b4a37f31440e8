"""The forms of a pack for programs: JSON, CSV, and a vCard of the person's own details.

The JSON is described in ``docs/reference/pack.md``. A CSV is one collection; what could run as a
formula is quoted (:mod:`aboveboard.basics.spreadsheet`). Values that JSON can hold come back from
it as they were.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

from aboveboard.basics import clock, spreadsheet
from aboveboard.basics.personal import Personal
from aboveboard.rights.pack import limits
from aboveboard.rights.pack.contents import PackFacts, PackRecord
from aboveboard.rights.pack.explaining import general_points, system_answer, system_points
from aboveboard.rights.pack.parts import PackPart
from aboveboard.rights.pack.words import PackWords

FORMAT: Final = "aboveboard/pack/v1"
_BOM: Final = b"\xef\xbb\xbf"
"""Without it a spreadsheet takes UTF-8 for the code page of its country."""
_FOLD: Final = 75
"""Octets of a line of a vCard, its end apart (RFC 6350, 3.2)."""
_VCARD: Final = {
    "user.name": "FN",
    "user.contact.email": "EMAIL",
    "user.contact.phone_number": "TEL",
}
_ADDRESS: Final = ("", "", "street", "city", "state", "postal_code", "country")
"""The parts of ADR in their order (RFC 6350, 6.3.1), by the last word of the data category."""


def pack_json(facts: PackFacts, parts: Sequence[PackPart], words: PackWords) -> Iterator[bytes]:
    """Yield ``data/pack.json``: who answered what request, and every system with its points."""
    withheld = sum(sum(part.tally.withheld_files.values()) for part in parts)
    yield _dumps(
        {
            "format": FORMAT,
            "organisation": facts.promise.organisation.name,
            "request": facts.request,
            "received_on": facts.received_on.isoformat(),
            "made_at": clock.to_text(facts.made_at),
            "language": words.language,
            "points": _points(general_points(facts, words, withheld)),
            "systems": [_system(facts, part, words) for part in parts],
            "left_out": [asdict(each) for each in facts.left_out],
        }
    )


def system_json(part: PackPart, files: Sequence[tuple[str, str]]) -> Iterator[bytes]:
    """Yield ``data/<system>.json``: its records as they came, and its files.

    ``files``: path in the pack and name of each.
    """
    head = {"format": FORMAT, "system": part.system.key, "name": part.system.name}
    yield _dumps(head)[:-2] + b',"records":['
    separator = b"\n"
    for record in part.records_in_order():
        row: dict[str, Any] = {"collection": record.collection, "values": record.values.reveal()}
        if record.blacked_out:
            row["blacked_out"] = record.blacked_out
        yield separator + _dumps(row)[:-1]
        separator = b",\n"
    listed = [{"path": path, "name": name} for path, name in files]
    yield b'],\n"files":' + _dumps(listed)[:-1] + b"}\n"


def collection_csv(
    columns: Sequence[str], records: Iterable[PackRecord], words: PackWords
) -> Iterator[bytes]:
    """Yield a table of one collection. Names beyond ``columns`` stand in a last one, as JSON."""
    full = len(columns) >= limits.CSV_COLUMNS
    yield _BOM + _csv([*columns, words.say("more_columns")] if full else columns)
    held = frozenset(columns)
    for record in records:
        values = record.values.reveal()
        beyond = {key: value for key, value in values.items() if key not in held}
        cells = [words.value(values.get(key)) for key in columns]
        yield _csv([*cells, words.value(beyond) if beyond else ""] if full else cells)


def vcard(contact: Sequence[tuple[str, Personal[str]]]) -> Iterator[bytes]:
    """Yield a vCard (RFC 6350) of the person's own details, by data category of the promise."""
    held: dict[str, str] = {}
    lines = ["BEGIN:VCARD", "VERSION:4.0"]
    address = [""] * len(_ADDRESS)
    for category, value in contact:
        text = value.reveal()
        held.setdefault(category, text)
        last = category.rpartition(".")[2]
        if category.startswith("user.contact.address") and last in _ADDRESS:
            address[_ADDRESS.index(last)] = text
        elif category in ("user.contact.email", "user.contact.phone_number"):
            lines.append(f"{_VCARD[category]}:{_vcard_text(text)}")
    first, last_name = held.get("user.name.first", ""), held.get("user.name.last", "")
    full = held.get("user.name") if not (first or last_name) else f"{first} {last_name}".strip()
    lines.insert(2, f"FN:{_vcard_text(full or '')}")
    if first or last_name:
        lines.insert(3, f"N:{_vcard_text(last_name)};{_vcard_text(first)};;;")
    if any(address):
        lines.append("ADR:" + ";".join(map(_vcard_text, address)))
    for line in [*lines, "END:VCARD"]:
        yield _folded(line)


def _system(facts: PackFacts, part: PackPart, words: PackWords) -> dict[str, Any]:
    system = part.system
    return {
        "key": system.key,
        "name": system.name,
        "answer": system.answer,
        "asked_at": clock.to_text(system.asked_at) if system.asked_at else None,
        "summary": system_answer(system, words, records=part.records, files=part.files),
        "purposes": [
            {"key": key, "basis": facts.promise.purposes[key].basis}
            for key in system.purposes
            if key in facts.promise.purposes
        ],
        "points": _points(system_points(facts, system, words)),
        "collections": {
            name: {"records": counted.records, "files": counted.files}
            for name, counted in part.tally.collections.items()
        },
        "blacked_out": part.tally.blacked_out,
        "withheld_files": part.tally.withheld_files,
    }


def _points(points: Iterable[Any]) -> dict[str, Mapping[str, Any]]:
    return {point.key: {"heading": point.heading, "sentences": point.sentences} for point in points}


def _dumps(value: object) -> bytes:
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
    except UnicodeEncodeError:
        # Half a surrogate pair is no UTF-8, and is valid in JSON as an escape (RFC 8259, 8.2).
        return json.dumps(value, separators=(",", ":")).encode() + b"\n"


def _csv(cells: Iterable[str]) -> bytes:
    return spreadsheet.csv_line(cells).encode("utf-8", "replace")


def _vcard_text(text: str) -> str:
    for plain, escaped in (("\\", "\\\\"), (",", "\\,"), (";", "\\;"), ("\r\n", "\\n")):
        text = text.replace(plain, escaped)
    text = text.replace("\n", "\\n").replace("\r", "\\n")
    return "".join(each for each in text if each == "\t" or each >= " ")


def _folded(line: str) -> bytes:
    """Return a line in pieces of at most 75 octets, none of which splits a character."""
    folded, length = [], 0
    for each in line.encode("utf-8", "replace").decode():
        size = len(each.encode())
        if length + size > _FOLD:
            folded.append("\r\n ")
            length = 1
        folded.append(each)
        length += size
    return ("".join(folded) + "\r\n").encode()
