"""The policy, and a password held to it."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from typing import Any

from aboveboard.commands.exits import ATTENTION, DONE


def configure(below: Any) -> None:
    """Declare the arguments."""
    policy = below.add_parser("policy", help="show what may be a password here")
    check = below.add_parser("check", help="hold a password to the policy and to the leaked ones")
    check.add_argument(
        "--second-step", action="store_true", help="a second step is asked for besides"
    )
    for command, does in ((policy, show_policy), (check, check_password)):
        command.add_argument("--json", action="store_true", help="print JSON")
        command.set_defaults(does=does)


def show_policy(args: argparse.Namespace) -> int:
    """Print the policy."""
    from aboveboard.credentials.queries import breached_list, policy

    rule = policy()
    if args.json:
        print(json.dumps(asdict(rule), ensure_ascii=False))
        return DONE
    print(f"At least {rule.length} characters, or {rule.length_with_second_factor} with a second")
    print("step. Any characters; nothing expires; one that is easy to guess is refused.")
    print(f"Not made of: {', '.join(rule.words)}, or the person's own name and address.")
    known = "refused" if breached_list().exists else "not known here: aboveboard passwords build"
    print(f"Passwords that were in leaks: {known}.")
    return DONE


def check_password(args: argparse.Namespace) -> int:
    """Say in words what the policy makes of a password."""
    from aboveboard.credentials.queries import judge_password
    from aboveboard.credentials.words import sentences

    # Never an argument: other users of the machine see those.
    if sys.stdin.isatty():
        from getpass import getpass

        password = getpass("Password: ")
    else:
        password = sys.stdin.readline().rstrip("\r\n")
    judged = judge_password(password, second_factor=args.second_step)
    if args.json:
        answer = {
            "allowed": judged.allowed,
            "problems": [each.value for each in judged.problems],
            "score": judged.strength.score,
            "guesses_log10": round(judged.strength.guesses_log10, 1),
            "breached": judged.breached,
            "sentences": sentences(judged),
        }
        print(json.dumps(answer, ensure_ascii=False))
    else:
        print("\n".join(sentences(judged)))
        if judged.breached is None:
            print("It was not held against leaked passwords: there is no list here.")
    return DONE if judged.allowed else ATTENTION
