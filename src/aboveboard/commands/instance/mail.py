"""``aboveboard mail``: whether mail leaves this instance, tried with a real message."""

from __future__ import annotations

import argparse
import json

from aboveboard.basics import settings
from aboveboard.commands import exits

NAME = "mail"
HELP = "Send a test message, and see what the mail server says of it."
EXAMPLE = """\
aboveboard mail test you@example.org
aboveboard mail test you@example.org --json     (exit code 6 if it was not taken)"""
WHILE_RESTORING = True  # it reads nobody's record


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    verbs = parser.add_subparsers(dest="what", required=True, metavar="VERB")
    test = verbs.add_parser("test", help="send a test message to an address")
    test.add_argument("address", help="an e-mail address that you can look into")
    test.add_argument("--json", action="store_true", help="print the result as JSON")


def run(args: argparse.Namespace) -> int:
    """Send it. Exit codes: 0 the server took it, 2 no address, 6 it did not take it, 7
    ``mail.sender`` is wrong."""
    from aboveboard.delivery.trial import send_test

    trial = send_test(args.address)
    sender = settings.current().mail.sender
    if args.json:
        shown = {
            "taken": trial.is_taken,
            "server": trial.server,
            "sender": sender,
            "reply": trial.reply or None,
            "message": trial.sentence,
            "next_step": trial.step,
        }
        print(json.dumps(shown, indent=1, ensure_ascii=False))
    else:
        reply = f" (reply {trial.reply})" if trial.reply else ""
        print(f"The mail server at {trial.server}, asked to send from {sender}:")
        print(f"{trial.sentence}{reply}.\n→ {trial.step}")
    return exits.DONE if trial.is_taken else exits.UNAVAILABLE
