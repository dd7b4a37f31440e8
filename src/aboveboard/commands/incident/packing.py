"""``aboveboard incident pack``: everything of an incident in one file, for a regulator."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from aboveboard.basics import clock
from aboveboard.basics.errors import Invalid
from aboveboard.basics.ids import reference
from aboveboard.commands.incident.acting import actor_of
from aboveboard.incidents.pack.making import make_pack


def pack(args: argparse.Namespace) -> int:
    """Write the pack, and say how it is checked."""
    out = args.out or Path(f"{reference('INC', args.incident).lower()}.zip")
    if out.exists():
        raise Invalid(found=f"there is a file {out} already", fix="Give another --out.")
    if not out.parent.is_dir():
        raise Invalid(found=f"there is no folder {out.parent}", fix="Make it first.")
    quiet = args.json or not sys.stderr.isatty()
    made = make_pack(
        args.incident,
        out,
        people=args.people,
        progress=lambda path: None if quiet else print(path, file=sys.stderr),
        by=actor_of(args),
        at=clock.now(),
    )
    if args.json:
        print(json.dumps({"file": str(out)} | asdict(made), indent=1))
        return 0
    print(f"{out}: {made.files:,} files, {made.entries:,} entries of the ledger with their proofs.")
    print("Whoever gets it checks it with the log’s key, which `aboveboard ledger key` prints:")
    print(f"aboveboard ledger check-pack {out.name} --vkey KEY")
    return 0
