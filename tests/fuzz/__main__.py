"""``python -m tests.fuzz [NAME …] --seconds N``: spoil samples as long as one likes; print what
broke a parser, and how."""

from __future__ import annotations

import argparse
import random
import sys
import time
import traceback


def main() -> int:
    """Try the parsers in turn; return 1 if one broke."""
    from tests import conftest  # sets Django up on an instance of its own
    from tests.fuzz.parsers import ERRORS, PARSERS
    from tests.fuzz.spoiling import spoil

    asked = argparse.ArgumentParser("tests.fuzz", description=__doc__)
    asked.add_argument("names", nargs="*", help="parsers by name; all of them if none is named")
    asked.add_argument("--seconds", type=float, default=10.0, help="how long to try each")
    asked.add_argument(
        "--seed",
        default=str(time.time_ns()),
        help="where to begin; printed, so that a run can be repeated",
    )
    args = asked.parse_args()
    chosen = [parser for parser in PARSERS if not args.names or parser.name in args.names]
    print(f"seed {args.seed}, {conftest.HOME.name}")
    broken = 0
    for parser in chosen:
        picks, samples, tries = (
            random.Random(f"{args.seed}/{parser.name}"),
            list(parser.samples()),
            0,
        )
        end = time.monotonic() + args.seconds
        while time.monotonic() < end:
            tries += 1
            data = spoil(picks.choice(samples), picks, samples)
            try:
                parser.parse(data)
            except ERRORS:
                continue
            except Exception:
                broken += 1
                print(f"{parser.name} broke on {data!r}")
                traceback.print_exc()
                break
        print(f"{parser.name}: {tries:,} tries")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
