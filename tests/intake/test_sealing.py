"""Sealing many at once writes what sealing one by one writes, however the file is
cut and whoever seals."""

from __future__ import annotations

import csv
import io
import multiprocessing
import os
import signal
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from unittest import mock

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM
from aboveboard.basics.errors import Conflict, Invalid
from aboveboard.commands.demo.people import write
from aboveboard.intake import blocks, mending, people_file, workers
from aboveboard.intake import load as loading
from aboveboard.intake import mapping as mappings
from aboveboard.intake import queries as intake_queries
from aboveboard.intake.models import ImportRun
from aboveboard.intake.queries import ImportReport
from aboveboard.intake.sealing import BlockSealer, SealingPlan
from aboveboard.kinds import normalise
from aboveboard.kinds import values as kinds
from aboveboard.vault import blind, queries, record_format, sealed
from aboveboard.vault.models import BlindIndex, Person, SealedRecord
from tests import world

AT = datetime(2026, 3, 1, tzinfo=UTC)
MAPPING = mappings.load(
    """
identify_by: customer_number
country: country
region: region
subdivided: [US]
columns: {id: customer_number, mail: email, tel: phone, name: first_name, land: country, \
state: region}
collected: {channel: shop, purpose: deliver-orders, fields: {email: personal-offers}}
""",
    name="mapping.yaml",
)
HEADER = ("id", "mail", "tel", "name", "land", "state")
KINDS = {
    "customer_number": "customer_number",
    "email": "email",
    "phone": "phone",
    "first_name": "text",
    "country": "country",
    "region": "region",
}
SECRETS = {
    kind: (number, (bytes([number]) * 32, bytes([number + 8]) * 32))
    for kind, number in blind.KIND_NUMBERS.items()
}


def plan(*, copy: bool = False) -> SealingPlan:
    origins = MAPPING.collected.origins(MAPPING.fields(), 7, AT)
    return SealingPlan(HEADER, MAPPING, KINDS, origins, SECRETS, AT, AT, copy, (4, 5))


# Without the byte order mark, which a line is refused for.
WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\x00\ufffd\ufeff"), max_size=12)
PEOPLE = st.lists(
    st.tuples(
        st.from_regex(r"[A-Z]{2}[0-9]{1,6}", fullmatch=True),
        st.sampled_from(["", "jon@example.org", "É@bücher.example"]),
        st.sampled_from(["", "020 7946 0018", "+33 1 99 00 12 34"]),
        WORDS,
        st.sampled_from(["GB", "US", "fr", ""]),
        st.sampled_from(["", "CA", "NY"]),
        # A row with nothing but a number is refused: a total, or a note (test_people_file.py).
    ).filter(lambda row: any(map(str.strip, row[1:]))),
    max_size=8,
)


@given(PEOPLE)
def test_a_block_holds_what_sealing_one_by_one_would(people: list[tuple[str, ...]]) -> None:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(people)
    keys = [
        (number, os.urandom(32), b"wrapped") for number in range(1, text.getvalue().count("\n") + 2)
    ]
    done = BlockSealer(plan()).seal(text.getvalue().encode(), 1, keys)
    assert done.rows == len(people)
    assert not done.problems
    origins = plan().origins
    for row, (person_id, record), look_ups, key in zip(
        people, done.tables.records, done.tables.look_ups, keys, strict=False
    ):
        values = {
            (name := MAPPING.columns[column]): kinds.read(KINDS[name], cell)
            for column, cell in zip(HEADER, row, strict=True)
            if cell.strip()
        }
        cipher = AESGCM(key[1])
        boxes = record_format.open_record(cipher, person_id, record)
        assert {
            name: sealed.unseal(cipher, person_id, name, box) for name, box in boxes.items()
        } == values
        assert {name: box.origin for name, box in boxes.items()} == {
            name: origins[name] for name in values
        }
        nonce = record[1 : 1 + sealed.NONCE_BYTES]
        assert record_format.pad_and_seal(cipher, person_id, sealed.encode(boxes), nonce) == record
        region = values.get("country", "").upper() or None
        with mock.patch.object(
            blind, "key", lambda kind, generation: SECRETS[kind][1][generation - 4]
        ):
            expected = {
                (SECRETS[KINDS[name]][0], generation, digest, person_id)
                for name in sorted(values)
                if KINDS[name] in normalise.KINDS
                for generation, digest in blind.filing_digests(
                    KINDS[name], values[name], (region,), (4, 5)
                )
            }
        assert set(look_ups) == expected
        assert len(look_ups) == len(expected)


def test_no_nonce_is_used_twice() -> None:
    text = "".join(f"AW{number},a@example.org,,Ann,GB,\n" for number in range(2_000))
    done = BlockSealer(plan()).seal(
        text.encode(), 1, [(number, bytes(32), b"") for number in range(2_000)]
    )
    cipher = AESGCM(bytes(32))
    nonces = [
        nonce
        for number, record in done.tables.records
        for nonce in (
            record[1 : 1 + sealed.NONCE_BYTES],
            *(
                box.sealed[: sealed.NONCE_BYTES]
                for box in record_format.open_record(cipher, number, record).values()
            ),
        )
    ]
    assert len(set(nonces)) == len(nonces) == 10_000


CELLS = st.sampled_from(["a", "", '"x\ny"', '"say ""hi"""', 'in"ch', '"open', "é", "\r"])


@given(
    st.lists(st.lists(CELLS, min_size=1, max_size=3), max_size=30), st.integers(1, 5), st.booleans()
)
def test_a_file_reads_the_same_however_it_is_cut(
    rows: list[list[str]], lines: int, ends: bool
) -> None:
    data = "\n".join(",".join(row) for row in rows).encode() + (b"\n" if ends else b"")
    with mock.patch.object(blocks, "IMPORT_BATCH", lines):
        cut = list(blocks.blocks(io.BytesIO(data), "f", start=0, line=0))
    assert b"".join(block.data for block in cut) == data

    def outcomes(pieces: list[blocks.RowBlock]) -> list[object]:
        reader = people_file.RowReader(
            ("id", "land"),
            mappings.load("identify_by: n\ncountry: c\ncolumns: {id: n, land: c}", name="m"),
            {"n": "customer_number", "c": "country"},
        )
        return [row for piece in pieces for row in reader.rows(piece.data.decode(), piece.line)]

    assert outcomes(cut) == outcomes([blocks.RowBlock(0, 0, data.count(b"\n") + 1, data)])
    again = [record for block in cut for record in blocks.records(block)]
    assert b"".join(row for _, row in again) == data


def source(path: Path) -> loading.ImportSource:
    adopted = world.adopt()
    named = {key: field.kind_and_format for key, field in adopted.promise.fields.items()}
    mapping = mappings.load(world.MAPPING_FILE.read_text("utf-8"), name="mapping.yaml")
    return loading.ImportSource(path, mapping, named, adopted.serial)


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(blocks, "IMPORT_BATCH", 50)
    path = tmp_path / "customers.csv"
    write(path, 300)
    return path


@pytest.mark.django_db
def test_processes_that_seal_load_the_same_and_end_with_the_import(file: Path) -> None:
    lines = file.read_text("utf-8").splitlines(keepends=True)
    file.write_text("".join([*lines[:200], "torn,line\n", *lines[200:], lines[7]]), "utf-8")
    run = loading.load(source(file), by=SYSTEM, at=clock.now(), processes=2)
    assert (run.rows, run.loaded, run.refused, run.already_held) == (302, 300, 2, 0)
    assert [(p.line, p.code) for p in intake_queries.import_problems(run.id)] == [
        (201, "wrong_count"),
        (303, "twice"),
    ]
    assert Person.objects.count() == SealedRecord.objects.count() == 300
    assert BlindIndex.objects.count() == 900
    assert (
        b"".join(mending.problem_lines(file, run.id)).decode()
        == lines[0] + "torn,line\n" + lines[7]
    )
    file.write_text("".join(lines), "utf-8")
    with pytest.raises(Invalid, match="another file"):
        list(mending.problem_lines(file, run.id))


@pytest.mark.slow
def test_no_process_that_seals_outlives_its_import_however_slow_it_is() -> None:
    cells = b"AW1,a@example.org,,Ann,GB,\n"
    tasks = [(blocks.RowBlock(0, len(cells), 1, cells), [(1, bytes(32), b"")])] * 3
    with closing(workers.seal(plan(), tasks, 2)) as sealing:
        next(sealing)
        helpers = multiprocessing.active_children()
        assert len(helpers) == 2
        # A machine that has no time for it: it hears neither that its pipe closed nor a request.
        os.kill(helpers[0].pid or 0, signal.SIGSTOP)
    left = multiprocessing.active_children()
    for helper in left:
        helper.kill()  # or it would keep the tests from ending
    assert left == []


@pytest.mark.django_db
def test_an_import_whose_helper_was_killed_says_so_and_goes_on_when_run_again(file: Path) -> None:
    def killed(run: ImportReport) -> None:
        if run.rows == 100:
            (helper,) = multiprocessing.active_children()
            os.kill(helper.pid or 0, signal.SIGKILL)
            helper.join()

    with pytest.raises(workers.SealerGone):
        loading.load(source(file), by=SYSTEM, at=clock.now(), processes=1, progress=killed)
    stopped = ImportRun.objects.get()
    assert 100 <= stopped.rows < 300
    assert Person.objects.count() == stopped.loaded
    again = loading.load(source(file), by=SYSTEM, at=clock.now(), processes=0)
    assert (again.id, again.resumed, again.rows, again.loaded, again.already_held) == (
        stopped.pk,
        1,
        300,
        300,
        0,
    )


@pytest.mark.django_db
def test_two_imports_of_one_file_do_not_load_anyone_twice(file: Path) -> None:
    def beside(run: ImportReport) -> None:
        if run.rows == 100:
            loading.load(source(file), by=SYSTEM, at=clock.now())

    with pytest.raises(Conflict, match="somebody else"):
        loading.load(source(file), by=SYSTEM, at=clock.now(), progress=beside)
    assert Person.objects.count() == 300


@pytest.mark.django_db
def test_a_file_that_changes_while_it_is_read_is_not_loaded_on(file: Path) -> None:
    def changed(run: ImportReport) -> None:
        if run.rows == 100:
            with file.open("a") as out:
                out.write("more\n")

    with pytest.raises(Conflict, match="changed"):
        loading.load(source(file), by=SYSTEM, at=clock.now(), progress=changed)
    assert ImportRun.objects.get().finished_at is None


@pytest.mark.django_db
def test_a_place_that_is_no_code_is_a_problem_and_not_a_fault_of_the_database(file: Path) -> None:
    lines = file.read_text("utf-8").splitlines(keepends=True)
    place = lines[0].split(",").index("country")
    cells = lines[4].split(",")
    cells[place], cells[lines[0].split(",").index("region")] = "US", "Massachusetts"
    cells[lines[0].split(",").index("postal_code")] = "02134"
    lines[4] = ",".join(cells)
    file.write_text("".join(lines), "utf-8")
    run = loading.load(source(file), by=SYSTEM, at=clock.now())
    assert [(p.line, p.code) for p in intake_queries.import_problems(run.id)] == [(5, "not_place")]


@pytest.mark.django_db
def test_people_are_told_apart_by_the_field_that_the_mapping_names(file: Path) -> None:
    with_mail = mappings.load(
        world.MAPPING_FILE.read_text("utf-8").replace(
            "identify_by: customer_number", "identify_by: email"
        ),
        name="m",
    )
    mine = source(file)
    by_mail = loading.ImportSource(mine.path, with_mail, mine.kinds, mine.promise_serial)
    assert loading.load(by_mail, by=SYSTEM, at=clock.now()).loaded == 300
    assert loading.load(by_mail, by=SYSTEM, at=clock.now()).already_held == 300
    by_name = mappings.load(
        world.MAPPING_FILE.read_text("utf-8").replace(
            "identify_by: customer_number", "identify_by: city"
        ),
        name="m",
    )
    with pytest.raises(people_file.FileRefused, match="cannot be looked up"):
        loading.load(
            loading.ImportSource(mine.path, by_name, mine.kinds, 1), by=SYSTEM, at=clock.now()
        )


@pytest.mark.django_db
def test_a_block_whose_wrapping_key_was_destroyed_on_the_way_gets_fresh_keys(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def gone(wrapped: list[bytes]) -> None:
        asked.append(wrapped)
        if len(asked) == 2:
            raise Conflict(why="the keys were rotated in between; do it again")

    monkeypatch.setattr(loading.wrapping_keys, "lock", gone)
    run = loading.load(source(file), by=SYSTEM, at=clock.now())
    assert (run.loaded, run.already_held, run.refused, len(asked)) == (300, 0, 0, 7)
    assert asked[1] != asked[2]
    person_id = queries.find(
        "customer_number", file.read_text("utf-8").splitlines()[60].split(",")[0]
    )[0]
    assert "email" in queries.held_fields(person_id)
