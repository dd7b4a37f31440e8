"""Whatever the file, every line that is not blank is a row or a listed reason,
and no reason quotes it."""

from __future__ import annotations

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aboveboard.incidents.leaks import columns, form, reading
from aboveboard.incidents.leaks.form import LeakShape
from aboveboard.incidents.leaks.lines import lines
from aboveboard.incidents.leaks.reading import LeakRow, UnreadLine, UnreadReason


def read(content: bytes) -> tuple[form.LeakFileFormat, list[LeakRow | UnreadLine]]:
    found = form.detect_format(reading.sample(io.BytesIO(content)))
    return found, list(reading.rows(io.BytesIO(content), found))


FORMS = [
    (
        "commas with a header",
        b"email,phone\na@x.io,1\nb@x.io,2\n",
        LeakShape.SEPARATED,
        ",",
        [("a@x.io", "1"), ("b@x.io", "2")],
    ),
    (
        "semicolons",
        b"email;name\r\na@x.io;Ann\r\nb@x.io;Bob\r\n",
        LeakShape.SEPARATED,
        ";",
        [("a@x.io", "Ann"), ("b@x.io", "Bob")],
    ),
    (
        "tabs without a header",
        b"a@x.io\t12345678\nb@x.io\t87654321\n",
        LeakShape.SEPARATED,
        "\t",
        [("a@x.io", "12345678"), ("b@x.io", "87654321")],
    ),
    (
        "pairs whose secrets hold colons",
        b"a@x.io:pa:ss\nb@x.io:word\n",
        LeakShape.PAIRS,
        ":",
        [("a@x.io", "pa:ss"), ("b@x.io", "word")],
    ),
    (
        "pairs whose hashes hold commas",
        b"a@x.io:$argon2id$v=19$m=1,t=2,p=3$c2FsdHNhbHQ$aGFzaA\n" * 3,
        LeakShape.PAIRS,
        ":",
        [("a@x.io", "$argon2id$v=19$m=1,t=2,p=3$c2FsdHNhbHQ$aGFzaA")] * 3,
    ),
    ("only addresses", b"a@x.io\nb@x.io\n", LeakShape.SEPARATED, ",", [("a@x.io",), ("b@x.io",)]),
    (
        "JSON lines",
        b'{"email":"a@x.io","n":{"first":"Ann"}}\n{"email":"b@x.io"}\n',
        LeakShape.JSON_LINES,
        "",
        [("a@x.io", "Ann"), ("b@x.io", "")],
    ),
    (
        "a JSON array, one object a line",
        b'[\n{"email":"a@x.io"},\n{"email":"b@x.io"}\n]\n',
        LeakShape.JSON_LINES,
        "",
        [("a@x.io",), ("b@x.io",)],
    ),
    (
        "UTF-16 with a mark",
        "email,name\na@x.io,Zoë\n".encode("utf-16"),
        LeakShape.SEPARATED,
        ",",
        [("a@x.io", "Zoë")],
    ),
    (
        "Windows-1252",
        "email,name\na@x.io,Zoë\n".encode("cp1252"),
        LeakShape.SEPARATED,
        ",",
        [("a@x.io", "Zoë")],
    ),
    (
        "old Macintosh line ends",
        b"email,name\ra@x.io,Ann\rb@x.io,Bob\r",
        LeakShape.SEPARATED,
        ",",
        [("a@x.io", "Ann"), ("b@x.io", "Bob")],
    ),
    ("NULs", b"email,name\na@x.io,A\x00nn\n", LeakShape.SEPARATED, ",", [("a@x.io", "Ann")]),
    (
        "quotes with separators and quotes inside",
        b'email,name\na@x.io,"Yang, ""Jon"""\n',
        LeakShape.SEPARATED,
        ",",
        [("a@x.io", 'Yang, "Jon"')],
    ),
    (
        "a quoted row over two lines",
        b'email,street\na@x.io,"1 Road\nTown"\nb@x.io,2 Road\n',
        LeakShape.SEPARATED,
        ",",
        [("a@x.io", "1 Road\nTown"), ("b@x.io", "2 Road")],
    ),
    ("nothing", b"", LeakShape.SEPARATED, ",", []),
]


@pytest.mark.parametrize(
    ("content", "shape", "separator", "expected"),
    [story[1:] for story in FORMS],
    ids=[story[0] for story in FORMS],
)
def test_forms_of_file(
    content: bytes, shape: LeakShape, separator: str, expected: list[tuple[str, ...]]
) -> None:
    found, rows = read(content)
    assert (found.shape, found.separator) == (shape, separator)
    assert [row.cells for row in rows if isinstance(row, LeakRow)] == expected
    assert all(isinstance(row, LeakRow) for row in rows)


BAD = [
    ("too few columns", b"email,phone\na@x.io,1\nhalf\n", 3, UnreadReason.COLUMNS),
    ("too many columns", b"email,phone\na@x.io,1\nb@x.io,2,3\n", 3, UnreadReason.COLUMNS),
    ("the header again", b"email,phone\na@x.io,1\nemail,phone\n", 3, UnreadReason.REPEATED_HEADER),
    ("not JSON", b'{"email":"a@x.io"}\n{"email":"b@x.io"}\n{"email":\n', 3, UnreadReason.NOT_JSON),
    ("no pair", b"a@x.io:1\nb@x.io:2\nrubbish\n", 3, UnreadReason.NO_PAIR),
    (
        "a line that never ends",
        b"email,phone\na@x.io,1\n" + b"x" * (2 << 20) + b"\n",
        3,
        UnreadReason.TOO_LONG,
    ),
    ("a quote that never ends", b'email,phone\na@x.io,1\nb@x.io,"2\nc@x.io,3\n', 3, None),
]


@pytest.mark.parametrize(
    ("content", "line", "reason"), [story[1:] for story in BAD], ids=[story[0] for story in BAD]
)
def test_a_bad_line_costs_itself_and_no_other(
    content: bytes, line: int, reason: UnreadReason | None
) -> None:
    _, rows = read(content)
    # A line too long comes in pieces, all of the same number.
    unread = {(row.line, row.reason) for row in rows if isinstance(row, UnreadLine)}
    assert unread == ({(line, reason)} if reason else set())
    assert next(row.line for row in rows if isinstance(row, LeakRow)) in (1, 2)


def test_a_stray_quote_does_not_swallow_the_rows_below() -> None:
    _, rows = read(b'email,note\na@x.io,"never closed\nb@x.io,fine\nc@x.io,fine\n')
    assert [row.line for row in rows if isinstance(row, LeakRow)] == [2, 3, 4]


def test_two_stray_quotes_do_not_swallow_the_rows_between() -> None:
    _, rows = read(b'email,note\na@x.io,"one\nb@x.io,fine\nc@x.io,"two\n')
    assert [row.line for row in rows if isinstance(row, LeakRow)] == [2, 3, 4]


def test_an_endless_line_is_bounded_in_memory_and_the_next_is_read() -> None:
    found = list(lines(io.BytesIO(b"a" * 5_000 + b"\nok\n"), longest=1_000))
    assert [(line.number, line.text) for line in found] == [(1, None)] * 5 + [(2, "ok")]
    assert [len(line.piece) for line in found] == [1_000] * 5 + [0]


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(
    st.binary(max_size=400) | st.text(alphabet='a@.,;:|\t"\n\r{}[]1 ', max_size=200).map(str.encode)
)
def test_any_bytes_are_rows_or_reasons(content: bytes) -> None:
    found, rows = read(content)
    columns.guess(found.header, reading.sample_rows(reading.sample(io.BytesIO(content)), found))
    numbers = [row.line for row in rows]
    assert numbers == sorted(set(numbers))
    assert all(len(row.cells) >= found.columns for row in rows if isinstance(row, LeakRow))
    assert "@" not in repr(rows)


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.lists(st.text(alphabet='ab@.,;" x', max_size=8), min_size=3, max_size=3),
        min_size=1,
        max_size=12,
    )
)
def test_a_well_formed_file_comes_back_cell_by_cell(table: list[list[str]]) -> None:
    text = "\n".join(",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in table)
    shape = form.LeakFileFormat(LeakShape.SEPARATED, ",", 3, ())
    assert [
        row.cells
        for row in reading.rows(io.BytesIO(text.encode()), shape)
        if isinstance(row, LeakRow)
    ] == [tuple(row) for row in table]


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300), st.integers(1, 7))
def test_lines_do_not_depend_on_how_the_stream_is_cut(content: bytes, step: int) -> None:
    class Drip(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            return super().read(4 if size == 4 else step)

    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return
    assert [(line.number, line.text) for line in lines(Drip(content))] == [
        (line.number, line.text) for line in lines(io.BytesIO(content))
    ]
