"""``aboveboard people safe-contact``: by which ways somebody at risk may be written to."""

from __future__ import annotations

import argparse
from typing import Any

from aboveboard.commands.arguments import person_number
from aboveboard.commands.exits import DONE

WAYS = ("email", "sms", "post", "nothing")


def configure(verbs: Any) -> None:
    """Declare the arguments."""
    safe = verbs.add_parser(
        "safe-contact", help="record by which ways alone somebody at risk may be written to"
    )
    safe.add_argument("person", type=person_number, help="their number")
    which = safe.add_mutually_exclusive_group(required=True)
    which.add_argument(
        "--by",
        action="append",
        choices=WAYS,
        help="a way that is safe, or nothing: then a person calls them; repeat for more than one",
    )
    which.add_argument("--any", action="store_true", help="take the mark back: every way is safe")
    safe.add_argument("--reason", default="", help="why; it is sealed under the person's key")


def safe_contact(args: argparse.Namespace) -> int:
    """Record it, or take it back."""
    from aboveboard.basics import clock
    from aboveboard.basics.actor import SYSTEM
    from aboveboard.delivery import contact_limits
    from aboveboard.delivery.terms import Channel
    from aboveboard.keys.log_signing import sequence_now

    at = clock.now()
    if args.any:
        contact_limits.end_protection(args.person, by=SYSTEM, at=at)
        print("Every way may be used again.")
    else:
        safe = [Channel(each) for each in args.by if each != "nothing"]
        contact_limits.protect(args.person, safe, reason=args.reason, by=SYSTEM, at=at)
        ways = " and ".join(each.value for each in safe)
        print(
            f"They are written to by {ways} alone."
            if safe
            else "Nothing is sent to them. Each notice lists them for a call by a person."
        )
    sequence_now()
    return DONE
