"""``aboveboard people``: find duplicate records, merge them, undo a merge; erase one person, and
let somebody who was erased come back; ask who may be contacted."""

from __future__ import annotations

import argparse
import json

from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM
from aboveboard.basics.person_codes import person_code
from aboveboard.commands.arguments import person_number
from aboveboard.commands.people import contactable, duplicates, erasing, safe_contact

NAME = "people"
HELP = "Find and merge duplicate records; erase one person; ask who may be contacted."
EXAMPLE = """\
aboveboard people duplicates --find
aboveboard people different 05ANJ-W1WSQ-BPZQJ 05ANJ-W1WSQ-BQ3H9
aboveboard people compare 05ANJ-W1WSQ-BPZQJ 05ANJ-W1WSQ-BQ3H9
aboveboard people merge 05ANJ-W1WSQ-BPZQJ 05ANJ-W1WSQ-BQ3H9 --reference case/417 --take email
aboveboard people split 3 --reference case/418
aboveboard people contactable personal-offers --channel email
aboveboard people contactable personal-offers --channel email --csv --reason no_consent
aboveboard people erase 05ANJ-W1WSQ-BPZQJ
aboveboard people erase 05ANJ-W1WSQ-BPZQJ --reason asked --yes
aboveboard people let-in 4 --reference form/2026-118
aboveboard people let-in 4 --undo
aboveboard people write-to 05ANJ-W1WSQ-BPZQJ --address parent@example.org --reason child
aboveboard people write-to 05ANJ-W1WSQ-BPZQJ --nobody --reason deceased
aboveboard people safe-contact 05ANJ-W1WSQ-BPZQJ --by sms --reason "Her post is read at home."
aboveboard people safe-contact 05ANJ-W1WSQ-BPZQJ --any"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    below = parser.add_subparsers(dest="what", required=True, metavar="WHAT")
    duplicates.configure(below)
    compare = below.add_parser(
        "compare", help="list which fields of two records agree or differ, without their values"
    )
    merge = below.add_parser("merge", help="merge two records into one")
    for command in (compare, merge):
        command.add_argument("kept", type=person_number, help="the number to keep")
        command.add_argument(
            "merged", type=person_number, help="the number of the record to merge into it"
        )
    merge.add_argument(
        "--take",
        action="append",
        default=[],
        metavar="FIELD",
        help="keep the value of the record that is merged (default: the newer value)",
    )
    merge.add_argument(
        "--keep",
        action="append",
        default=[],
        metavar="FIELD",
        help="keep the value of the record that is kept",
    )
    split = below.add_parser("split", help="undo a merge")
    split.add_argument("number", type=int, help="the number that merge printed")
    for command in (merge, split):
        command.add_argument("--reference", required=True, help="the case number; no names")
    erasing.configure(below)
    safe_contact.configure(below)
    contactable.configure(below)
    for command in (compare, merge, split):
        command.add_argument("--json", action="store_true", help="print JSON")


def run(args: argparse.Namespace) -> int:
    """Do it. Exit codes: 0 done, 2 wrong input, 3 no such person or merge, 4 not possible now."""
    return _VERBS[args.what](args)


def _compare(args: argparse.Namespace) -> int:
    from aboveboard.identity import matching

    for field in matching.preview(args.kept, args.merged):
        newer = f", newer in the {field.newer} record" if field.likeness == "differs" else ""
        words = f"{field.field}: {field.likeness.replace('_', ' ')}{newer}"
        print(
            json.dumps({"field": field.field, "likeness": field.likeness, "newer": field.newer})
            if args.json
            else words
        )
    return 0


def _merge(args: argparse.Namespace) -> int:
    from aboveboard.identity import actions
    from aboveboard.identity.choosing import RecordSide
    from aboveboard.keys.log_signing import sequence_now

    chosen = dict.fromkeys(args.keep, RecordSide.KEPT) | dict.fromkeys(args.take, RecordSide.MERGED)
    done = actions.merge(
        args.kept, args.merged, chosen=chosen, reference=args.reference, by=SYSTEM, at=clock.now()
    )
    sequence_now()
    words = (
        f"Merge {done.id}: {person_code(done.merged_id)} now leads to "
        f"{person_code(done.person_id)}.\n"
        f"To undo it: aboveboard people split {done.id} --reference CASE"
    )
    print(json.dumps({"merge": done.id, "person": done.person_id}) if args.json else words)
    return 0


def _split(args: argparse.Namespace) -> int:
    from aboveboard.identity import actions
    from aboveboard.keys.log_signing import sequence_now
    from aboveboard.promise.queries import in_force

    kinds = {key: field.kind_and_format for key, field in in_force().promise.fields.items()}
    done = actions.split(
        args.number, kinds=kinds, reference=args.reference, by=SYSTEM, at=clock.now()
    )
    sequence_now()
    pair = " and ".join(map(person_code, (done.person_id, done.merged_id)))
    words = f"{pair} are separate records again."
    print(
        json.dumps({"merge": done.id, "people": [done.person_id, done.merged_id]})
        if args.json
        else words
    )
    return 0


_VERBS = {
    "duplicates": duplicates.list_duplicates,
    "different": duplicates.say_different,
    "contactable": contactable.show,
    "compare": _compare,
    "merge": _merge,
    "split": _split,
    "erase": erasing.erase,
    "let-in": erasing.let_in,
    "write-to": erasing.write_to,
    "safe-contact": safe_contact.safe_contact,
}
