"""An inventory read into rows, each with what is wrong or to be looked at in it. Pure.

Nothing is lost: a row that cannot be taken is a problem with its line and its cells, and a row that
can be taken with a doubt has a remark.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

from aboveboard.basics import shipped
from aboveboard.basics.errors import Invalid
from aboveboard.basics.spreadsheet import csv_line
from aboveboard.custody import limits
from aboveboard.custody.inventory import encryption
from aboveboard.custody.inventory.tables import Cells, InventoryTable, read_table
from aboveboard.custody.terms import DeviceKind, EncryptionSource, EncryptionState


@dataclass(frozen=True, slots=True)
class InventoryRow:
    """A device as an inventory has it. ``encrypted``: None where the file says nothing about
    encryption at all. ``kind``: None where it cannot be told. ``state``: "lost", "gone" or "".
    """

    line: int
    tag: str
    serial: str
    name: str
    kind: DeviceKind | None
    holder: str
    encrypted: EncryptionState | None
    seen_at: datetime | None
    state: str


@dataclass(frozen=True, slots=True)
class RowNote:
    """What is to be said of a line. ``code`` is the same for all of a kind; ``words`` say what is
    wrong; ``cells``: the row as the file has it, where it was not taken."""

    line: int
    code: str
    words: str
    fix: str
    cells: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Inventory:
    """A file that was read. ``problems``: rows that were not taken; ``remarks``: what to look at in
    those that were; ``read_as``: what the file turned out to be, in words; ``header``: its
    columns; ``unread``: columns that say nothing that is kept here."""

    source: EncryptionSource
    read_as: str
    header: tuple[str, ...]
    rows: tuple[InventoryRow, ...]
    problems: tuple[RowNote, ...]
    remarks: tuple[RowNote, ...]
    blank: int
    unread: tuple[str, ...]
    says_encryption: bool


@dataclass(slots=True)
class _Notes:
    problems: list[RowNote] = field(default_factory=list)
    remarks: list[RowNote] = field(default_factory=list)


class InventoryRefused(Invalid):
    """Not an inventory of devices: {found}."""

    code = "inventory_refused"
    next_step = "{fix}"


def read_inventory(data: bytes, name: str) -> Inventory:
    """Read a file of an inventory: CSV in any delimiter, encoding and line end, JSON or NDJSON.

    Raises:
        InventoryRefused: no row of it can be told apart as a device.
    """
    table = read_table(data, name, known=frozenset(_roles()))
    places = _places(table.header)
    source = _source({normal_name(column) for column in table.header})
    if source is EncryptionSource.OSQUERY:
        # The name and identifier of these rows are of a disk, not of the computer that it is in.
        places = {role: where for role, where in places.items() if role not in ("name", "uuid")}
        places |= _places(table.header, only=_HOSTS)
    if not {"tag", "serial", "name", "uuid"} & places.keys():
        raise InventoryRefused(
            found=f"no column of {name} says which device a row is about. It has: "
            f"{', '.join(filter(None, table.header[:12]))}",
            fix="Export it with a column for the asset tag, the serial number or the name of the "
            "device. From osquery, select hardware_serial and hostname of system_info beside.",
        )
    notes = _Notes([_unreadable(row) for row in table.broken])
    rows = _joined(
        _rows(table, places, source, notes), notes, disks=source is EncryptionSource.OSQUERY
    )
    read = {place for where in places.values() for place in where}
    return Inventory(
        source=source,
        read_as=table.read_as,
        header=table.header,
        rows=tuple(rows),
        problems=tuple(sorted(notes.problems, key=lambda note: note.line)),
        remarks=tuple(sorted(notes.remarks, key=lambda note: note.line)),
        blank=table.blank,
        unread=tuple(
            column for place, column in enumerate(table.header) if column and place not in read
        ),
        says_encryption=any(role in places for role in _file()["encryption"]),
    )


def normal_name(column: str) -> str:
    """Return the name of a column without case, spaces and punctuation."""
    return re.sub(r"[\W_]+", "", column.casefold())


# ---- columns -------------------------------------------------------------------------------------

_MANGLED: Final = re.compile(r"\d(?:[.,]\d+)?E\+\d{1,2}", re.IGNORECASE)

_HOSTS: Final = {
    "name": ("hostname", "host name", "computer_name", "host_display_name", "host"),
    "uuid": ("host_uuid", "host_identifier", "hostIdentifier"),
}
"""What osquery calls the computer, beside the disk."""


def _source(columns: set[str]) -> EncryptionSource:
    for source, signs in _file()["sources"].items():
        if columns & {normal_name(sign) for sign in signs}:
            return EncryptionSource(source)
    return EncryptionSource.TABLE


@cache
def _file() -> Mapping[str, Mapping[str, list[str]]]:
    data: Mapping[str, Any] = shipped.load(Path(__file__).with_name("columns.yaml"))
    return data


@cache
def _roles() -> Mapping[str, str]:
    """Return what each normal name of a column is for."""
    both = {**_file()["columns"], **_file()["encryption"]}
    return {normal_name(alias): role for role, aliases in both.items() for alias in aliases}


def _places(
    header: Sequence[str], only: Mapping[str, Sequence[str]] | None = None
) -> dict[str, list[int]]:
    """Return where the columns of each role stand, the best name first."""
    aliases = only or {**_file()["columns"], **_file()["encryption"]}
    normal = [normal_name(column) for column in header]
    places: dict[str, list[int]] = {}
    for role, names in aliases.items():
        for alias in dict.fromkeys(normal_name(each) for each in names):
            where = [place for place, column in enumerate(normal) if column == alias]
            if where:
                places.setdefault(role, []).extend(where)
    return places


# ---- rows ----------------------------------------------------------------------------------------


def _rows(
    table: InventoryTable, places: Mapping[str, list[int]], source: EncryptionSource, notes: _Notes
) -> Iterator[InventoryRow]:
    for row in table.rows:
        if len(row.cells) > len(table.header):
            more = len(row.cells) - len(table.header)
            notes.problems.append(
                RowNote(
                    row.line,
                    "too_many_cells",
                    f"{more} more cells than the header has columns",
                    "A cell with a comma in it needs quotation marks around it.",
                    row.cells,
                )
            )
            continue
        if not _is_removable(table, row):
            continue
        values = _values(table, row, places, notes)
        read = _row(row, values, source, notes)
        if read:
            yield read


def _row(
    row: Cells, values: Mapping[str, str], source: EncryptionSource, notes: _Notes
) -> InventoryRow | None:
    named = {key: values.get(key, "") for key in ("tag", "serial", "name", "uuid")}
    label = next((text for text in named.values() if text and len(text) <= limits.DEVICE_LABEL), "")
    if not label:
        too_long = any(named.values())
        notes.problems.append(
            RowNote(
                row.line,
                "label_too_long" if too_long else "no_label",
                f"a label of more than {limits.DEVICE_LABEL} characters"
                if too_long
                else "neither asset tag nor serial number nor name",
                "Give it a label, and take the file in again.",
                row.cells,
            )
        )
        return None
    serial = named["serial"][: limits.DEVICE_SERIAL]
    kind = _kind(values, source)
    if kind is None:
        seen = values.get("kind") or values.get("model") or "the file"
        notes.remarks.append(
            RowNote(
                row.line,
                "kind_unknown",
                f"what kind of thing {label} is cannot be told from “{seen[:60]}”",
                "It is kept as something else: say what it is in the inventory.",
            )
        )
    notes.remarks += _missing(row.line, label, values)
    keys = {key: values[key] for key in _file()["encryption"] if key in values}
    return InventoryRow(
        line=row.line,
        tag=label,
        serial=serial,
        name=(named["name"] or values.get("model", "") or label)[: limits.DEVICE_NAME],
        kind=kind,
        holder=values.get("holder", "").casefold(),
        encrypted=encryption.judge_row(keys),
        seen_at=_moment(values.get("seen", "")),
        state=_state(values.get("status", "")),
    )


def _missing(line: int, label: str, values: Mapping[str, str]) -> Iterator[RowNote]:
    """Yield what a row leaves out that its file has a column for, and numbers that a spreadsheet
    turned into others."""
    if values.get("serial") == "":
        yield RowNote(
            line,
            "no_serial",
            f"{label} has no serial number",
            "It is known by its label alone: another label would make it another device.",
        )
    if values.get("holder_name") and not values.get("holder"):
        yield RowNote(
            line,
            "no_address",
            f"{label} is checked out to a name without an e-mail address",
            "Who has it stays as it is here: staff are known by their addresses.",
        )
    if any(_MANGLED.fullmatch(values.get(key, "")) for key in ("tag", "serial")):
        yield RowNote(
            line,
            "number_mangled",
            f"a spreadsheet wrote a number of {label} as a power of ten, and lost its digits",
            "Format the column as text, and export it again.",
        )


def _values(
    table: InventoryTable, row: Cells, places: Mapping[str, list[int]], notes: _Notes
) -> dict[str, str]:
    """Return what a row says for each role: the best filled column, and "" where it has the column
    and says nothing."""
    values: dict[str, str] = {}
    for role, where in places.items():
        cells = [(table.header[place], row.cell(place)) for place in where]
        filled = [(column, text) for column, text in cells if text]
        values[role] = filled[0][1] if filled else ""
        same = {text for column, text in filled if normal_name(column) == normal_name(filled[0][0])}
        if len(same) > 1:
            notes.remarks.append(
                RowNote(
                    row.line,
                    "column_twice",
                    f"two columns are called “{filled[0][0]}”, and say different things",
                    "The first was taken. Name them apart.",
                )
            )
    return values


def _joined(rows: Iterable[InventoryRow], notes: _Notes, *, disks: bool) -> list[InventoryRow]:
    """Return one row for each device. ``disks``: a computer has a row for each of its disks, and is
    protected as its worst is."""
    kept: dict[str, InventoryRow] = {}
    by_serial: dict[str, str] = {}
    for row in rows:
        key = row.tag.casefold()
        if row.serial:
            key = by_serial.setdefault(row.serial.casefold(), key)
        before = kept.get(key)
        if before is None:
            kept[key] = row
        elif disks:
            states = [each.encrypted for each in (before, row) if each.encrypted]
            kept[key] = replace(before, encrypted=encryption.worst(states) if states else None)
        else:
            notes.problems.append(
                RowNote(
                    row.line,
                    "device_twice",
                    f"{row.tag} stands in line {before.line} already",
                    "Leave one of the two, and take the file in again.",
                )
            )
    return list(kept.values())


def _is_removable(table: InventoryTable, row: Cells) -> bool:
    """Whether a row of ``usb_devices`` is something that can be carried away; true of others."""
    columns = [normal_name(column) for column in table.header]
    return "removable" not in columns or row.cell(columns.index("removable")) != "0"


def _kind(values: Mapping[str, str], source: EncryptionSource) -> DeviceKind | None:
    if source is EncryptionSource.OSQUERY and "kind" not in values and "model" in values:
        return DeviceKind.STICK
    for role in ("kind", "model", "name", "platform"):
        text = values.get(role, "").casefold()
        for kind, words in _file()["kinds"].items():
            if text and any(re.search(rf"\b{re.escape(word)}\b", text) for word in words):
                return DeviceKind(kind)
    return None


def _state(text: str) -> str:
    word = text.strip().casefold()
    for state, beginnings in _file()["states"].items():
        if word and word.startswith(tuple(beginnings)):
            return state
    return ""


def _moment(text: str) -> datetime | None:
    """Return a moment that is written in ISO 8601; None for others, whose day and month may be
    either."""
    try:
        moment = datetime.fromisoformat(text.strip().replace(" UTC", "+00:00"))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _unreadable(row: Cells) -> RowNote:
    return RowNote(
        row.line,
        "quote_open",
        "a quotation mark is opened and never closed",
        "Close it, or double it if it belongs to the text.",
        row.cells,
    )


def not_taken_as_csv(header: Sequence[str], problems: Iterable[RowNote]) -> Iterator[str]:
    """Yield lines of CSV with each row that was not taken: its line, why, what to do, its cells."""
    yield csv_line(["line", "problem", "what to do", *header])
    for note in problems:
        yield csv_line([str(note.line), note.words, note.fix, *note.cells])
