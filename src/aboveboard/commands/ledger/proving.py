"""``aboveboard ledger check-proof``: one entry, from the file that a customer keeps. Needs no
instance and no network."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from aboveboard.basics.actor import Actor
from aboveboard.basics.errors import AboveboardError, Invalid
from aboveboard.basics.sealing import KEY_BYTES, verify_text
from aboveboard.commands import exits
from aboveboard.ledger.format import proof as proofs
from aboveboard.ledger.format.cosignature import WitnessKey, cosigned
from aboveboard.ledger.format.entry import EntryBody
from aboveboard.ledger.format.note import Verifier


class ProofDoesNotHold(Invalid):
    """This proof cannot be relied on. {why}"""

    code = "proof_does_not_hold"
    next_step = (
        "Download it again. If it still does not hold, keep both files and ask the organisation, "
        "or its authority."
    )


class SaysAnother(Invalid):
    """The entry does not say {says}, or this is not its key."""

    code = "says_another"
    next_step = (
        "Take the key from the page of this entry, or from the receipt, and the number as it was "
        "given, letter for letter."
    )


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("where", metavar="FILE", help="the proof, a file ending in .tlog-proof")
    parser.add_argument(
        "--vkey",
        action="append",
        metavar="KEY",
        help="a signing key of the log that you trust; repeat for each key",
    )
    parser.add_argument(
        "--witness",
        action="append",
        metavar="KEY",
        default=[],
        help="the key of a witness that must have cosigned; repeat for each",
    )
    parser.add_argument(
        "--key", metavar="HEX", help="the key of what the entry refers to, from its page or receipt"
    )
    parser.add_argument(
        "--says", metavar="TEXT", help="with --key: the order, call or case number to check"
    )
    parser.add_argument("--json", action="store_true", help="print what the proof shows as JSON")


def is_proof(path: Path) -> bool:
    """Whether a file begins as a proof does."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(len(proofs.HEADER)) == proofs.HEADER.encode()


def run(args: argparse.Namespace) -> int:
    """Check one proof. Nothing that came with it is believed, so the key must be given."""
    if not args.vkey:
        raise Invalid(
            found="a proof cannot be checked without the log's key", fix="Give it with --vkey."
        )
    # Given by whoever checks: a key that came with the proof would vouch for anything.
    trusted = [Verifier.from_vkey(key) for key in args.vkey]
    witnesses = [WitnessKey.from_vkey(key) for key in args.witness]
    text = _proof_text(Path(args.where))
    try:
        entry, index, head = proofs.verify(text, *trusted)
    except AboveboardError as error:
        raise ProofDoesNotHold(why=error.message) from error
    cosigners = cosigned(proofs.parse(text).note, witnesses)
    if len(cosigners) < len(witnesses):
        raise ProofDoesNotHold(
            why=(
                f"{len(witnesses) - len(cosigners)} of the witnesses that you trust did not cosign "
                "its checkpoint."
            )
        )
    # `verify` of a file that is a proof comes here too, without the two.
    key, says = getattr(args, "key", None) or "", getattr(args, "says", None) or ""
    if key or says:
        _check_reference(entry, key, says)
    shown = {
        "place": index,
        "of": head.size,
        "id": entry.id,
        "at": entry.at.isoformat(),
        "kind": entry.kind,
        "actor": entry.actor.as_json(),
    }
    if args.json:
        witnessed = {witness.name: at for witness, at in cosigners.items()}
        print(
            json.dumps(
                {"ok": True} | shown | {"facts": entry.facts, "witnessed": witnessed},
                indent=1,
                ensure_ascii=False,
                default=dict,
            )
        )
        return exits.DONE
    print(
        f"The proof is valid: entry {entry.id} is at place {index} of {head.size:,} in the log "
        f"{head.origin}."
    )
    print(f"  {entry.at.isoformat()}  {entry.kind}  by {_named(entry.actor)}")
    print(f"  {json.dumps(entry.facts, ensure_ascii=False)}")
    if says:
        print(f"  It says {says}")
    for witness in cosigners:
        print(f"  Cosigned by {witness.name}")
    return exits.DONE


def _named(actor: Actor) -> str:
    return " ".join(part for part in (actor.kind, actor.id, actor.role, actor.team) if part)


def _proof_text(file: Path) -> str:
    """Return what stands in the file.

    Raises:
        Invalid: there is none.
    """
    if not file.is_file():
        raise Invalid(found=f"there is no file {file}", fix="Give the file that you downloaded.")
    with file.open(encoding="utf-8", errors="replace", newline="") as opened:
        # One more than the longest proof: enough to see that it is too long, and no more.
        return opened.read(proofs.PROOF_CHARS + 1)


def _check_reference(entry: EntryBody, key: str, says: str) -> None:
    """Refuse a text that none of the entry's sealed facts is.

    Raises:
        Invalid: one of the two is missing, or the key is not one.
        SaysAnother: the entry says something else.
    """
    try:
        secret = bytes.fromhex(key)
    except ValueError:
        secret = b""
    if len(secret) != KEY_BYTES or not says:
        raise Invalid(
            found="what an entry refers to is checked with a key of 64 hex digits and a text",
            fix="Give both: --key HEX --says TEXT.",
        )
    sealed = (fact for fact in entry.facts.values() if isinstance(fact, str))
    if not any(verify_text(fact, says, secret) for fact in sealed):
        raise SaysAnother(says=says)
