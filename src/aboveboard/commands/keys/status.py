"""``aboveboard keys status``: the provider, the wrapping keys, how many people are under
each, how old they are."""

from __future__ import annotations

import argparse
import json
from typing import Any

from aboveboard.basics import clock, settings
from aboveboard.commands import exits


def configure(below: Any) -> None:
    """Declare the arguments."""
    status = below.add_parser("status", help="show where the root key is and what is under it")
    status.add_argument("--json", action="store_true", help="print JSON for a program")
    status.set_defaults(does=run)


def run(args: argparse.Namespace) -> int:
    """Show it; exit code 6 if the provider cannot be asked."""
    from aboveboard.keys.status import status

    found = status()
    if args.json:
        print(json.dumps(found.as_json(clock.now()), indent=1, default=str))
    else:
        _say(found)
    found.prove()
    return exits.DONE


def _say(found: Any) -> None:
    print(
        f"The root key is at {found.provider}; a process asks for it again every "
        f"{settings.current().keys.lease} seconds."
    )
    for key in found.keys:
        days = (clock.now() - key.made_at).days
        use = "wraps from now on" if key.in_use else "retired, waiting for the rotation to end"
        print(
            f"  wrapping key {key.key_id}: {key.people:,} people, made {key.made_at:%Y-%m-%d} "
            f"({days} days ago), {use}"
        )
        print(f"    opened by: {', '.join(key.providers)}")
    if found.direct:
        print(
            f"  {found.direct:,} people are wrapped by the root key itself, as the first version "
            "did. Move them: aboveboard keys rotate"
        )
    if found.under_way:
        print(
            f"A rotation is under way ({', '.join(found.under_way)}). Go on with it: run its "
            "command again."
        )
