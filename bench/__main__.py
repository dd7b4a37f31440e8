"""``python -m bench [NAME …]``: run the benches and print the table. ``--json FILE`` keeps it."""

from __future__ import annotations

import argparse
import importlib
import json
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.row import Row

BENCHES = (
    "bulk.imports",
    "bulk.exports",
    "decide",
    "look_up",
    "texts",
    "uses",
    "ledger",
    "leaks",
    "exposure",
    "contactable",
    "withdrawals",
    "notices",
    "requests",
    "passwords",
)


def main() -> None:
    """Run what was named, or all."""
    parser = argparse.ArgumentParser("bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(BENCHES)}")
    parser.add_argument("--json", type=Path, help="also write the rows to this file")
    args = parser.parse_args()
    console = Console()
    table = Table("what", "figure", "floor in the same run", "ratio", "on")
    rows: list[Row] = []
    for name in args.names or BENCHES:
        if name not in BENCHES:
            parser.error(f"there is no bench {name}; there are {', '.join(BENCHES)}")
        console.print(f"measuring {name} …", style="dim")
        for row in importlib.import_module(f"bench.{name}").run():
            rows.append(row)
            table.add_row(
                row.name,
                f"{row.figure:,.0f} {row.unit}",
                f"{row.floor:,.0f} {row.unit}",
                f"{row.ratio:.2f}",
                row.note,
            )
    console.print(table)
    if args.json:
        args.json.write_text(
            json.dumps([asdict(row) | {"ratio": row.ratio} for row in rows], indent=1)
        )


if __name__ == "__main__":
    main()
