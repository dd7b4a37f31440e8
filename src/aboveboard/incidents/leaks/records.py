"""Records that are not lines: the objects of a JSON document, and the rows of an SQL dump.

Both are found by their brackets and quotes in a stream of bytes, whatever the line ends, and
nothing is held but the record at hand.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from aboveboard.basics.limits import CSV_LINE_BYTES
from aboveboard.incidents.leaks.lines import decode

_MARK: Final = re.compile(rb'["\\{}\[\]]')


def json_objects(blocks: Iterable[bytes], depth: int) -> Iterator[tuple[bytes, bytes]]:
    """Yield each object that begins ``depth`` brackets deep, after what stood before it; at the end
    b"" with what stood after the last, or with a record that was cut off or is too long."""
    held, scan, start = b"", 0, -1
    level, quoted = 0, False
    for block in blocks:
        held += block
        done = 0  # up to where what is held was given away
        while (mark := _MARK.search(held, scan)) is not None:
            place, sign = mark.start(), mark.group()
            scan = place + 1
            if sign == b"\\":
                if quoted:
                    scan += 1  # the sign after it means nothing
            elif sign == b'"':
                quoted = not quoted
            elif quoted:
                continue
            elif sign in b"{[":
                if sign == b"{" and level == depth and start < 0:
                    start = place
                level += 1
            else:
                level = max(0, level - 1)
                if start >= 0 and level == depth:
                    yield held[start:scan], held[done:start]
                    done, start = scan, -1
        # A backslash that ends a block leaves the sign after it for the next one.
        scan = max(scan, len(held))
        if len(held) - done > CSV_LINE_BYTES:
            yield b"", held[done:]
            done, start = len(held), -1
        held, scan = held[done:], scan - done
        start = start - done if start >= 0 else -1
    if held.strip():
        yield b"", held


def json_depth(head: bytes) -> int:
    """Return how deep the records of a JSON document begin, from its first bytes.

    The objects of the outermost list that has some; else one object after another; else the
    objects that one object has by name.
    """
    listed = named = -1
    roots, level, quoted, scan = 0, 0, False, 0
    around: list[bytes] = []
    while (mark := _MARK.search(head, scan)) is not None:
        sign, scan = mark.group(), mark.end()
        if sign == b"\\":
            scan += quoted
        elif sign == b'"':
            quoted = not quoted
        elif quoted:
            continue
        elif sign in b"{[":
            if sign == b"{":
                roots += not around
                if around[-1:] == [b"["] and (listed < 0 or level < listed):
                    listed = level
                if around == [b"{"]:
                    named = 1
            around.append(sign)
            level += 1
        elif around:
            around.pop()
            level -= 1
    if roots > 1:
        return 0
    return listed if listed >= 0 else max(named, 0)


_NAME: Final = (
    rb"""(?:`[^`\n]{1,128}`|"[^"\n]{1,128}"|\[[^\]\n]{1,128}\]|[`"\[]?[\w$#@\x80-\xff-]+[`"\]]?)"""
)
_TABLE: Final = rb"(?:" + _NAME + rb"\.){0,2}" + _NAME
_STATEMENT: Final = re.compile(
    rb"(?:^|[\n;])\s*(?:"
    rb"(?P<create>CREATE\s+(?:TEMPORARY\s+)?TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?)"
    rb"|(?P<insert>(?:INSERT|REPLACE)\s+(?:(?:LOW_PRIORITY|DELAYED|HIGH_PRIORITY|IGNORE"
    rb"|OR\s+\w+)\s+)*(?:INTO\s+)?)"
    rb"|(?P<copy>COPY\s+)"
    rb")(?P<table>" + _TABLE + rb")\s*(?P<after>\(|VALUES?\b|FROM\s+STDIN)",
    re.IGNORECASE,
)
_STRING: Final = rb"""'(?:[^'\\]|\\.|'')*+'"""
_PLAIN_STRING: Final = rb"""'(?:[^']|'')*+'"""  # where a backslash is a sign like any other
_OTHER: Final = rb"""|"(?:[^"]|"")*+"|`[^`]*+`"""


def _tuple(string: bytes) -> re.Pattern[bytes]:
    part = rb"(?:[^()'\"`]|" + string + _OTHER + rb")"
    inner = rb"\(" + part + rb"*+\)"
    return re.compile(
        rb"\s*\((?P<body>(?:" + part + rb"|" + inner + rb")*+)\)\s*(?P<next>[,;]|$|(?=\n))",
        re.DOTALL,
    )


def _value(string: bytes) -> re.Pattern[bytes]:
    return re.compile(
        rb"\s*((?:[^,'\"`()]|" + string + _OTHER + rb"|\((?:[^()]|\([^()]*\))*+\))*+)(?:,|$)",
        re.DOTALL,
    )


_TUPLES: Final = {False: _tuple(_STRING), True: _tuple(_PLAIN_STRING)}
_VALUES: Final = {False: _value(_STRING), True: _value(_PLAIN_STRING)}
_PART: Final = rb"(?:[^()'\"`]|" + _STRING + _OTHER + rb")"
_NESTED: Final = rb"\((?:" + _PART + rb"|\(" + _PART + rb"*+\))*+\)"
_LIST: Final = re.compile(rb"\s*\((?P<body>(?:" + _PART + rb"|" + _NESTED + rb")*+)\)", re.DOTALL)
"""The columns of a table or of a statement; behind them may stand anything."""
_LIST_BYTES: Final = 256 * 1024
"""How far such a list is looked for to its end. Our choice: the columns of a table are a page."""
_VALUES_WORD: Final = re.compile(rb"\s*VALUES?\s*", re.IGNORECASE)
_GAP: Final = re.compile(rb"[ \t\r\n,]*+")
_PLAIN_DIALECTS: Final = re.compile(
    rb"PostgreSQL database dump|PRAGMA |BEGIN TRANSACTION;|\[dbo\]|pg_dump|SET standard_conforming",
    re.IGNORECASE,
)
_COLUMN: Final = re.compile(rb"\s*([`\"\[]?)([\w$#@\x80-\xff -]+?)\1?\]?(?:\s|$)", re.DOTALL)
_NO_COLUMN: Final = frozenset(
    {"primary", "key", "unique", "constraint", "index", "foreign", "check", "fulltext", "spatial"}
)
_CALL: Final = re.compile(
    r"(?:CAST|TRY_CAST|CONVERT|TO_\w+|STR_TO_DATE|DATE|TIMESTAMP|UNHEX)\s*\([^']*?"
    r"((?:[NE])?'(?:[^'\\]|\\.|'')*')",
    re.IGNORECASE | re.DOTALL,
)
"""What a dump does with a value before it is stored."""
_HEX: Final = re.compile(r"(?:0x|\\{1,2}x|x')((?:[0-9a-f]{2})+)'?", re.IGNORECASE)
_ESCAPES: Final = {"n": "\n", "t": "\t", "r": "\r", "0": "", "b": "", "Z": ""}


@dataclass(frozen=True, slots=True)
class SqlRow:
    """A row of a table: its values by column name, numbered from 1 where no name is known."""

    table: str
    values: dict[str, str] = field(repr=False)


def sql_rows(blocks: Iterable[bytes]) -> Iterator[SqlRow | bytes]:
    """Yield every row that a dump inserts or copies, and the bytes of each that cannot be read."""
    return _Dump(blocks).rows()


def is_like_sql(head: bytes) -> bool:
    """Whether a file's first bytes are those of a dump."""
    return _STATEMENT.search(b"\n" + head) is not None


class _Dump:
    """A dump as it is read: the bytes at hand, how far they are read, and the columns of the tables
    met so far."""

    def __init__(self, blocks: Iterable[bytes]) -> None:
        self._blocks = iter(blocks)
        # Read from a place in it: to cut off each row would copy all that is behind it.
        self._held, self._at = b"\n", 0
        self._columns: dict[str, list[str]] = {}
        self._plain = False
        self._over = False

    def rows(self) -> Iterator[SqlRow | bytes]:
        while True:
            self._held, self._at = self._held[self._at :], 0
            statement = _STATEMENT.search(self._held)
            if statement is None:
                # A statement that begins in these bytes may end in the next.
                self._plain = self._plain or bool(_PLAIN_DIALECTS.search(self._held))
                if self._over:
                    return
                self._held = self._held[-4096:]
                self._more()
                continue
            self._plain = self._plain or bool(
                _PLAIN_DIALECTS.search(self._held, 0, statement.start())
            )
            table = _bare(statement["table"])
            self._at = statement.start("after")
            if statement["create"] is not None:
                self._columns[table] = self._defined()
            elif statement["copy"] is not None:
                yield from self._copy(table)
            else:
                yield from self._insert(table)

    def _more(self) -> bool:
        """Take in more bytes; False at the end of the file."""
        block = next((block for block in self._blocks if block), b"")
        self._held, self._at = self._held[self._at :] + block, 0
        self._over = self._over or not block
        return not self._over

    def _left(self) -> int:
        return len(self._held) - self._at

    def _parted(self) -> list[bytes] | None:
        """Take the values in round brackets that come next; None where there are none."""
        pattern = _TUPLES[self._plain]
        while True:
            value = pattern.match(self._held, self._at)
            # At the end of what is held a bracket may close too soon, and a separator follow.
            if value is not None and (value.end() < len(self._held) or self._over):
                self._at = value.end()
                return _values(value["body"], plain=self._plain)
            too_long = self._left() > 4 * CSV_LINE_BYTES
            # A row that is too long is given up as one that never closes: memory is bounded, and
            # its line is searched.
            if (too_long or not self._more()) and value is None:
                return None

    def _listed(self) -> list[bytes]:
        """Take the list of columns in round brackets that comes next, whatever follows it; of one
        that never closes, nothing."""
        while (columns := _LIST.match(self._held, self._at)) is None:
            if self._left() > _LIST_BYTES or not self._more():
                return []
        self._at = columns.end()
        return [part for part in _values(columns["body"], plain=self._plain) if part.strip()]

    def _defined(self) -> list[str]:
        """Take the columns that a table is made with."""
        names = [_COLUMN.match(part) for part in self._listed()]
        return [
            name
            for name in (decode(match.group(2)) for match in names if match)
            if name.lower() not in _NO_COLUMN
        ]

    def _names(self, table: str) -> list[str]:
        """Take the names of the columns that a statement gives, or those of the table."""
        if not self._held.startswith(b"(", self._at):
            return self._columns.get(table, [])
        return [_bare(part) for part in self._listed()]

    def _insert(self, table: str) -> Iterator[SqlRow | bytes]:
        names = self._names(table)
        while self._left() < 64 and self._more():
            pass
        values = _VALUES_WORD.match(self._held, self._at)
        if values is None:
            return
        self._at = values.end()
        while True:
            self._skip_gap()
            if not self._held.startswith(b"(", self._at):
                return
            parts = self._parted()
            if parts is None:
                # A quote that is never closed: this row is lost, the next line is looked at again.
                line = self._line()
                self._held, self._at = b"\n" + self._held[self._at :], 0
                yield line
                return
            yield _row(table, names, [_unquoted(part, plain=self._plain) for part in parts])

    def _skip_gap(self) -> None:
        """Go to what comes behind blanks and commas."""
        while True:
            gap = _GAP.match(self._held, self._at)
            self._at = gap.end() if gap else self._at
            if self._left() or not self._more():
                return

    def _line(self) -> bytes:
        """Take what is held up to the end of a line, or all of it."""
        end = self._held.find(b"\n", self._at)
        stop = len(self._held) if end < 0 else end
        line, self._at = self._held[self._at : stop], min(stop + 1, len(self._held))
        return line

    def _whole_line(self) -> bytes:
        """Take a line, or, of one that is too long, as much as is held."""
        while self._held.find(b"\n", self._at) < 0 and self._left() <= CSV_LINE_BYTES:
            if not self._more():
                break
        return self._line()

    def _copy(self, table: str) -> Iterator[SqlRow | bytes]:
        names = self._names(table)
        self._whole_line()  # the rest of the statement
        while True:
            line = self._whole_line().removesuffix(b"\r")
            if line == b"\\." or (not line and not self._left() and not self._more()):
                self._held, self._at = b"\n" + self._held[self._at :], 0
                return
            yield _row(table, names, [_copied(part) for part in line.split(b"\t")])


def _values(body: bytes, *, plain: bool) -> list[bytes]:
    """Return the values of a list, without its brackets."""
    parts: list[bytes] = _VALUES[plain].findall(body)
    # The pattern fits once more behind the last value, where nothing is; behind a comma that is a
    # value, though an empty one.
    if len(parts) > 1 and not parts[-1] and not body.endswith(b","):
        parts.pop()
    return parts


def _row(table: str, names: list[str], values: list[str]) -> SqlRow:
    called = names if len(names) == len(values) else [str(n) for n in range(1, len(values) + 1)]
    return SqlRow(table, dict(zip(called, values, strict=True)))


def _bare(name: bytes) -> str:
    return decode(name.strip().rpartition(b".")[2].strip(b'`"[] '))


def _unquoted(part: bytes, *, plain: bool) -> str:
    text = decode(part.strip())
    if text.endswith(")") and (call := _CALL.match(text)):
        text = call[1]
    inner = re.fullmatch(r"(?:[NnEe]|_\w+ )?'(.*)'(?:::[\w ]+)?", text, re.DOTALL)
    if inner is None:
        return "" if text.upper() == "NULL" else _from_hex(text)
    value = inner[1].replace("''", "'")
    return _from_hex(value) if plain else _unescaped(_from_hex(value))


def _from_hex(value: str) -> str:
    """Return the text that a value of bytes is of; what is no text stays as it is."""
    if value[:2].lower() not in ("0x", "\\x", "x'") and not value.startswith("\\\\x"):
        return value
    match = _HEX.fullmatch(value)
    try:
        text = bytes.fromhex(match[1]).decode() if match else ""
    except UnicodeDecodeError:  # a digest, or a picture
        return value
    return text if text and text.isprintable() else value


def _copied(part: bytes) -> str:
    return "" if part == b"\\N" else _unescaped(decode(part))


def _unescaped(text: str) -> str:
    if "\\" not in text:
        return text
    return re.sub(r"\\(.)", lambda sign: _ESCAPES.get(sign[1], sign[1]), text, flags=re.DOTALL)
