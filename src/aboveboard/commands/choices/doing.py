"""The verbs of ``aboveboard choices``."""

from __future__ import annotations

import argparse
import hashlib
import json
from collections import Counter
from pathlib import Path

from aboveboard.access.lookup import record_choice
from aboveboard.access.use import Subject
from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM
from aboveboard.basics.errors import AboveboardError, Invalid, NotFound
from aboveboard.basics.reference import is_reference
from aboveboard.choices import queries
from aboveboard.choices.addresses import collected_at
from aboveboard.choices.confirming import confirm_address
from aboveboard.choices.foreign import BadChoiceRow, ForeignChoice, read_choices
from aboveboard.choices.signed_receipt import check
from aboveboard.choices.state import ChoiceRecord
from aboveboard.choices.topic import parts_of
from aboveboard.commands.exits import ATTENTION, DONE
from aboveboard.keys.log_signing import sequence_now
from aboveboard.ledger.format.note import Verifier
from aboveboard.promise.queries import in_force


def list_choices(args: argparse.Namespace) -> int:
    """List the choices of one person."""
    for choice in queries.history(args.person):
        facts = {
            "choice": choice.id,
            "at": clock.to_text(choice.at),
            "about": choice.topic,
            "answer": choice.answer.value,
            "waits": choice.waits,
            "channel": choice.channel,
            "by": choice.actor.kind.value,
            "entry": choice.entry_id,
        }
        if args.json:
            print(json.dumps(facts))
        else:
            waits = ", waits to be confirmed" if choice.waits else ""
            print(
                f"{choice.id}  {choice.at:%Y-%m-%d %H:%M} UTC  {choice.topic}: "
                f"{choice.answer}{waits}  ({choice.channel}, {choice.actor.kind})"
            )
    return DONE


def print_receipt(args: argparse.Namespace) -> int:
    """Print the signed receipt of a choice, with its proof."""
    choice = queries.choice_of(args.person, args.choice)
    if choice is None:
        raise NotFound(what="choice of this person")
    sequence_now()
    print(json.dumps(queries.signed_receipt_of(choice), indent=2, ensure_ascii=False))
    return DONE


def check_receipt(args: argparse.Namespace) -> int:
    """Check a receipt with nothing but the verifier keys that are given."""
    try:
        receipt = json.loads(args.file.read_text("utf-8"))
    except (OSError, ValueError):
        raise Invalid(
            found=f"{args.file.name} is no JSON that can be read", fix="Give a receipt."
        ) from None
    keys = [Verifier.from_vkey(key) for key in args.vkey]
    checked = check(receipt if isinstance(receipt, dict) else {}, keys)
    about = f"{checked.purpose}, only by {checked.contact}" if checked.contact else checked.purpose
    print(f"The receipt holds: {checked.status.removeprefix('dpv:')}, about {about}.")
    print(
        f"It is proved in the log, which has {checked.size:,} entries there."
        if checked.proved
        else "It is signed, and has no proof of the log yet: ask for it again in a second."
    )
    return DONE


def import_choices(args: argparse.Namespace) -> int:
    """Take over choices; each row that is not taken is named, with line, field and what is
    expected. Exit code 1 when there is one."""
    try:
        data = args.file.read_bytes()
        text = data.decode("utf-8")
    except (OSError, UnicodeDecodeError):
        raise Invalid(
            found=f"{args.file.name} cannot be read as UTF-8 text", fix="Check it."
        ) from None
    purposes, mark = _purposes(args.purpose), hashlib.sha256(data).hexdigest()[:16]
    done: Counter[str] = Counter()
    try:
        for row in read_choices(text, args.format):
            bad = row if isinstance(row, BadChoiceRow) else _take(row, args, purposes, mark, done)
            if bad is not None:
                done["not_taken"] += 1
                _print_bad(bad, args.file, as_json=args.json)
    except ValueError as error:
        raise Invalid(
            found=f"{args.file.name} is no export of the form {args.format}",
            fix=f"Check it: {type(error).__name__}.",
        ) from None
    sequence_now()
    if args.json:
        print(json.dumps({name: done[name] for name in ("yes", "no", "waits", "not_taken")}))
    else:
        print(
            f"{done['yes']:,} yes and {done['no']:,} no recorded, {done['waits']:,} yes wait for "
            f"the person, {done['not_taken']:,} rows were not taken."
        )
    return ATTENTION if done["not_taken"] else DONE


def _take(
    row: ForeignChoice,
    args: argparse.Namespace,
    purposes: dict[str, str],
    mark: str,
    done: Counter[str],
) -> BadChoiceRow | None:
    """Record one choice; the same row of the same file again is the choice that it made."""
    now = clock.now()
    if row.at > now:
        return BadChoiceRow(row.line, "at", "a moment that has come")
    if row.confirmed_at is not None and row.confirmed_at > now:
        return BadChoiceRow(row.line, "confirmed_at", "a moment that has come")
    purpose, contact = parts_of(purposes.get(row.purpose, row.purpose))
    # Where it can be found again: their own number of it, else the file and the line.
    evidence = row.evidence if is_reference(row.evidence) else f"import:{mark}:{row.line}"
    try:
        made = record_choice(
            Subject(kind=row.kind, value=row.who),
            purpose,
            row.answer,
            channel=args.channel,
            evidence=evidence,
            contact=row.contact or contact,
            writes=False,
            by=SYSTEM,
            at=row.at,
        )
        _take_confirmation(row, made, args.channel, evidence)
    except AboveboardError as error:
        return BadChoiceRow(row.line, "row", str(error))
    done["waits" if made.waits else made.answer.value] += 1
    return None


def _take_confirmation(row: ForeignChoice, made: ChoiceRecord, channel: str, evidence: str) -> None:
    """Take over that the address was confirmed there, where it is the one that we hold: they were
    found by it."""
    purpose = in_force().promise.purposes.get(made.purpose)
    field = purpose.confirmed_field if purpose is not None else ""
    if not field or row.kind != "email" or row.confirmed_at is None:
        return
    collected = collected_at(made.person_id, field)
    if collected is not None:
        confirm_address(
            made.person_id,
            field,
            collected,
            channel=channel,
            evidence=evidence,
            by=SYSTEM,
            at=row.confirmed_at,
        )


def _purposes(given: list[str]) -> dict[str, str]:
    pairs = [pair.partition("=") for pair in given]
    if any(not (theirs and ours) for theirs, _, ours in pairs):
        raise Invalid(found="--purpose is not THEIRS=OURS", fix="Write --purpose News=news.")
    return {theirs: ours for theirs, _, ours in pairs}


def _print_bad(bad: BadChoiceRow, file: Path, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps({"line": bad.line, "field": bad.field, "expected": bad.expected}))
    else:
        print(f"{file.name}, line {bad.line}, {bad.field}: not taken. Expected: {bad.expected}")
