"""``aboveboard incident evidence``: files that are evidence of a case, and their custody."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from aboveboard.accounts import queries as accounts
from aboveboard.basics import clock
from aboveboard.basics.actor import Actor
from aboveboard.basics.errors import Invalid
from aboveboard.commands import exits
from aboveboard.commands.incident.acting import actor_of
from aboveboard.engines.duck import atomic_path
from aboveboard.incidents.case import evidence as custody
from aboveboard.incidents.case.evidence import EvidenceFileView


def evidence(args: argparse.Namespace) -> int:
    """Do one step, or list the files with every step."""
    by = actor_of(args)
    if args.verify:
        return _verify(args, by)
    if args.add is not None:
        _add(args, by)
    elif args.hand_over is not None:
        if not args.to:
            raise Invalid(found="nobody who takes it over", fix="Give --to, an e-mail address.")
        to = accounts.staff_member(args.to).id
        custody.hand_over_evidence(
            args.incident, args.hand_over, to=to, reason=args.reason, by=by, at=clock.now()
        )
    elif args.open is not None:
        return _open(args, by)
    rows = custody.evidence_files(args.incident)
    if args.json:
        print(json.dumps([_facts(row) for row in rows], indent=1))
        return exits.DONE
    for row in rows:
        _print(row)
    if not rows:
        print("Nothing is kept as evidence. Add a file with --add.")
    return exits.DONE


def _add(args: argparse.Namespace, by: Actor) -> None:
    if not args.add.is_file():
        raise Invalid(found=f"there is no file {args.add}", fix="Check the path.")
    custody.add_evidence(
        args.incident,
        _blocks(args.add),
        name=args.add.name,
        reason=args.reason,
        by=by,
        at=clock.now(),
    )


def _open(args: argparse.Namespace, by: Actor) -> int:
    if args.out is None or args.out.exists():
        raise Invalid(found="no new file to write to", fix="Give --out, a file that is not there.")
    name, blocks = custody.open_evidence(
        args.incident, args.open, reason=args.reason, by=by, at=clock.now()
    )
    with atomic_path(args.out) as part, part.open("wb") as file:
        for block in blocks:
            file.write(block)
    print(f"{name} was written to {args.out}, and that is recorded.")
    return exits.DONE


def _verify(args: argparse.Namespace, by: Actor) -> int:
    checked = custody.verify_evidence(args.incident, by=by, at=clock.now())
    if args.json:
        print(json.dumps([{"id": row.id, "ok": whole} for row, whole in checked], indent=1))
    else:
        for row, whole in checked:
            print(f"{row.id}: {'as it was sealed' if whole else 'CHANGED OR MISSING'}")
    return exits.DONE if all(whole for _, whole in checked) else exits.ATTENTION


def _print(row: EvidenceFileView) -> None:
    print(f"{row.id}: {row.name or 'a name that cannot be read'}, {row.size:,} bytes")
    print(f"  SHA-256 {row.digest}")
    for step in row.custody:
        to = f" to {step.to_name}" if step.to_name else ""
        print(f"  {clock.to_text(step.at)}  {step.act.label}{to}: {step.reason} ({step.entry_id})")


def _facts(row: EvidenceFileView) -> dict[str, Any]:
    return {
        "id": row.id,
        "name": row.name,
        "bytes": row.size,
        "sha256": row.digest,
        "custody": [
            {
                "at": clock.to_text(step.at),
                "act": step.act.value,
                "by": step.by,
                "to": step.to,
                "reason": step.reason,
                "entry": step.entry_id,
            }
            for step in row.custody
        ],
    }


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(1 << 16):
            yield block
