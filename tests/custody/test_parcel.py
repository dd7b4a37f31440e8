"""A parcel opens for whom it is meant, and for nobody else; making and opening take the
same memory for any size."""

from __future__ import annotations

import csv
import io
import json
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pyrage
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aboveboard.basics import spreadsheet
from aboveboard.basics.errors import Invalid
from aboveboard.custody import parcel

VECTORS = json.loads(Path(__file__).with_name("vectors.json").read_text("utf-8"))


def keys(folder: Path, name: str = "key.txt") -> tuple[str, Path]:
    file = folder / name
    return parcel.new_key(file), file


def test_each_of_its_readers_opens_it_and_nobody_else(tmp_path: Path) -> None:
    (ann, ann_file), (ben, ben_file), (_, eve_file) = (
        keys(tmp_path, name) for name in ("ann", "ben", "eve")
    )
    out = tmp_path / "rows.csv.age"
    parcel.write(
        out,
        ["name", "city"],
        [["Zoé, the 2nd", "Leeds"], ["Ann", ""]],
        ndjson=False,
        keys=[ann, ben, ann],
    )
    assert b"Leeds" not in out.read_bytes()
    for number, identity in enumerate((ann_file, ben_file)):
        parcel.open_parcel(out, identity, opened := tmp_path / f"{number}.csv")
        assert opened.read_bytes().decode() == 'name,city\r\n"Zoé, the 2nd",Leeds\r\nAnn,\r\n'
        assert (
            stat.S_IMODE(opened.stat().st_mode)
            == stat.S_IMODE(identity.stat().st_mode)
            == stat.S_IMODE(out.stat().st_mode)
            == 0o600
        )
    with pytest.raises(parcel.ParcelClosed):
        parcel.open_parcel(out, eve_file, tmp_path / "eve.csv")
    assert not (tmp_path / "eve.csv").exists()


@pytest.mark.parametrize("how", ["cut", "changed", "longer"])
def test_a_parcel_that_was_touched_does_not_open(how: str, tmp_path: Path) -> None:
    key, identity = keys(tmp_path)
    parcel.write(
        out := tmp_path / "p.age",
        ["a"],
        ([str(number)] for number in range(50_000)),
        ndjson=False,
        keys=[key],
    )
    data = out.read_bytes()
    out.write_bytes(
        {
            "cut": data[:-70_000],
            "changed": data[:5_000] + bytes([data[5_000] ^ 1]) + data[5_001:],
            "longer": data + b"x",
        }[how]
    )
    with pytest.raises(parcel.ParcelClosed):
        parcel.open_parcel(out, identity, tmp_path / "rows.csv")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["key.txt", "p.age"]


@given(
    st.lists(
        st.lists(
            st.text(st.characters(codec="utf-8", exclude_characters="\x00")), min_size=2, max_size=2
        ),
        max_size=5,
    )
)
def test_rows_come_out_as_they_went_in(rows: list[list[str]]) -> None:
    as_csv = b"".join(parcel._encoded(["a", "b"], rows, ndjson=False)).decode()
    read = list(csv.reader(io.StringIO(as_csv, newline="")))
    assert [[spreadsheet.unescape_cell(cell) for cell in row] for row in read] == [
        ["a", "b"],
        *rows,
    ]
    as_json = b"".join(parcel._encoded(["a", "b"], rows, ndjson=True)).decode()
    assert [list(json.loads(line).values()) for line in as_json.split("\n") if line] == rows


def test_what_goes_wrong_while_rows_are_made_comes_out_as_it_is(tmp_path: Path) -> None:
    key, _ = keys(tmp_path)

    def rows() -> Iterator[list[str]]:
        yield ["Zoé"]
        raise Invalid(found="a test", fix="None.")

    with pytest.raises(Invalid, match="a test"):
        parcel.write(tmp_path / "p.age", ["name"], rows(), ndjson=False, keys=[key])


def test_a_wrong_key_or_identity_is_named(tmp_path: Path) -> None:
    with pytest.raises(parcel.WrongAgeKey, match="age1nope"):
        parcel.recipients(["age1nope"])
    (tmp_path / "notes.txt").write_text("not a key\n")
    with pytest.raises(Invalid, match="no secret key"):
        parcel.open_parcel(tmp_path / "p.age", tmp_path / "notes.txt", tmp_path / "rows")
    with pytest.raises(Invalid, match="already a file"):
        parcel.new_key(tmp_path / "notes.txt")


@pytest.mark.parametrize("vector", VECTORS["parcels"], ids=lambda vector: vector["name"])
def test_vectors(vector: dict[str, str], tmp_path: Path) -> None:
    sealed = bytes.fromhex(vector["parcel"])
    if vector["opens"]:
        assert (
            pyrage.decrypt(sealed, [pyrage.x25519.Identity.from_str(VECTORS["identity"])]).hex()
            == vector["rows"]
        )
    else:
        with pytest.raises(pyrage.DecryptError):
            pyrage.decrypt(sealed, [pyrage.x25519.Identity.from_str(VECTORS["identity"])])


@pytest.mark.slow
def test_a_large_parcel_takes_no_more_memory_than_a_small_one(tmp_path: Path) -> None:
    program = """
import resource, sys
from pathlib import Path
from aboveboard.custody import parcel
key = parcel.new_key(Path(sys.argv[1]) / "k")
def peak(count):
    parcel.write(Path(sys.argv[1]) / str(count), ["a"], (["x" * 1000] for _ in range(count)), \
ndjson=False, keys=[key])
    parcel.open_parcel(Path(sys.argv[1]) / str(count), Path(sys.argv[1]) / "k", \
Path(sys.argv[1]) / f"{count}.csv")
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
small = peak(1_000)
print(peak(60_000) - small)
"""
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert int(done.stdout) < 8_000  # kB, for 60 MB of rows
