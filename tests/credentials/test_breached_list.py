"""The list of leaked passwords: exact, brought up to date by prefix, and never wrong in silence."""

from __future__ import annotations

import gzip
import shutil
from pathlib import Path

import pytest

from aboveboard.basics.errors import Invalid
from aboveboard.credentials.breached import building
from aboveboard.credentials.breached.breached_list import BreachedList
from aboveboard.credentials.breached.shard import ListDamaged, decode_count, encode_count
from tests.credentials.conftest import LEAKED, sha1, text_of


def ranges(folder: Path, passwords: dict[str, int]) -> Path:
    """A folder as a range service's downloads are, with its padding."""
    folder.mkdir()
    lines: dict[str, list[str]] = {}
    for each, count in passwords.items():
        lines.setdefault(sha1(each)[:5], []).append(f"{sha1(each)[5:]}:{count}")
    for prefix, rows in lines.items():
        padded = [*sorted(rows), "F" * 35 + ":0", ""]
        (folder / f"{prefix}.txt").write_text("\r\n".join(padded))
    return folder


def test_each_leaked_password_is_known_and_no_other(built: Path) -> None:
    here = BreachedList(built)
    assert {
        each: here.count(each) for each in ("password1", "", "Password", "ete")
    } == dict.fromkeys(("password1", "", "Password", "ete"), 0)
    for each, count in LEAKED.items():
        assert here.count(each) == pytest.approx(count, rel=0.05)
    state = here.state()
    assert (state.entries, state.prefixes) == (4, 4)


def test_the_vector_of_the_format(tmp_path: Path) -> None:
    source = tmp_path / "one.txt"
    source.write_text(text_of({"password": 10}))
    building.build(source, tmp_path / "built")
    data = (tmp_path / "built" / "5ba.pwned").read_bytes()
    assert data[-19:].hex() == "61e4c9b93f3f0682250b6cf8331b7ee68fd81b"
    assert len(data) == 2_095


def test_a_prefix_gives_the_last_digits_as_a_range_service_does(built: Path) -> None:
    suffixes = BreachedList(built).suffixes(sha1("letmein")[:5])
    assert suffixes == {sha1("letmein")[5:]: 3}
    assert BreachedList(built).suffixes("00000") == {}


def test_counts_come_back_within_five_per_cent() -> None:
    for count in (*range(1, 200), 1_000, 54_321, 100_000_000):
        assert decode_count(encode_count(count)) == pytest.approx(count, rel=0.05, abs=1)


def test_a_prefix_is_brought_up_to_date_and_the_others_stay(built: Path, tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(built, folder)
    fresh = {"hunter2": 17}
    done = building.update(ranges(tmp_path / "fresh", fresh), folder)
    assert (done.prefixes, done.entries, done.unread.count) == (1, 1, 0)
    here = BreachedList(folder)
    assert here.count("hunter2") == 17
    assert here.count("letmein") == 3
    # A prefix that comes again replaces what was known of it.
    again = {"letmein": 9}
    building.update(ranges(tmp_path / "again", again), folder)
    assert here.count("letmein") == pytest.approx(9, rel=0.05)
    assert here.state().entries == 5


@pytest.mark.parametrize("place", [0, 9, 40, 2_075, 2_080, -1])
def test_a_byte_that_changed_is_an_error_and_never_a_no(
    built: Path, place: int, tmp_path: Path
) -> None:
    name = f"{sha1('password')[:3].lower()}.pwned"
    data = bytearray((built / name).read_bytes())
    data[place] ^= 1
    (tmp_path / name).write_bytes(data)
    with pytest.raises(ListDamaged):
        BreachedList(tmp_path).count("password")


def test_what_is_cut_off_missing_or_misnamed_is_an_error(built: Path, tmp_path: Path) -> None:
    name = f"{sha1('password')[:3].lower()}.pwned"
    here = BreachedList(tmp_path)
    (tmp_path / name).write_bytes((built / name).read_bytes()[:-1])
    with pytest.raises(ListDamaged, match="was changed"):
        here.count("password")
    (tmp_path / name).write_bytes((built / "000.pwned").read_bytes())
    with pytest.raises(ListDamaged, match="another file"):
        here.count("password")
    with pytest.raises(ListDamaged, match="missing"):
        here.count("letmein")


def test_bad_lines_are_counted_with_their_places_and_good_ones_kept(tmp_path: Path) -> None:
    source = tmp_path / "text.gz"
    good = text_of(LEAKED).splitlines()
    with gzip.open(source, "wt") as file:
        file.write("\n".join([*good[:2], "no digest at all", good[2][:-2], good[2], "", good[3]]))
    done = building.build(source, tmp_path / "built")
    assert (done.entries, done.unread.count) == (4, 2)
    assert "line 3" in done.unread.places


@pytest.mark.parametrize("made", ["nothing", "empty folder", "no digests", "not in order", "part"])
def test_a_source_that_is_none_is_refused_with_what_to_do(made: str, tmp_path: Path) -> None:
    source = tmp_path / "source"
    if made == "empty folder":
        source.mkdir()
    elif made == "no digests":
        source.write_text("hello\n")
    elif made == "not in order":
        source.write_text("".join(reversed(text_of(LEAKED).splitlines(keepends=True))))
    elif made == "part":
        ranges(source, LEAKED)
    with pytest.raises(Invalid) as refused:
        building.build(source, tmp_path / "built")
    assert refused.value.step
    assert not BreachedList(tmp_path / "built").exists or made == "not in order"
