"""``aboveboard ledger``: check the record of uses, here or anywhere, and prove one entry of it."""

from __future__ import annotations

import argparse
import json
import sys
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from types import TracebackType

from aboveboard.basics.errors import BadInput, NotFound
from aboveboard.commands import exits
from aboveboard.commands.progress import Bar
from aboveboard.ledger.folder import CHECKPOINT, VKEY, LogFolder
from aboveboard.ledger.format import proof as proofs
from aboveboard.ledger.format.checkpoint import Checkpoint, open_with
from aboveboard.ledger.format.note import Verifier
from aboveboard.ledger.verify.findings import Report, What
from aboveboard.ledger.verify.log import verify_log
from aboveboard.ledger.verify.sources import Folder, Source, Web

NAME = "ledger"
HELP = "Check that the record of uses is whole, show an entry, prove it, and print the key it is signed with."
EXAMPLE = """\
aboveboard ledger verify                                  (this instance: every row and every published file)
aboveboard ledger verify https://trust.example/log --vkey "trust.example/log+530d903a+AekyeRrm56hA..." --remember seen.txt
aboveboard ledger verify ./copy-of-the-log --json
aboveboard ledger verify look.tlog-proof --vkey "..."     (one entry, from the file a customer keeps)
aboveboard ledger proof 4812 > look.tlog-proof
aboveboard ledger show 0
aboveboard ledger key
aboveboard ledger rotate-key --yes"""

_LISTED = 50


def NEEDS_INSTANCE(args: argparse.Namespace) -> bool:
    """A copy, an address or a proof is checked without an instance; everything else is about this one."""
    return args.what != "verify" or args.where is None


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    below = parser.add_subparsers(dest="what", required=True, metavar="WHAT")
    verify = below.add_parser("verify", help="check everything, and name what is wrong")
    verify.add_argument(
        "where", nargs="?", metavar="DIR|URL|PROOF", help="a copy of a log, its address, or a proof; without it, this instance"
    )
    verify.add_argument(
        "--vkey", action="append", metavar="KEY", help="a key that you trust (again for each); without it, the log's own word"
    )
    verify.add_argument(
        "--remember", type=Path, metavar="FILE", help="hold against the checkpoint kept here, and keep the new one if all is well"
    )
    verify.add_argument("--json", action="store_true", help="print the report as JSON")
    show = below.add_parser("show", help="print one entry")
    show.add_argument("index", type=int, metavar="INDEX", help="its place in the tree, from 0")
    proof = below.add_parser("proof", help="print the proof of one entry, to keep in a file ending in .tlog-proof")
    proof.add_argument("entry", type=int, metavar="ENTRY", help="the entry's number")
    below.add_parser("key", help="print the keys the log was ever signed with, the newest last")
    rotate = below.add_parser("rotate-key", help="sign with a new key from now on; what the old one signed still verifies")
    rotate.add_argument("--yes", action="store_true", help="do it: whoever verifies the log must be told of the new key")


def run(args: argparse.Namespace) -> int:
    """Do it. Exit codes: 0 verified or done, 1 something is wrong with the log, 2 wrong use, 6 the log cannot be read."""
    if args.what == "verify":
        return _verify_proof(args) if args.where and Path(args.where).is_file() else _verify(args)
    from aboveboard.ledger import queries

    if args.what == "show":
        entry = queries.entry_at(args.index)
        shown = asdict(entry) | {"at": entry.at.isoformat(), "actor": entry.actor.as_json()}
        print(json.dumps(shown, indent=1, ensure_ascii=False, default=str))
    elif args.what == "proof":
        sys.stdout.write(queries.proof(args.entry))
    elif args.what == "rotate-key":
        _rotate(args)
    else:
        keys = queries.verifier_keys()
        if not keys:
            raise NotFound(what="key yet: nothing has been signed")
        print("\n".join(keys))
    return exits.DONE


def _rotate(args: argparse.Namespace) -> None:
    if not args.yes:
        raise BadInput(found="whoever verifies the log must learn of a new key from you, not from the log", fix="To go on, add --yes.")
    from aboveboard.access.sequencing import rotate_key
    from aboveboard.basics.actor import SYSTEM

    print(f"From now on the log is signed with this key. Tell everyone who verifies it:\n{rotate_key(by=SYSTEM).vkey}")
    print("The old key stays listed, and what it signed still verifies. Both signed the first checkpoint.")


def _verify(args: argparse.Namespace) -> int:
    source = _source(args.where)
    trusted, on_its_word = _trusted(args.vkey, source)
    remembered = _remembered(args.remember, trusted) if args.remember else None
    with _Watch(quiet=args.json or not sys.stderr.isatty()) as watch:
        if args.where is None:
            from aboveboard.basics import clock
            from aboveboard.ledger.audit import verify_database

            report, note = verify_database(source, trusted, now=clock.now(), remembered=remembered, progress=watch)
        else:
            report, note = verify_log(source, trusted, remembered=remembered, progress=watch)
    if args.remember and note is not None and report.ok:
        LogFolder(args.remember.parent).write_note(args.remember.name, note)
    if args.json:
        _print_json(report, trusted, on_its_word)
    else:
        _print_plain(report, trusted, on_its_word)
    return exits.DONE if report.ok else exits.LOOK


def _verify_proof(args: argparse.Namespace) -> int:
    """Check one proof. Nothing that came with it is believed, so the key must be given."""
    if not args.vkey:
        raise BadInput(found="a proof cannot be checked without the key of the log", fix="Give it with --vkey.")
    trusted = [Verifier.from_vkey(key) for key in args.vkey]
    entry, index, head = proofs.verify(Path(args.where).read_text("utf-8", errors="replace"), *trusted)
    said = {"place": index, "of": head.size, "id": entry.id, "at": entry.at.isoformat(), "kind": entry.kind, "actor": entry.actor.as_json()}
    if args.json:
        print(json.dumps({"ok": True} | said | {"facts": entry.facts}, indent=1, ensure_ascii=False))
        return exits.DONE
    print(f"The proof holds: entry {entry.id} is at place {index} of {head.size:,} in the log {head.origin}.")
    actor = " ".join(part for part in (entry.actor.kind, entry.actor.id, entry.actor.role, entry.actor.team) if part)
    print(f"  {entry.at.isoformat()}  {entry.kind}  by {actor}")
    print(f"  {json.dumps(entry.facts, ensure_ascii=False)}")
    return exits.DONE


def _source(where: str | None) -> Source:
    if where is None:
        from aboveboard.ledger.sequencing import log_folder

        return Folder(log_folder().path)
    if where.startswith(("http://", "https://")):
        return Web(where)
    if not Path(where).is_dir():
        raise BadInput(found=f"there is no folder {where}", fix="Give the folder of a log, its http: or https: address, or a proof.")
    return Folder(Path(where))


def _trusted(given: Sequence[str] | None, source: Source) -> tuple[list[Verifier], bool]:
    """Return the keys to trust, and whether the log was taken at its own word for them."""
    keys = list(given or (source.read(VKEY) or b"").decode("utf-8", "replace").split())
    if not keys and source.read(CHECKPOINT) is not None:
        raise BadInput(found="the log does not say which key it is signed with", fix="Give the key with --vkey.")
    return [Verifier.from_vkey(key) for key in keys], not given


def _remembered(file: Path, trusted: Sequence[Verifier]) -> Checkpoint | None:
    return open_with(file.read_text("utf-8"), trusted) if file.is_file() else None


def _print_json(report: Report, trusted: Sequence[Verifier], on_its_word: bool) -> None:
    keys = {"keys": [verifier.vkey for verifier in trusted], "keys_from_the_log_itself": on_its_word}
    print(json.dumps({"ok": report.ok} | asdict(report) | {"root": b64encode(report.root).decode()} | keys, indent=1))


def _print_plain(report: Report, trusted: Sequence[Verifier], on_its_word: bool) -> None:
    if report.ok or _merely_waits(report):
        if report.ok:
            print(f"The ledger is whole: {report.entries:,} entries lead to the signed root.")
        else:
            print(f"The ledger is whole so far as it is sealed: {report.entries:,} entries lead to the signed root.")
            print(f"  {report.findings[0].sentence} No worker runs, it seems. Start one: aboveboard worker")
        if report.rows or report.waiting:
            print(f"  {report.rows:,} rows of the database agree with it; {report.waiting:,} entries wait for their place.")
        if report.root:
            print(f"  root {b64encode(report.root).decode()}")
    else:
        count = len(report.findings) + report.not_kept
        print(f"The ledger is NOT whole: {count:,} {'thing is' if count == 1 else 'things are'} wrong.")
        for finding in report.findings[:_LISTED]:
            print(f"  {finding.what}: {finding.sentence}")
        if count > _LISTED:
            print(f"  … and {count - _LISTED:,} more. List {len(report.findings):,} with --json.")
    if on_its_word and trusted:
        print("The key came with the log itself. Compare it with one you got another way, or give that with --vkey:")
        print("\n".join(f"  {verifier.vkey}" for verifier in trusted))


def _merely_waits(report: Report) -> bool:
    """Whether nothing is wrong but that entries wait for a worker: a thing to mend, and not a sign of tampering."""
    return not report.not_kept and all(finding.what is What.WAITING_TOO_LONG for finding in report.findings)


class _Watch:
    """A progress bar that appears with the first progress, when the total is known."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._bar: Bar | None = None

    def __enter__(self) -> _Watch:
        return self

    def __call__(self, done: int, total: int) -> None:
        if self._bar is None:
            self._bar = Bar("Checking entries", total, quiet=self._quiet).__enter__()
        self._bar(done)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._bar is not None:
            self._bar.__exit__(kind, error, trace)
