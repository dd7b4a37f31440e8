"""A large file is read by several processes: what comes of it is what one alone would find, nothing
of it touches the disk, and none of them outlives the reading."""

from __future__ import annotations

import io
import json
import multiprocessing
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aboveboard.engines import duck
from aboveboard.engines.leak import LeakPart, LeakWriter
from aboveboard.incidents import limits
from aboveboard.incidents.leaks import blocks, index_keys, reading, sharing
from aboveboard.incidents.leaks.digesting import DigestedLeak, ReadingPlan, digest
from aboveboard.incidents.leaks.form import LeakFileFormat, LeakShape
from aboveboard.incidents.leaks.keyed import IndexKeys
from aboveboard.incidents.leaks.lines import lines_of
from aboveboard.vault import blind, generations

KEYS = IndexKeys({kind: (number, (bytes([number]) * 32,)) for number, kind in enumerate(
    ("email", "phone", "customer_number", "national_id"), 1)})  # fmt: skip


class Alone(sharing.Crew[Any, Any]):
    """What a crew does, in this process: each task by itself, answered a few tasks later."""

    def __init__(self, plan: ReadingPlan) -> None:
        self._do = sharing.start(plan)

    def in_order(self, tasks: Iterable[tuple[Any, Any]]) -> Iterator[tuple[Any, Any]]:
        waiting = []
        for kept, task in tasks:
            waiting.append((kept, self._do(task)))
            if len(waiting) == 4:
                yield waiting.pop(0)
        yield from waiting


def plan_of(shape: LeakFileFormat, *columns: str) -> ReadingPlan:
    return ReadingPlan(shape, columns, ("GB", "FR"), KEYS)


def alone(content: bytes, plan: ReadingPlan) -> tuple[DigestedLeak, list[list[str]]]:
    written = LeakPart()
    done = digest(reading.rows(io.BytesIO(content), plan.form), plan, written)
    return done, [sorted(text.splitlines()) for text in written.texts()]


def shared(content: bytes, plan: ReadingPlan) -> tuple[DigestedLeak, list[list[str]]]:
    written = LeakPart()
    done = sharing.share(io.BytesIO(content), plan, written, Alone(plan))
    return done, [sorted(text.splitlines()) for text in written.texts()]


def separated(separator: str, columns: int, header: tuple[str, ...] = ()) -> LeakFileFormat:
    return LeakFileFormat(LeakShape.SEPARATED, separator, columns, header)


TABLE = st.text(alphabet='ab@.x,;\t"\n\r 1+4', max_size=300)
VALUES = st.sampled_from(
    ["a@x.io", "b.c@y.example", "+44 20 7946 0000", "020 7946 0001", "AW001", "", "-", "hunter2",
     '"1 Road\nTown"', '"', 'say ""so""', "x\n", "\r", "é", "q\x00r", "email", "phone", "secret"]
)  # fmt: skip
ROWS = st.lists(st.lists(VALUES, min_size=1, max_size=4), max_size=40)


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "LEAK_BLOCK_BYTES", 64)
    monkeypatch.setattr(limits, "LEAK_BATCH", 3)


often = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@often
@given(TABLE | ROWS.map(lambda rows: "\n".join(",".join(row) for row in rows)))
@pytest.mark.parametrize("header", [(), ("email", "phone", "secret")])
def test_a_table_is_read_as_by_one_process_wherever_it_is_cut(
    header: tuple[str, ...], text: str
) -> None:
    content = (",".join(header) + "\n" if header else "").encode() + text.encode()
    plan = plan_of(separated(",", 3, header), "email", "phone", "password")
    assert shared(content, plan) == alone(content, plan)


@often
@given(ROWS, st.sampled_from([";", "\t", "|"]), st.sampled_from(["utf-16", "cp1252", "utf-8-sig"]))
def test_so_are_other_separators_and_encodings(
    rows: list[list[str]], separator: str, encoding: str
) -> None:
    content = "\r\n".join(separator.join(row) for row in rows).encode(encoding)
    plan = plan_of(separated(separator, 3), "email", "phone", "password")
    assert shared(content, plan) == alone(content, plan)


@often
@given(st.lists(VALUES | st.just('{"email": "a@x.io", "n": {"p": "+44 20 7946 0000"}}')))
@pytest.mark.parametrize("shape", [LeakShape.JSON_LINES, LeakShape.PAIRS, LeakShape.TEXT])
def test_so_are_lines_that_are_no_table(shape: LeakShape, values: list[str]) -> None:
    content = "\n".join(f"{value}:{value}" if number % 2 else value for number, value in
                        enumerate(values)).encode()  # fmt: skip
    columns = {
        LeakShape.JSON_LINES: (("email", "n.p"), ("email", "phone")),
        LeakShape.PAIRS: ((), ("email", "password")),
        LeakShape.TEXT: ((), ("unknown",)),
    }
    header, roles = columns[shape]
    plan = plan_of(LeakFileFormat(shape, "", len(roles), header), *roles)
    assert shared(content, plan) == alone(content, plan)


@often
@given(st.lists(st.dictionaries(st.sampled_from(["email", "phone", "more"]), VALUES), max_size=30),
       st.sampled_from(["", "x", "]", "a@x.io", '{"email": "cut']))  # fmt: skip
def test_so_is_a_document(records: list[dict[str, str]], rubbish: str) -> None:
    content = (json.dumps(records) + rubbish).encode()
    shape = LeakFileFormat(LeakShape.JSON, "", 2, ("email", "phone"), 1)
    assert shared(content, plan_of(shape, "email", "phone")) == alone(
        content, plan_of(shape, "email", "phone")
    )


@often
@given(ROWS, st.sampled_from(["", "(1, 'never closed", "COPY"]))
def test_so_is_a_dump(rows: list[list[str]], rubbish: str) -> None:
    tuples = ",\n".join(
        "(" + ", ".join("'" + cell.replace("'", "''") + "'" for cell in row) + ")" for row in rows
    )
    text = f"CREATE TABLE u (email text, phone text);\nINSERT INTO u VALUES {tuples};\n{rubbish}"
    shape = LeakFileFormat(LeakShape.SQL, "", 2, ("u.email", "u.phone"))
    plan = plan_of(shape, "email", "phone")
    assert shared(text.encode(), plan) == alone(text.encode(), plan)


def test_a_row_in_quotes_that_runs_on_into_the_next_block_is_read_once() -> None:
    lines = [f'a{number}@x.io,"{number} Road\nTown {number}"' for number in range(200)]
    # Stray quotes: what is inside and what is outside changes places, and the guess is wrong.
    lines[3::40] = ['b@x.io,5" disc'] * len(lines[3::40])
    content = "\n".join(lines).encode()
    plan = plan_of(separated(",", 2), "email", "unknown")
    assert shared(content, plan) == alone(content, plan)
    assert shared(content, plan)[0].readable == 200


def test_a_line_longer_than_a_block_is_searched_and_is_one_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(limits, "LEAK_BLOCK_BYTES", 1 << 16)
    endless = b" ".join(b"c%d@x.io " % number + b"x" * 2_000 for number in range(1_500))
    content = b"a@x.io,1\n" * 10 + endless + b"\r\n" + b"b@x.io,2\n" * 10
    plan = plan_of(separated(",", 2), "email", "customer_number")
    found = shared(content, plan)
    assert found == alone(content, plan)
    assert found[0].readable == 21


@often
@given(
    st.text(alphabet='ab,"\n\r', max_size=400).map(str.encode),
    st.integers(1, 40),
    st.integers(3, 60),
    st.integers(1, 9),
    st.booleans(),
)
def test_blocks_are_the_lines_of_the_file(
    content: bytes, size: int, longest: int, step: int, joined: bool
) -> None:
    def stream() -> Iterator[bytes]:
        return (content[at : at + step] for at in range(0, len(content), step))

    found = []
    for block in blocks.LineCutter(stream(), size=size, longest=longest).blocks(joined=joined):
        if isinstance(block, blocks.EndlessLine):
            found += block.pieces
        else:
            found += lines_of(iter([block.data]), first=block.first, longest=longest)
    whole = lines_of(stream(), longest=longest)
    # A blank line at the end of a block has no end of its own.
    assert [line for line in found if line.text != ""] == [
        line for line in whole if line.text != ""
    ]


@pytest.mark.django_db
@given(
    st.sampled_from(["email", "phone", "customer_number"]),
    st.text(alphabet="aB1+4 .-@éß＠x", max_size=20)
    | st.sampled_from(["+44 20 7946 0000", "020 7946 0000", "Jo@Example.org", "jo@straße.example"]),
)
@settings(deadline=None)
def test_digests_are_those_that_people_are_found_by(kind: str, value: str) -> None:
    written = generations.current().written
    keys = index_keys.in_hand(written)
    assert keys.find(kind, value, ("GB", "FR")) == {
        (blind.KIND_NUMBERS[kind], digest)
        for _, digest in blind.search_digests(kind, value, ("GB", "FR"), written)
    }


# ---- in processes of their own -------------------------------------------------------------------


def _many(count: int) -> bytes:
    picks = random.Random(7)
    rows = ["email,phone,secret"]
    for number in range(count):
        shown = f"p{number}@x.io,+44 20 7946 {number % 10_000:04d},s{number}"
        over_lines = f'q{number}@x.io,020 7946 0000,"two\nlines"'
        rows.append(picks.choice((shown, over_lines, f"half {number}")))
    return "\n".join(rows).encode()


def test_processes_find_what_one_finds_and_write_nothing_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "LEAK_BLOCK_BYTES", 4_096)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))  # what others would write, they inherit
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    plan = plan_of(separated(",", 3, ("email", "phone", "secret")), "email", "phone", "password")
    seen = 0

    class Watched(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            nonlocal seen
            for path in tmp_path.rglob("*"):
                if path.is_file():
                    seen += 1
                    assert b"x.io" not in path.read_bytes()
            return super().read(size)

    content = _many(2_000)
    with LeakWriter(tmp_path / "leak") as writer:
        done = sharing.read(Watched(content), plan, writer, processes=2)
    assert seen
    assert multiprocessing.active_children() == []
    one, texts = alone(content, plan)
    assert done == one
    for path, text in zip((writer.leak.rows, writer.leak.keys), texts, strict=False):
        assert _rows(path) == text


def _rows(parquet: Path) -> list[str]:
    with duck.open_memory_database() as database:
        rows = database.execute("SELECT * FROM read_parquet(?)", [str(parquet)]).fetchall()
    return sorted(",".join(map(str, row)) for row in rows)


def test_a_process_that_was_killed_is_told_and_none_is_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(limits, "LEAK_BLOCK_BYTES", 4_096)
    plan = plan_of(separated(",", 3, ("email", "phone", "secret")), "email", "phone", "password")

    class Killing(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell() > 100_000 and (helpers := multiprocessing.active_children()):
                os.kill(helpers[0].pid or 0, signal.SIGKILL)
            return super().read(size)

    written = LeakPart()
    with pytest.raises(sharing.ReaderGone):
        sharing.read(Killing(_many(20_000)), plan, written, processes=2)
    assert multiprocessing.active_children() == []


_READ = """
import io, multiprocessing, time
from aboveboard.engines.leak import LeakPart
from aboveboard.incidents.leaks import form, sharing
from aboveboard.incidents.leaks.digesting import ReadingPlan
from aboveboard.incidents.leaks.keyed import IndexKeys

class Told(io.BytesIO):
    def read(self, size=-1):
        if self.tell() > 3_000_000:
            print(*(child.pid for child in multiprocessing.active_children()), flush=True)
            time.sleep(60)
        return super().read(size)

if __name__ == "__main__":
    shape = form.LeakFileFormat(form.LeakShape.SEPARATED, ",", 2, ())
    plan = ReadingPlan(shape, ("email", "password"), (), IndexKeys({"email": (1, (bytes(32),))}))
    sharing.read(Told(b"a@x.io,secret\\n" * 300_000), plan, LeakPart(), processes=2)
"""


def test_processes_that_read_end_with_whoever_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "read.py"
    script.write_text(_READ)
    with subprocess.Popen(
        [sys.executable, script],
        stdout=subprocess.PIPE,
        text=True,
    ) as reader:
        assert reader.stdout is not None
        helpers = [int(each) for each in reader.stdout.readline().split()]
        reader.kill()
    assert len(helpers) == 2
    end = time.monotonic() + 60
    while any(Path(f"/proc/{helper}").exists() for helper in helpers):
        assert time.monotonic() < end, "they go on without anybody to answer"
        time.sleep(0.01)
