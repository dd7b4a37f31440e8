"""What systems answered lies on the disk sealed, comes back as it was, and takes no memory."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aboveboard.basics.personal import Personal
from aboveboard.connectors.contract import Attachment, Record
from aboveboard.rights.pack import agefile, building, spool
from tests.rights.pack_samples import facts, file, record, redacted

KEY = agefile.new_identity()
LOCAL = settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@LOCAL
@given(value=values, name=st.text(), content=st.binary(max_size=9))
def test_any_value_and_any_file_come_back_as_they_were(
    tmp_path: Path, value: object, name: str, content: bytes
) -> None:
    given_record = Record("c", {name: Personal(value)}, frozenset({name}))  # type: ignore[dict-item]
    spool.write(tmp_path / "s.age", [given_record, *file(name, content), given_record], KEY)
    items = []
    for item in spool.read(tmp_path / "s.age", KEY):
        if isinstance(item, Attachment):
            items.append((item.name.reveal(), b"".join(item.chunks)))
        else:
            items.append(item)
    assert items == [given_record, (name, content), given_record]


def test_what_is_written_has_no_plain_byte_and_opens_with_age_alone(tmp_path: Path) -> None:
    spool.write(tmp_path / "s.age", [record("orders", item="A red bicycle")], KEY)
    sealed = (tmp_path / "s.age").read_bytes()
    assert sealed.startswith(b"age-encryption.org/v1\n")
    assert b"bicycle" not in sealed
    assert list(tmp_path.iterdir()) == [tmp_path / "s.age"]


@pytest.mark.parametrize("cut", [3, 200, 70_000])
def test_a_file_that_was_cut_is_never_taken_for_whole(tmp_path: Path, cut: int) -> None:
    place = tmp_path / "s.age"
    spool.write(place, (record("orders", item="x" * 500) for _ in range(400)), KEY)
    place.write_bytes(place.read_bytes()[:-cut])
    with pytest.raises(agefile.PackDamaged):
        list(spool.read(place, KEY))


def test_a_connector_that_breaks_off_leaves_no_file(tmp_path: Path) -> None:
    def answers() -> Iterator[Record]:
        yield record("orders", item="x")
        raise ConnectionError

    with pytest.raises(ConnectionError):
        spool.write(tmp_path / "s.age", answers(), KEY)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_a_passphrase_opens_the_key_and_another_does_not() -> None:
    locked = agefile.lock_identity(KEY, Personal("correct horse"))
    assert agefile.unlock_identity(locked, Personal("correct horse")) == KEY
    with pytest.raises(agefile.WrongPassphrase):
        agefile.unlock_identity(locked, Personal("wrong"))


def _peak(folder: Path, records: int) -> int:
    folder.mkdir()
    rows = (record("orders", id=number, item=f"bicycle {number}") for number in range(records))
    spools = {"shop": redacted(folder, rows)}
    tracemalloc.start()
    for _ in building.build(facts(), spools):
        pass
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak


@pytest.mark.slow
def test_ten_times_the_records_take_no_more_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aboveboard.rights.pack.limits.GROUP_BYTES", 1)
    monkeypatch.setattr("aboveboard.rights.pack.building.print_letter", lambda *_: b"")
    list(building.build(facts(), {}))  # what is loaded once is not counted
    assert _peak(tmp_path / "many", 1_500) < 1.3 * _peak(tmp_path / "few", 150) + 300_000


def test_files_stream_in_and_out(tmp_path: Path) -> None:
    def chunks() -> Iterator[bytes]:
        for _ in range(100):
            yield b"x" * 100_000

    tracemalloc.start()
    spool.write(tmp_path / "s.age", [Attachment("f", Personal("big"), "video/mp4", chunks())], KEY)
    (item,) = (each for each in spool.read(tmp_path / "s.age", KEY) if _length(each) == 10_000_000)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert isinstance(item, Attachment)
    assert peak < 3_000_000


def _length(item: object) -> int:
    return sum(map(len, item.chunks)) if isinstance(item, Attachment) else 0


def test_numbers_that_json_lacks_stand_as_words(tmp_path: Path) -> None:
    spooled = redacted(tmp_path, [record("c", a=float("nan"), b=[float("inf")])])
    (row,) = spool.read(spooled.file, spooled.identity)
    assert json.loads(json.dumps(row.values.reveal(), allow_nan=False)) == {  # type: ignore[union-attr]
        "a": "nan",
        "b": ["inf"],
    }
