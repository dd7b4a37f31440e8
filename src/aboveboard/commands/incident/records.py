"""``aboveboard incident veris`` and ``import-veris``: records of others, and ours for others."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from aboveboard.basics import clock
from aboveboard.basics.errors import Invalid
from aboveboard.commands.incident.acting import actor_of, print_result
from aboveboard.incidents import veris
from aboveboard.incidents.veris import NotVeris


def show_veris(args: argparse.Namespace) -> int:
    """Print the incident as a VERIS record."""
    print(json.dumps(veris.export(args.incident), indent=1))
    return 0


def import_veris(args: argparse.Namespace) -> int:
    """Write the records of a file down as closed incidents; those that cannot be read are listed by
    their place, and the others are kept."""
    if str(args.file) == "-":
        text = sys.stdin.read()
    elif args.file.is_file():
        text = args.file.read_text(encoding="utf-8-sig", errors="replace")
    else:
        raise Invalid(found=f"there is no file {args.file}", fix="Check the path.")
    kept: list[str] = []
    refused: list[dict[str, Any]] = []
    by = actor_of(args)
    for place, reading in enumerate(veris.read_records(text), 1):
        try:
            if isinstance(reading, NotVeris):
                raise reading
            kept.append(veris.import_incident(reading, by=by, at=clock.now()).reference)
        except NotVeris as problem:
            refused.append({"place": place, "why": str(problem)})
    lines = [f"record {row['place']}: {row['why']}" for row in refused]
    words = f"{len(kept):,} brought in, {len(refused):,} not."
    print_result(args, {"incidents": kept, "refused": refused}, "\n".join([*lines, words]))
    return 2 if refused else 0
