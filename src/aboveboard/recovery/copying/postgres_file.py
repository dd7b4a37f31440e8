"""Reading the rows of a part that was made from PostgreSQL, value by value: COPY's binary form
(PostgreSQL documentation, COPY, "Binary Format"), without a server.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import IO, Any, Final

from aboveboard.recovery.copying.values import ValueKind
from aboveboard.recovery.manifest import BackupDamaged, CopiedTable

_SIGNATURE: Final = b"PGCOPY\n\xff\r\n\x00"
_BLOCK: Final = 1 << 20
_EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)
_JSON_VERSION: Final = b"\x01"


def rows(
    folder: str, name: str, table: CopiedTable, kinds: Sequence[ValueKind]
) -> Iterator[Sequence[Any]]:
    """Yield each row of a table, in Python's own types.

    Raises:
        BackupDamaged: the file is not of this form.
    """
    place = Path(folder)
    read = [_READ[kind] for kind in kinds]
    try:
        with (place / table.file).open("rb", buffering=_BLOCK) as file:
            _skip_header(file)
            while (count := _number(file, ">h")) != -1:
                if count != len(read):
                    raise ValueError(count)
                yield [_value(file, convert) for convert in read]
    except (ValueError, struct.error, OverflowError):
        raise BackupDamaged(place=place, found=f"{table.file} cannot be read") from None


def _skip_header(file: IO[bytes]) -> None:
    if file.read(len(_SIGNATURE)) != _SIGNATURE or _number(file, ">i") != 0:
        raise ValueError
    file.read(_number(file, ">i"))  # an extension, which nobody writes yet


def _value(file: IO[bytes], convert: Callable[[bytes], Any]) -> Any:
    length = _number(file, ">i")
    if length == -1:
        return None
    data = file.read(length)
    if len(data) != length:
        raise ValueError
    return convert(data)


def _number(file: IO[bytes], form: str) -> int:
    (number,) = struct.unpack(form, file.read(struct.calcsize(form)))
    return int(number)


def _parse_integer(data: bytes) -> int:
    return int.from_bytes(data, "big", signed=True)


def _json(data: bytes) -> str:
    if data[:1] != _JSON_VERSION:
        raise ValueError
    return data[1:].decode()


_READ: Final[Mapping[ValueKind, Callable[[bytes], Any]]] = {
    ValueKind.INTEGER: _parse_integer,
    ValueKind.FLOAT: lambda data: struct.unpack(">d", data)[0],
    ValueKind.BOOLEAN: lambda data: data != b"\x00",
    ValueKind.TEXT: bytes.decode,
    ValueKind.BYTES: bytes,
    ValueKind.MOMENT: lambda data: _EPOCH + timedelta(microseconds=_parse_integer(data)),
    ValueKind.DAY: lambda data: date.fromordinal(_EPOCH.toordinal() + _parse_integer(data)),
    ValueKind.JSON: _json,
}
