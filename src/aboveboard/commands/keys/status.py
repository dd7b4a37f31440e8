"""``aboveboard keys status``: the key provider, the wrapping keys, how many people each protects
and how old it is."""

from __future__ import annotations

import argparse
import json
from typing import Any

from aboveboard.basics import clock, settings
from aboveboard.commands import exits


def configure(below: Any) -> None:
    """Declare the arguments."""
    status = below.add_parser(
        "status", help="show where the root key is, and how many people each wrapping key protects"
    )
    status.add_argument("--json", action="store_true", help="print the answer as JSON")
    status.set_defaults(does=run)


def run(args: argparse.Namespace) -> int:
    """Show the keys; exit code 6 if the provider cannot be reached."""
    from aboveboard.keys.status import status

    keys = status()
    if args.json:
        print(json.dumps(keys.as_json(clock.now()), indent=1, default=str))
    else:
        _print(keys)
    keys.prove()
    return exits.DONE


def _print(keys: Any) -> None:
    print(
        f"The root key is at {keys.provider}. Each process asks for it again every "
        f"{settings.current().keys.lease} seconds."
    )
    for key in keys.keys:
        days = (clock.now() - key.made_at).days
        use = "in use" if key.in_use else "retired: the rotation has not finished"
        print(
            f"  Wrapping key {key.key_id}: {key.people:,} people, made on {key.made_at:%Y-%m-%d} "
            f"({days} days ago), {use}"
        )
        print(f"    Can be opened by: {', '.join(key.providers)}")
    if keys.direct:
        print(
            f"  {keys.direct:,} people's keys are wrapped by the root key itself, as in the first "
            "version. To move them, run: aboveboard keys rotate"
        )
    if keys.under_way:
        print(
            f"A rotation has not finished ({', '.join(keys.under_way)}). To resume it, run its "
            "command again."
        )
