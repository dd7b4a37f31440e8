"""Erasing one person on request, in two steps; letting somebody who was erased come back; and whom
to write to instead of somebody."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from aboveboard.basics.person_codes import person_code
from aboveboard.commands.arguments import person_number
from aboveboard.commands.exits import ATTENTION, DONE

if TYPE_CHECKING:
    # What argparse calls the group of verbs.
    Verbs = argparse._SubParsersAction[argparse.ArgumentParser]


def configure(verbs: Verbs) -> None:
    """Declare ``erase`` and ``let-in``."""
    from aboveboard.retention.reasons import ON_REQUEST
    from aboveboard.vault.entries import ErasureReason

    erasing = verbs.add_parser(
        "erase", help="erase one person: say what would be erased, and with --yes erase it for good"
    )
    erasing.add_argument("person", type=person_number, help="their number")
    erasing.add_argument(
        "--reason",
        choices=[reason.value for reason in ON_REQUEST],
        default=ErasureReason.ASKED.value,
        help="why (GDPR Art. 17(1); default: asked)",
    )
    erasing.add_argument("--yes", action="store_true", help="erase; nobody can undo it")
    letting_in = verbs.add_parser(
        "let-in", help="let somebody who was erased be a customer again, with the next import"
    )
    letting_in.add_argument("erasure", type=int, help="the number that the import said")
    how = letting_in.add_mutually_exclusive_group(required=True)
    how.add_argument("--reference", help="the form or call; no names")
    how.add_argument(
        "--undo", action="store_true", help="take it back, before a file has brought them in"
    )
    writing = verbs.add_parser(
        "write-to", help="record whom to write to instead of a person, or that nobody is written to"
    )
    writing.add_argument("person", type=person_number, help="their number")
    which = writing.add_mutually_exclusive_group(required=True)
    which.add_argument("--address", help="the e-mail address to write to, such as a guardian's")
    which.add_argument("--nobody", action="store_true", help="do not write to them")
    which.add_argument("--themselves", action="store_true", help="write to them again")
    writing.add_argument(
        "--reason",
        choices=["deceased", "child", "represented", "asked"],
        default="asked",
        help="why (default: asked)",
    )


def erase(args: argparse.Namespace) -> int:
    """Erase one person. Without ``--yes`` nothing is erased, and the exit code is 1."""
    from aboveboard.basics import clock
    from aboveboard.basics.actor import SYSTEM
    from aboveboard.keys.log_signing import sequence_now
    from aboveboard.retention import erasing
    from aboveboard.retention.reasons import ERASURE_LAW, ERASURE_WORDS
    from aboveboard.vault.entries import ErasureReason

    reason = ErasureReason(args.reason)
    held = erasing.preview(args.person, at=clock.now())
    print(
        f"Held about {person_code(held.person_id)}: {len(held.fields)} fields "
        f"({', '.join(held.fields)}), {held.choices} choices."
    )
    if held.numbers[1:]:
        print(
            f"Records merged into this one go too: {', '.join(map(person_code, held.numbers[1:]))}."
        )
    for hold in held.holds:
        print(f"A legal hold is open, so nothing can be erased: {hold}")
    if not args.yes:
        print(
            f"Reason: {ERASURE_WORDS[reason]} ({ERASURE_LAW[reason]}). Nothing was erased. Nobody "
            "can undo an erasure. To erase, run the same command with --yes."
        )
        return ATTENTION
    receipt = erasing.erase(args.person, reason, by=SYSTEM, at=clock.now())
    sequence_now()
    print(f"Erased. Tell the person: {receipt.sentence}")
    return DONE


def let_in(args: argparse.Namespace) -> int:
    """Let somebody who was erased come back with the next file that has them, or undo that."""
    from aboveboard.basics import clock
    from aboveboard.basics.actor import SYSTEM
    from aboveboard.intake import erased
    from aboveboard.keys.log_signing import sequence_now

    if args.undo:
        erased.undo_readmission(args.erasure, by=SYSTEM, at=clock.now())
        sequence_now()
        print("Undone. Imports leave them out again.")
        return DONE
    erased.readmit(args.erasure, reference=args.reference, by=SYSTEM, at=clock.now())
    sequence_now()
    print("The next import that has them brings them in. What they objected to stays objected to.")
    print(f"Until then it can be undone: aboveboard people let-in {args.erasure} --undo")
    return DONE


def write_to(args: argparse.Namespace) -> int:
    """Record whom to write to instead of a person."""
    from aboveboard.basics import clock
    from aboveboard.basics.actor import SYSTEM
    from aboveboard.delivery import correspondence
    from aboveboard.delivery.terms import CorrespondenceReason
    from aboveboard.keys.log_signing import sequence_now

    if args.themselves:
        correspondence.end(args.person, by=SYSTEM, at=clock.now())
        print("Notices go to them again.")
    else:
        at = clock.now()
        recorded = correspondence.instruct(
            args.person, CorrespondenceReason(args.reason), instead=args.address, by=SYSTEM, at=at
        )
        if recorded.at != at:
            print("That is recorded already. Nothing was changed.")
            return DONE
        print(
            "Notices about them go to that address."
            if recorded.instead
            else "No notice is sent to them. Each one is listed with that reason."
        )
    sequence_now()
    return DONE
