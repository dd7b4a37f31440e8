"""Two versions side by side, in one run: the code here and that of a commit, each on an instance of
its own, asked in turn for pieces of the same work.

    python -m bench.beside --commit 5d29c0e
    python -m bench.beside --tree ../before --database postgres --piece "use over HTTP"

Each piece is done by both, one right behind the other, and by each first in half of the rounds;
what is said is the median of the ratios of the pairs, so that the moods of the machine fall on
both. CPU counts the server, its database and all that they start, and not the load: where others
use the machine, believe the CPU; where nobody does, both.

The tree of a commit is made in a temporary folder, with an environment of its own from its
``requirements``; ``--tree`` names one that is there (with its ``.venv``).
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.instance import ROOT

BEFORE = "5d29c0e"
"""The last commit before the house was redrawn."""
LIMIT = 1.05
"""Slower than this is said in red."""
SIDE = ROOT / "bench" / "side.py"


@dataclass(frozen=True, slots=True)
class Compared:
    """One piece: what it took before and now, in microseconds for each, and the ratios now/before
    (below 1 is faster)."""

    piece: str
    database: str
    cpu_before: float
    cpu_now: float
    cpu_ratio: float
    wall_ratio: float
    pairs: int


def main() -> None:
    """Compare, and print the table as it grows."""
    parser = argparse.ArgumentParser("bench.beside", description=__doc__)
    parser.add_argument("--commit", default=BEFORE, help="what to compare with")
    parser.add_argument("--tree", type=Path, help="the same, where a tree of it is there")
    parser.add_argument("--rounds", type=int, default=6, help="pairs of each piece")
    parser.add_argument(
        "--database", action="append", choices=("none", "sqlite", "postgres"), help="these alone"
    )
    parser.add_argument("--piece", action="append", help="those alone that contain this")
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    args = parser.parse_args()
    console, rows = Console(), []
    with ExitStack() as stack:
        before = args.tree or stack.enter_context(_tree(args.commit))
        for database in args.database or ("none", "sqlite", "postgres"):
            for compared in _compare(before.resolve(), database, args.rounds, args.piece):
                rows.append(compared)
                console.print(_line(compared))
    table = Table(
        "piece", "database", "before", "now", "CPU", "wall", title="µs of CPU each; ratios"
    )
    for row in rows:
        colour = "red" if row.cpu_ratio > LIMIT else "green"
        table.add_row(
            row.piece,
            row.database,
            f"{row.cpu_before:,.1f}",
            f"{row.cpu_now:,.1f}",
            f"[{colour}]{row.cpu_ratio:.3f}[/]",
            f"{row.wall_ratio:.3f}",
        )
    console.print(table)
    console.print(f"load of the machine at the end: {os.getloadavg()}")
    if args.json:
        args.json.write_text(json.dumps([asdict(row) for row in rows], indent=1))


def _line(row: Compared) -> str:
    return (
        f"{row.piece}, {row.database}: {row.cpu_before:,.1f} -> {row.cpu_now:,.1f} µs of CPU, "
        f"ratio {row.cpu_ratio:.3f}, wall {row.wall_ratio:.3f} ({row.pairs} pairs)"
    )


@contextmanager
def _tree(commit: str) -> Iterator[Path]:
    """Give the tree of a commit, with what it needs installed."""
    with tempfile.TemporaryDirectory(prefix="aboveboard-before-") as folder:
        tree = Path(folder) / "tree"
        _run("git", "worktree", "add", "--detach", str(tree), commit)
        try:
            _run(sys.executable, "-m", "venv", str(tree / ".venv"))
            install = (str(_python(tree)), "-m", "pip", "install", "--quiet")
            _run(*install, "-r", str(tree / "requirements" / "dev.txt"))
            _run(*install, "--no-deps", "--editable", str(tree))
            yield tree
        finally:
            _run("git", "worktree", "remove", "--force", str(tree))


def _run(*command: str) -> None:
    subprocess.run(command, cwd=ROOT, check=True, stdout=sys.stderr)


def _python(tree: Path) -> Path:
    return tree / ".venv" / "bin" / "python"


class _Side:
    """One standing side."""

    def __init__(self, tree: Path, database: str) -> None:
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith("ABOVEBOARD_")
        }
        environment["PYTHONPATH"] = f"{tree}:{tree / 'src'}"
        self._process = subprocess.Popen(
            [str(_python(tree)), str(SIDE), str(tree), database],
            cwd=tree,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.pieces: list[str] = json.loads(self._read().removeprefix("ready"))

    def _read(self) -> str:
        assert self._process.stdout is not None
        if not (line := self._process.stdout.readline()):
            raise RuntimeError(f"a side ended: {self._process.args}")
        return line

    def take(self, piece: str) -> tuple[float, float]:
        """Return the microseconds of CPU and of time that each of a piece's many takes."""
        assert self._process.stdin is not None
        print(piece, file=self._process.stdin, flush=True)
        taken = json.loads(self._read())
        return taken["cpu"] / taken["done"] * 1e6, taken["wall"] / taken["done"] * 1e6

    def end(self) -> None:
        """Let it tidy up, and end."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(60)


def _compare(
    before: Path, database: str, rounds: int, only: list[str] | None
) -> Iterator[Compared]:
    with ExitStack() as stack:
        sides = []
        for tree in (before, ROOT):
            sides.append(_Side(tree, database))
            stack.callback(sides[-1].end)
        for group in _groups(sides[0].pieces, only):
            taken: dict[str, list[tuple[tuple[float, float], ...]]] = {name: [] for name in group}
            for turn in range(rounds + 1):
                for piece in group:
                    order = (0, 1) if turn % 2 else (1, 0)
                    pair = {side: sides[side].take(piece) for side in order}
                    if turn:  # the first warms up
                        taken[piece].append((pair[0], pair[1]))
            for piece in group:
                yield _compared(piece, database, taken[piece])


def _groups(pieces: list[str], only: list[str] | None) -> Iterator[list[str]]:
    """Yield pieces that are done in turn: what is appended is sequenced before more is."""
    chosen = [piece for piece in pieces if not only or any(word in piece for word in only)]
    ledger = [piece for piece in chosen if piece.startswith("ledger")]
    for piece in chosen:
        if piece not in ledger:
            yield [piece]
        elif piece == ledger[0]:
            yield ledger


def _compared(piece: str, database: str, pairs: list[tuple[tuple[float, float], ...]]) -> Compared:
    def middle(values: Iterator[float]) -> float:
        return statistics.median(values)

    return Compared(
        piece,
        database,
        middle(before[0] for before, _ in pairs),
        middle(now[0] for _, now in pairs),
        middle(now[0] / before[0] for before, now in pairs),
        middle(now[1] / before[1] for before, now in pairs),
        len(pairs),
    )


if __name__ == "__main__":
    main()
