"""The verifier needs nothing of the server, passes what is whole, and names what is wrong."""

from __future__ import annotations

import random
import subprocess
import sys
import threading
import tracemalloc
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from aboveboard.ledger.format.checkpoint import Checkpoint
from aboveboard.ledger.format.note import Signer
from aboveboard.ledger.format.tiles import decode_bundle, encode_bundle
from aboveboard.ledger.verify.findings import FindingKind, VerificationReport
from aboveboard.ledger.verify.log import verify_log
from aboveboard.ledger.verify.sources import LogDirectory, LogOnWeb, SourceUnreadable
from tests.ledger.logs import SIGNER, bodies, write_log

TRUSTED = [SIGNER.verifier]


def check(path: Path, remembered: Checkpoint | None = None) -> VerificationReport:
    return verify_log(LogDirectory(path), TRUSTED, remembered=remembered)[0]


def found(report: VerificationReport) -> list[tuple[FindingKind, int | None]]:
    return [(finding.what, finding.leaf_index) for finding in report.findings]


def rewrite(bundle: Path, change: object) -> None:
    entries = decode_bundle(bundle.read_bytes())
    change(entries)  # type: ignore[operator]
    bundle.write_bytes(encode_bundle(entries))


def test_it_runs_where_django_cannot_be_imported(tmp_path: Path) -> None:
    write_log(tmp_path, bodies(300))
    program = f"""
import sys
class Forbid:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("django", "psycopg", "sqlite3", "allauth", "pydantic"):
            raise ImportError(name)
sys.meta_path.insert(0, Forbid())
from argparse import ArgumentParser
from aboveboard.commands import ledger
parser = ArgumentParser()
ledger.configure(parser)
assert ledger.run(parser.parse_args(["verify", {str(tmp_path)!r}, "--vkey", {SIGNER.vkey!r}])) == 0
import aboveboard.ledger.format.proof
rooms = {{name.split(".")[1] for name in sys.modules if name.startswith("aboveboard.")}}
assert rooms == {{"basics", "ledger", "commands"}}, rooms
"""
    subprocess.run([sys.executable, "-c", program], check=True)


@pytest.mark.parametrize("size", [0, 1, 2, 255, 256, 257, 512, 700])
def test_a_whole_log_is_whole(tmp_path: Path, size: int) -> None:
    write_log(tmp_path, bodies(size))
    report = check(tmp_path)
    assert report.findings == []
    assert (report.size, report.entries) == (size, size)


@pytest.mark.slow
def test_a_log_of_three_levels_is_whole(tmp_path: Path) -> None:
    head = write_log(tmp_path, bodies(66_000))
    report = check(tmp_path, Checkpoint(head.origin, head.size, head.root))
    assert report.findings == []
    assert report.entries == 66_000


def test_a_partial_tile_may_be_replaced_by_the_full_one(tmp_path: Path) -> None:
    early, late = tmp_path / "early", tmp_path / "late"
    write_log(early, bodies(300))
    write_log(late, bodies(600))
    for kind in ("0", "entries"):
        (early / f"tile/{kind}/001.p/44").unlink()
        (early / f"tile/{kind}/001").write_bytes((late / f"tile/{kind}/001").read_bytes())
    assert check(early).ok


def test_a_changed_entry_is_named(tmp_path: Path) -> None:
    write_log(tmp_path, bodies(600))
    rewrite(
        tmp_path / "tile/entries/001",
        lambda entries: entries.__setitem__(4, entries[4].replace(b"granted", b"refused")),
    )
    assert found(check(tmp_path)) == [(FindingKind.CHANGED_ENTRY, 260)]
    assert check(tmp_path).findings[0].entry_id == 261


def test_a_missing_entry_is_named(tmp_path: Path) -> None:
    write_log(tmp_path, bodies(600))
    rewrite(tmp_path / "tile/entries/000", lambda entries: entries.pop(17))
    assert found(check(tmp_path)) == [(FindingKind.MISSING_ENTRY, 17)]


def test_an_added_entry_is_named(tmp_path: Path) -> None:
    write_log(tmp_path, bodies(600))
    rewrite(tmp_path / "tile/entries/000", lambda entries: entries.insert(17, b"never"))
    assert found(check(tmp_path)) == [(FindingKind.EXTRA_ENTRY, 17)]


def test_swapped_entries_are_named(tmp_path: Path) -> None:
    write_log(tmp_path, bodies(600))

    def swap(entries: list[bytes]) -> None:
        entries[3], entries[9] = entries[9], entries[3]

    rewrite(tmp_path / "tile/entries/002.p/88", swap)
    assert {what for what, _ in found(check(tmp_path))} == {FindingKind.MOVED_ENTRY}
    assert {index for _, index in found(check(tmp_path))} & {515, 521}


def test_a_missing_bundle_is_named(tmp_path: Path) -> None:
    write_log(tmp_path, bodies(600))
    (tmp_path / "tile/entries/001").unlink()
    assert found(check(tmp_path)) == [(FindingKind.MISSING_ENTRY, 256)]


@pytest.mark.parametrize("tile", ["tile/0/000", "tile/0/002.p/88", "tile/1/000.p/2"])
def test_a_wrong_or_missing_tile_is_named_and_the_entries_are_not_blamed(
    tmp_path: Path, tile: str
) -> None:
    write_log(tmp_path, bodies(600))
    data = bytearray((tmp_path / tile).read_bytes())
    data[40] ^= 1
    (tmp_path / tile).write_bytes(data)
    report = check(tmp_path)
    assert [finding.what for finding in report.findings] == [FindingKind.WRONG_TILE]
    assert tile in report.findings[0].sentence
    (tmp_path / tile).unlink()
    report = check(tmp_path)
    assert [finding.what for finding in report.findings] == [FindingKind.MISSING_TILE]
    assert tile in report.findings[0].sentence


def test_an_entry_changed_together_with_its_tile_is_found(tmp_path: Path) -> None:
    write_log(tmp_path / "other", [*bodies(99), b"{}", *bodies(600)[100:]])
    write_log(tmp_path / "log", bodies(600))
    for name in ("tile/0/000", "tile/entries/000"):
        (tmp_path / "log" / name).write_bytes((tmp_path / "other" / name).read_bytes())
    assert FindingKind.WRONG_TILE in {what for what, _ in found(check(tmp_path / "log"))}


def test_something_signed_that_is_no_entry_is_named(tmp_path: Path) -> None:
    write_log(tmp_path, [*bodies(3), b'{"v":1}'])
    assert found(check(tmp_path)) == [(FindingKind.MALFORMED_ENTRY, 3)]


def test_any_byte_of_any_file_changed_is_found(tmp_path: Path) -> None:
    write_log(tmp_path, bodies(520))
    picks = random.Random(6962)
    for path in [path for path in sorted(tmp_path.rglob("*")) if path.is_file()]:
        whole = path.read_bytes()
        for at in {0, len(whole) - 1, *(picks.randrange(len(whole)) for _ in range(4))}:
            damaged = bytearray(whole)
            damaged[at] ^= 1 << picks.randrange(8)
            path.write_bytes(damaged)
            assert not check(tmp_path).ok, (path.name, at)
        path.write_bytes(whole[:-1])
        assert not check(tmp_path).ok
        path.write_bytes(whole)
    assert check(tmp_path).ok


def test_another_key_is_a_bad_signature(tmp_path: Path) -> None:
    write_log(tmp_path, bodies(3), Signer.from_seed("localhost/log", bytes(32)))
    assert found(check(tmp_path)) == [(FindingKind.BAD_SIGNATURE, None)]
    with_both = verify_log(
        LogDirectory(tmp_path), [*TRUSTED, Signer.from_seed("localhost/log", bytes(32)).verifier]
    )[0]
    assert with_both.ok


def test_no_checkpoint_is_a_finding(tmp_path: Path) -> None:
    assert found(check(tmp_path)) == [(FindingKind.NO_CHECKPOINT, None)]


def test_a_checkpoint_that_says_nonsense_is_a_finding(tmp_path: Path) -> None:
    (tmp_path / "checkpoint").write_text(SIGNER.sign("localhost/log\n03\nAAAA\n"))
    assert found(check(tmp_path)) == [(FindingKind.BAD_CHECKPOINT, None)]


@pytest.mark.parametrize("earlier", [1, 5, 256, 300, 599, 600])
def test_a_log_that_grew_contains_what_was_remembered(tmp_path: Path, earlier: int) -> None:
    remembered = write_log(tmp_path / "early", bodies(earlier))
    write_log(tmp_path / "late", bodies(600))
    assert check(tmp_path / "late", remembered).ok


def test_a_fork_is_named(tmp_path: Path) -> None:
    remembered = write_log(tmp_path / "early", bodies(300))
    write_log(tmp_path / "late", [*bodies(200), *bodies(601)[201:]])
    assert found(check(tmp_path / "late", remembered)) == [(FindingKind.FORK, None)]


def test_a_log_that_went_back_is_stale(tmp_path: Path) -> None:
    remembered = write_log(tmp_path / "late", bodies(300))
    write_log(tmp_path / "early", bodies(299))
    assert found(check(tmp_path / "early", remembered)) == [(FindingKind.STALE, None)]


@pytest.mark.slow
def test_memory_does_not_grow_with_the_log(tmp_path: Path) -> None:
    peaks = []
    for size in (1_000, 8_000):
        write_log(tmp_path / str(size), bodies(size))
        tracemalloc.start()
        assert check(tmp_path / str(size)).ok
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] * 1.5


@pytest.fixture
def served(tmp_path: Path) -> Iterator[str]:
    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *args: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/log/"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_log_is_checked_over_http(tmp_path: Path, served: str) -> None:
    write_log(tmp_path / "log", bodies(600))
    assert verify_log(LogOnWeb(served), TRUSTED)[0].ok
    (tmp_path / "log/tile/entries/001").unlink()
    assert found(verify_log(LogOnWeb(served), TRUSTED)[0]) == [(FindingKind.MISSING_ENTRY, 256)]


def test_what_cannot_be_reached_is_not_called_tampered() -> None:
    with pytest.raises(SourceUnreadable):
        verify_log(LogOnWeb("http://127.0.0.1:1/log"), TRUSTED)
    with pytest.raises(SourceUnreadable):
        LogOnWeb("file:///etc")
