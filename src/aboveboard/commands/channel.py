"""``aboveboard channel``: how each channel by which notices leave fares; stop one, let it go on."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM
from aboveboard.commands import exits

if TYPE_CHECKING:
    from aboveboard.delivery.channel_states import ChannelState

NAME = "channel"
HELP = "See how each channel by which notices leave fares, stop one, or let it go on."
EXAMPLE = """\
aboveboard channel list
aboveboard channel list --json
aboveboard channel pause sms      (nothing leaves by text message; other channels go on)
aboveboard channel resume sms
aboveboard channel test sms +447700900123     (exit code 6 if it was not taken)"""
NEEDS_INSTANCE = True
CHANNELS = ("email", "post", "sms")
"""As ``delivery.terms`` has them (tests/commands/test_channel.py): read without loading it."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    verbs = parser.add_subparsers(dest="what", required=True, metavar="VERB")
    listed = verbs.add_parser("list", help="list the channels and why one takes nothing")
    listed.add_argument("--json", action="store_true", help="print the result as JSON")
    test = verbs.add_parser("test", help="send a test text, and see what the provider says of it")
    test.add_argument("channel", choices=("sms",))
    test.add_argument("to", help="a phone number with its country code, whose phone you have")
    for verb, words in (
        ("pause", "let nothing of any batch leave on a channel until it is resumed"),
        ("resume", "let what waits leave again"),
    ):
        verbs.add_parser(verb, help=words).add_argument("channel", choices=CHANNELS)


def run(args: argparse.Namespace) -> int:
    """Do it."""
    from aboveboard.delivery import actions, channel_states
    from aboveboard.delivery.terms import Channel

    if args.what == "test":
        return _test(args.to)
    if args.what == "pause":
        actions.pause_channel(Channel(args.channel), by=SYSTEM, at=clock.now())
        print(
            f"Nothing leaves by {args.channel} until you run: aboveboard channel resume "
            f"{args.channel}"
        )
        return exits.DONE
    if args.what == "resume":
        actions.resume_channel(Channel(args.channel), by=SYSTEM, at=clock.now())
        print(f"What waits for {args.channel} leaves again.")
        return exits.DONE
    channels = channel_states.channels()
    if args.json:
        shown = [
            {
                "channel": each.channel.value,
                "carried": each.is_carried,
                "paused": each.is_paused,
                "trouble": each.trouble or None,
                "asked_again_at": clock.to_text(each.retry_at) if each.retry_at else None,
            }
            for each in channels
        ]
        print(json.dumps(shown, indent=1))
        return exits.DONE
    for each in channels:
        print(f"{each.channel.value:<8}{_state(each)}")
    return exits.DONE


def _test(number: str) -> int:
    from aboveboard.delivery.sms.trial import send_test

    trial = send_test(number)
    reply = f" (reply {trial.reply})" if trial.reply else ""
    print(f"Text messages by {trial.server}:\n{trial.sentence}{reply}.\n→ {trial.step}")
    return exits.DONE if trial.is_taken else exits.UNAVAILABLE


def _state(each: ChannelState) -> str:
    if not each.is_carried:
        return "not set up: a notice on it is skipped, with that as the reason"
    if each.is_paused:
        return f"stopped; to let it go on: aboveboard channel resume {each.channel.value}"
    if each.trouble and each.retry_at:
        return f"{each.trouble}; asked again at {clock.to_text(each.retry_at)}"
    return "in use"
