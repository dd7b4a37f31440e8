"""``aboveboard sweep``: list the fields that may no longer be kept, and erase just those."""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING

from aboveboard.commands.progress import ProgressBar

if TYPE_CHECKING:
    from aboveboard.retention.records import SweepRecord, SweepRowRecord

NAME = "sweep"
HELP = "List the fields that no purpose allows you to keep, and erase what you have reviewed."
EXAMPLE = """\
aboveboard sweep                 (changes nothing; prints what it found, and a digest)
aboveboard sweep --list          (every person and field of the latest review)
aboveboard sweep --erase 3f9a…   (erases what the review with that digest listed)
If either is interrupted, run it again: it continues where it stopped."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--erase", metavar="DIGEST", help="erase what this review lists")
    what.add_argument(
        "--list",
        action="store_true",
        help="print every row of the latest review and its outcome",
    )
    parser.add_argument(
        "--json",
        action="store_true",
        help="print JSON; with --list, one object a line",
    )


def run(args: argparse.Namespace) -> int:
    """Sweep. Exit codes: 0 done, 3 no such review, 4 the review is outdated."""
    from aboveboard.basics import clock
    from aboveboard.basics.actor import SYSTEM
    from aboveboard.keys.log_signing import sequence_now
    from aboveboard.retention.sweep import erasing, queries, reviewing
    from aboveboard.vault.queries import people_count

    if args.list:
        return _list(args.json)
    quiet = args.json or not sys.stderr.isatty()
    if args.erase:
        waiting = sum(
            queries.outcomes(sweep.id).get("", 0)
            for sweep in queries.sweeps()
            # By the digest that the operator typed: it stands for every row of the review, in order
            # (decision 0015).
            if sweep.digest == args.erase
        )
        with ProgressBar("Erasing", waiting, quiet=quiet) as advance:
            done = erasing.erase(args.erase, by=SYSTEM, at=clock.now, progress=advance)
    else:
        with ProgressBar("Reviewing", people_count(), quiet=quiet) as advance:
            done = reviewing.review(by=SYSTEM, at=clock.now(), progress=advance)
    # At once, so that an erasure is in the published log when this command says that it was done
    # (decision 0011).
    sequence_now()
    print(json.dumps(_as_json(done), indent=1) if args.json else _in_words(done))
    return 0


def _as_json(sweep: SweepRecord) -> dict[str, object]:
    from aboveboard.retention.sweep import queries

    return {
        "sweep": sweep.id,
        "digest": sweep.digest,
        "promise": sweep.promise_serial,
        "as_of": sweep.begun_at.isoformat(),
        "reviewed": sweep.people_reviewed,
        "counts": sweep.counts,
        "outcomes": queries.outcomes(sweep.id),
        "erased_at": sweep.erased_at and sweep.erased_at.isoformat(),
    }


def _in_words(sweep: SweepRecord) -> str:
    from aboveboard.retention.sweep import queries

    people, words = sweep.counts.get("people", {}), queries.outcome_words()
    lines = [
        (
            f"{sweep.people_reviewed:,} people reviewed under promise {sweep.promise_serial}, "
            f"as of {sweep.begun_at:%Y-%m-%d %H:%M}."
        )
    ]
    lines += [
        f"  {name}: {count:,} values may no longer be kept"
        for name, count in sorted(sweep.counts.get("fields", {}).items())
    ]
    lines += [
        f"    {line.field} · {line.purpose or '—'}: {line.why}: {line.people:,}"
        for line in queries.report(sweep)
    ]
    lines.append(
        f"{people.get('some', 0):,} people would lose some fields, {people.get('whole', 0):,} "
        "would be erased completely."
    )
    lines += [
        f"{count:,} {'person' if count == 1 else 'people'} must wait: {words[why]}."
        for why, count in sorted(sweep.counts.get("suspended", {}).items())
    ]
    if sweep.erasing_at is not None:
        lines.append("Outcome:")
        lines += [
            f"  {count:,} people: {words[code]}"
            for code, count in queries.outcomes(sweep.id).items()
        ]
    elif people:
        lines.append(
            "Nothing has been erased. To list every row: aboveboard sweep --list. To erase them:\n"
            f"  aboveboard sweep --erase {sweep.digest}"
        )
    else:
        lines.append("There is nothing to erase.")
    return "\n".join(lines)


def _list(as_json: bool) -> int:
    from aboveboard.basics.errors import NotFound
    from aboveboard.retention.sweep import queries

    latest = next(iter(queries.sweeps(limit=1)), None)
    if latest is None:
        raise NotFound(what="sweep yet. Run: aboveboard sweep")
    for row in queries.rows(latest.id):
        print(json.dumps(_row(row)) if as_json else _row_in_words(row))
    return 0


def _row(row: SweepRowRecord) -> dict[str, object]:
    return {
        "person": row.person_id,
        "fields": row.fields,
        "whole": row.whole,
        "outcome": row.outcome,
        "at": row.at and row.at.isoformat(),
    }


def _row_in_words(row: SweepRowRecord) -> str:
    from aboveboard.retention.sweep import queries

    who = row.person_id if row.person_id is not None else "(erased)"
    return (
        f"{who}  {'whole' if row.whole else 'some'}  {', '.join(sorted(row.fields))}  "
        f"{queries.outcome_words()[row.outcome]}"
    )
