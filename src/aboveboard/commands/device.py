"""``aboveboard device``: the register of what holds data and can be carried away."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM, Actor
from aboveboard.basics.errors import Invalid
from aboveboard.commands import exits

if TYPE_CHECKING:
    from aboveboard.custody.inventory.reading import Inventory, RowNote
    from aboveboard.custody.inventory.taking_in import TakenIn
    from aboveboard.custody.queries import DeviceRow
    from aboveboard.custody.terms import EncryptionState

W = TypeVar("W", bound=Enum)

NAME = "device"
HELP = (
    "List, add and hand over devices, and take in the inventory of Fleet, Intune, Jamf or others."
)
EXAMPLE = """\
aboveboard device list
aboveboard device add LT-0042 --name "Field laptop" --kind laptop --encrypted yes
aboveboard device import assets.csv --dry-run
aboveboard device import intune.csv --not-taken left.csv --as boss@example.com
aboveboard device hand-over LT-0042 --to sam@example.com
aboveboard device encryption LT-0042 yes
aboveboard device found LT-0042
aboveboard device retire LT-0042 --how wiped"""
NEEDS_INSTANCE = True

_SHOWN = 20
"""Lines of a kind of remark that are printed; --json prints all."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the verbs and their arguments."""
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    listed = verbs.add_parser("list", help="list the devices, and what is on each")
    added = verbs.add_parser("add", help="add a device that will hold data")
    taken = verbs.add_parser(
        "import", help="take in what an inventory knows: CSV, JSON or an object a line"
    )
    handed = verbs.add_parser("hand-over", help="say who has a device from now on")
    stated = verbs.add_parser("encryption", help="say whether a device is encrypted")
    returned = verbs.add_parser("found", help="say that a missing device is back")
    retired = verbs.add_parser("retire", help="take a device out of service")
    for verb in (added, handed, stated, returned, retired):
        verb.add_argument("tag", help="its label")
    added.add_argument("--name", required=True, help="what people call it")
    added.add_argument("--kind", required=True, help="laptop, phone, tablet, stick, disc, paper …")
    added.add_argument("--encrypted", default="unknown", help="yes, no, unknown, paused or partly")
    added.add_argument("--serial", default="", help="its serial number")
    stated.add_argument("state", help="yes, no, unknown, paused or partly")
    taken.add_argument("file", type=Path, help="the file")
    taken.add_argument("--dry-run", action="store_true", help="say what would change, and stop")
    taken.add_argument(
        "--not-taken", type=Path, metavar="FILE", help="write the rows that were not taken here"
    )
    whom = handed.add_mutually_exclusive_group(required=True)
    whom.add_argument("--to", metavar="EMAIL", help="the member of staff who has it")
    whom.add_argument("--to-nobody", action="store_true", help="it is put away")
    retired.add_argument("--how", required=True, help="returned, wiped or destroyed")
    for verb in (handed, returned, retired):
        verb.add_argument("--note", default="", help="anything to remember; name no customers")
    for verb in (listed, taken):
        verb.add_argument("--json", action="store_true", help="print the result as JSON")
    for verb in (added, taken, handed, stated, returned, retired):
        verb.add_argument(
            "--as", dest="email", default="", metavar="EMAIL", help="the member of staff who acts"
        )


def run(args: argparse.Namespace) -> int:
    """Do one verb. Exit codes: 0 done; 1 rows of an inventory were not taken; 2 wrong input; 3 no
    such device; 4 not possible now."""
    from aboveboard.custody import queries

    if args.verb == "list":
        return _list(queries.devices(), as_json=args.json)
    if args.verb == "import":
        return _import(args)
    if args.verb == "add":
        return _add(args)
    return _change(args, queries.device_by_tag(args.tag))


def _actor(email: str) -> Actor:
    from aboveboard.accounts.queries import staff_member

    return staff_member(email).actor if email else SYSTEM


def _list(devices: Sequence[DeviceRow], *, as_json: bool) -> int:
    rows = [
        {
            "tag": each.tag,
            "name": each.name,
            "kind": each.kind.value,
            "encrypted": each.encrypted.value,
            "state": each.state.value,
            "holder": each.holder,
            "exports": each.exports,
            "records": each.people,
        }
        for each in devices
    ]
    if as_json:
        print(json.dumps(rows, ensure_ascii=False, indent=1))
    elif not rows:
        print("No devices yet. Add one with: aboveboard device add, or device import.")
    for each in [] if as_json else devices:
        print(
            f"{each.tag}\t{each.name}\t{each.kind.label}\t{each.encrypted.label}\t"
            f"{each.state.label}\t{each.holder or 'nobody'}\t{each.people:,} records"
        )
    return exits.DONE


def _add(args: argparse.Namespace) -> int:
    from aboveboard.custody import actions
    from aboveboard.custody.terms import DeviceKind

    added = actions.register_device(
        kind=_word(DeviceKind, args.kind),
        name=args.name,
        tag=args.tag,
        serial=args.serial,
        encrypted=_encryption(args.encrypted),
        by=_actor(args.email),
        at=clock.now(),
    )
    print(f"{added.tag} is in the register.")
    return exits.DONE


def _change(args: argparse.Namespace, device: DeviceRow) -> int:
    from aboveboard.accounts.queries import staff_member
    from aboveboard.custody import actions
    from aboveboard.custody.terms import DeviceDisposal

    by, at = _actor(args.email), clock.now()
    if args.verb == "hand-over":
        to = None if args.to_nobody else staff_member(args.to).id
        actions.hand_over(device.id, to=to, note=args.note, by=by, at=at)
        print(f"{device.tag} is with {args.to or 'nobody'}.")
    elif args.verb == "encryption":
        state = _encryption(args.state)
        actions.record_encryption(device.id, state, by=by, at=at)
        print(f"{device.tag}: {state.label.lower()}.")
    elif args.verb == "found":
        actions.report_found(device.id, note=args.note, by=by, at=at)
        print(f"{device.tag} is back. The incident stays open until a lead closes it.")
    else:
        how = _word(DeviceDisposal, args.how)
        actions.retire(device.id, how=how, note=args.note, by=by, at=at)
        print(f"{device.tag} is out of service: {how.label.lower()}.")
    return exits.DONE


def _import(args: argparse.Namespace) -> int:
    from aboveboard.custody import limits
    from aboveboard.custody.inventory.reading import not_taken_as_csv, read_inventory
    from aboveboard.custody.inventory.taking_in import take_in

    data = _read(args.file, limits.INVENTORY_BYTES)
    inventory = read_inventory(data, args.file.name)
    taken = take_in(inventory, by=_actor(args.email), at=clock.now(), dry_run=args.dry_run)
    if args.not_taken:
        args.not_taken.write_text("".join(not_taken_as_csv(inventory.header, taken.problems)))
    if args.json:
        print(json.dumps(_facts(inventory, taken), ensure_ascii=False, indent=1))
    else:
        _say(args, inventory, taken)
    return exits.ATTENTION if taken.problems else exits.DONE


def _say(args: argparse.Namespace, inventory: Inventory, taken: TakenIn) -> None:
    print(f"{args.file.name}: {inventory.source.label}, {inventory.read_as}.")
    if args.dry_run:
        print("This would come of it; nothing was changed:")
    print(f"  {len(taken.added):>7,} added")
    print(f"  {len(taken.encryption):>7,} known otherwise: whether they are encrypted")
    print(f"  {len(taken.handed_over):>7,} handed over")
    print(f"  {taken.unchanged:>7,} as they stand")
    print(f"  {len(taken.problems):>7,} not taken")
    if taken.silent:
        print(
            f"It says nothing of the encryption of {taken.silent:,} devices, of which nothing is "
            "known: each counts as one that a finder can read."
        )
    for heading, notes in (("Not taken:", taken.problems), ("Look at:", taken.remarks)):
        if notes:
            print(heading)
            _print_notes(notes)
    if inventory.unread:
        print(f"Columns that are not kept: {', '.join(inventory.unread)}", file=sys.stderr)


def _print_notes(notes: Sequence[RowNote]) -> None:
    by_code: dict[str, list[RowNote]] = {}
    for note in notes:
        by_code.setdefault(note.code, []).append(note)
    for same in by_code.values():
        for note in same[:_SHOWN]:
            print(f"  line {note.line}: {note.words}")
        if len(same) > _SHOWN:
            print(f"  and {len(same) - _SHOWN:,} more like it (--json prints all)")
        print(f"    {same[0].fix}")


def _facts(inventory: Inventory, taken: TakenIn) -> dict[str, object]:
    def rows(notes: Sequence[RowNote]) -> list[dict[str, object]]:
        return [
            {"line": each.line, "code": each.code, "found": each.words, "fix": each.fix}
            for each in notes
        ]

    return {
        "source": inventory.source.value,
        "read_as": inventory.read_as,
        "rows": len(inventory.rows),
        "blank": inventory.blank,
        "says_encryption": inventory.says_encryption,
        "unread_columns": list(inventory.unread),
        "added": taken.added,
        "encryption": [{"tag": tag, "state": state.value} for tag, state in taken.encryption],
        "handed_over": taken.handed_over,
        "unchanged": taken.unchanged,
        "encryption_not_known": taken.silent,
        "not_taken": rows(taken.problems),
        "look_at": rows(taken.remarks),
    }


def _read(file: Path, most: int) -> bytes:
    try:
        size = file.stat().st_size
        if size > most:
            raise Invalid(
                found=f"{file} has {size:,} bytes",
                fix=f"At most {most:,}: take it in in parts, each with the header.",
            )
        return file.read_bytes()
    except OSError as error:
        raise Invalid(found=f"{file}: {error.strerror}", fix="Check the path.") from None


def _encryption(text: str) -> EncryptionState:
    from aboveboard.custody.terms import EncryptionState

    return _word(EncryptionState, text)


def _word(words: type[W], text: str) -> W:
    try:
        return words(text)
    except ValueError:
        raise Invalid(
            found=f"`{text[:40]}`", fix=f"One of {', '.join(word.value for word in words)}."
        ) from None
