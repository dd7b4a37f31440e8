"""``aboveboard export make``: who asks, for whom, where to; then the sealed file and its sheet."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from aboveboard.basics.errors import Invalid, NotFound
from aboveboard.commands.exits import ATTENTION, DONE
from aboveboard.commands.progress import ProgressBar

if TYPE_CHECKING:
    from aboveboard.accounts.clients.scope import ClientScope
    from aboveboard.basics.actor import Actor
    from aboveboard.custody.queries import ExportRow


def configure(make: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``make``."""
    make.add_argument(
        "out", type=Path, metavar="FILE", help="the file to make; its sheet is put beside it"
    )
    make.add_argument("--purpose", required=True, help="a purpose of the promise")
    make.add_argument(
        "--fields",
        required=True,
        metavar="FIELD,…",
        help="the fields that the purpose needs, in column order",
    )
    who = make.add_mutually_exclusive_group(required=True)
    who.add_argument("--people", type=Path, metavar="FILE", help="customer numbers, one a line")
    who.add_argument(
        "--everyone",
        action="store_true",
        help="everyone the purpose may reach; where it needs consent, those who gave it",
    )
    where = make.add_mutually_exclusive_group(required=True)
    where.add_argument("--to", metavar="RECIPIENT", help="a recipient of the promise")
    where.add_argument("--device", metavar="LABEL", help="a registered device")
    asks = make.add_mutually_exclusive_group(required=True)
    asks.add_argument(
        "--staff",
        metavar="EMAIL",
        help="the member of staff who asks; the purpose must be open to their role",
    )
    asks.add_argument("--client", metavar="NAME", help="the program that asks")
    make.add_argument(
        "--key",
        action="append",
        default=[],
        metavar="AGE1…",
        help="an age public key to encrypt it to; repeat for each reader",
    )
    make.add_argument(
        "--channel", default="export", help="the channel of the promise (default: export)"
    )
    make.add_argument("--ndjson", action="store_true", help="a JSON object a line instead of CSV")
    make.add_argument(
        "--pseudonyms",
        action="store_true",
        help="begin each row with a pseudonym that nobody can tie to another file",
    )
    make.add_argument(
        "--unprotected",
        action="store_true",
        help="let it leave unencrypted; the ledger will say so",
    )
    make.add_argument("--json", action="store_true", help="print the report as JSON")


def make(args: argparse.Namespace) -> int:
    """Make a parcel; exit code 1 when somebody was refused or a line names nobody."""
    from aboveboard.basics import clock
    from aboveboard.custody import exporting, manifest, selection
    from aboveboard.custody.terms import FileForm
    from aboveboard.keys.log_signing import sequence_now

    fields = tuple(field.strip() for field in args.fields.split(",") if field.strip())
    asker, scope = asker_of(args)
    unknown = _Unknown()
    people: Iterable[int] = (
        selection.everyone_for(args.purpose) if args.everyone else unknown.drop(args.people)
    )
    file_format = exporting.ExportFormat(
        FileForm.NDJSON if args.ndjson else FileForm.CSV, args.pseudonyms, tuple(args.key)
    )
    with ProgressBar(
        "Exporting", None, quiet=args.json or not sys.stderr.isatty(), unit="people"
    ) as bar:
        made = exporting.make_export(
            people,
            fields,
            purpose=args.purpose,
            out=args.out,
            device_id=device_number(args.device),
            recipient=args.to or "",
            channel=args.channel,
            unprotected=args.unprotected,
            file_format=file_format,
            scope=scope,
            progress=lambda count: bar(count, count),
            by=asker,
            at=clock.now(),
        )
    sequence_now()
    # Once more: by now the entry has its place in the log, and the sheet can carry the proof.
    beside = manifest.write(made, args.out)
    if args.json:
        facts = facts_of(made) | {"sheet": str(beside), "lines_unknown": unknown.lines}
        print(json.dumps(facts, ensure_ascii=False, indent=1))
    else:
        print(
            f"Export {made.id}: {made.people:,} people are in {args.out.name}, {made.refused:,} "
            f"were refused. Its sheet is {beside.name}."
        )
        if made.refused:
            print(f"  Who, and why: aboveboard export manifest {made.id}")
        for line in unknown.lines[:_LISTED]:
            print(f"  line {line} of {args.people.name}: no customer has this number.")
        if len(unknown.lines) > _LISTED:
            print(f"  … and {len(unknown.lines) - _LISTED:,} more lines. List all with --json.")
    return ATTENTION if made.refused or unknown.lines else DONE


_LISTED = 20


class _Unknown:
    """The lines of a list that nobody is known by."""

    def __init__(self) -> None:
        self.lines: list[int] = []

    def drop(self, file: Path) -> Iterator[int]:
        """Yield the people of a list of customer numbers."""
        from aboveboard.vault import queries as vault

        if not file.is_file():
            raise Invalid(found=f"there is no file {file}", fix="Check the path.")
        with file.open(encoding="utf-8-sig", errors="replace") as lines:
            for number, line in enumerate(lines, 1):
                if not line.strip():
                    continue
                person_ids = vault.find("customer_number", line)
                if not person_ids:
                    self.lines.append(number)
                # Several may have one number; each is decided about, and each is a line of the
                # manifest.
                yield from person_ids


def asker_of(args: argparse.Namespace) -> tuple[Actor, ClientScope | None]:
    """Return who asks, and within which scope: a member of staff or a program (``--staff``,
    ``--client``).

    Raises:
        NotFound: there is none, or no longer.
    """
    from aboveboard.accounts import queries
    from aboveboard.accounts.clients.scope import ClientScope

    if args.client:
        client = queries.client(args.client)
        if client.revoked_at is not None:
            raise NotFound(what=f"program called {args.client}, which was revoked")
        # With the scope of the program: who runs the command must not reach further in its name
        # than it could itself.
        return client.actor, ClientScope(frozenset(client.purposes), frozenset(client.channels))
    account = queries.staff_member(args.staff)
    if not account.is_active:
        raise NotFound(what="member of staff, whose account was closed")
    return account.actor, None


def device_number(label: str | None) -> int | None:
    """Return the number of the device with a label, None without one."""
    from aboveboard.custody import queries

    return None if label is None else queries.device_by_tag(label).id


def facts_of(row: ExportRow) -> dict[str, object]:
    """Return what a program is told of an export."""
    return {
        "export": row.id,
        "purpose": row.purpose,
        "fields": row.fields,
        "device": row.device_tag or None,
        "recipient": row.recipient or None,
        "file": row.file_name,
        "sha256": row.file_digest or None,
        "protection": row.protection,
        "people": row.people,
        "refused": row.refused,
        "left": row.made_at is not None,
        "entry": row.entry_id,
    }
