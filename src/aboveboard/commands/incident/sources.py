"""``aboveboard incident from-system``, ``from-mail`` and ``from-supplier``: add whom a source
names, count, and say what it found."""

from __future__ import annotations

import argparse
import json
import sys

from aboveboard.basics import clock
from aboveboard.basics.actor import Actor
from aboveboard.basics.errors import Invalid
from aboveboard.basics.ids import reference
from aboveboard.commands.incident.acting import actor_of
from aboveboard.commands.incident.affected import certainty_of, exposed_of, read_text
from aboveboard.commands.progress import ProgressBar
from aboveboard.incidents.affected import withdraw_list
from aboveboard.incidents.exposure.counting import STEPS, count
from aboveboard.incidents.sources import joining, queries
from aboveboard.incidents.sources.joining import part_source
from aboveboard.incidents.sources.mails import add_mail
from aboveboard.incidents.sources.recording import ExposedData
from aboveboard.incidents.sources.suppliers import ReportingSupplier, add_report
from aboveboard.incidents.sources.systems import add_system, datasets


def from_system(args: argparse.Namespace) -> int:
    """Add everybody who was held when a whole system was lost; or list the systems."""
    if not args.system:
        for each in datasets():
            print(f"{each.key}  {each.name}")
        return 0
    if args.as_of is None:
        raise Invalid(
            found="a system without the moment as of which it was lost",
            fix="Give --as-of, such as 2026-11-18T17:40:05+00:00.",
        )
    by, at = actor_of(args), clock.now()
    row = add_system(
        args.incident,
        args.system,
        args.as_of,
        categories=exposed_of(args.data) if args.data else (),
        protected=exposed_of(args.protected) if args.protected else (),
        certainty=certainty_of(args.certainty),
        by=by,
        at=at,
    )
    return _show(args, row.pk, by)


def from_mail(args: argparse.Namespace) -> int:
    """Add everybody whose address an e-mail showed."""
    by, at = actor_of(args), clock.now()
    row = add_mail(
        args.incident,
        read_text(args.file),
        more=exposed_of(args.data) if args.data else (),
        certainty=certainty_of(args.certainty),
        by=by,
        at=at,
    )
    return _show(args, row.pk, by)


def from_supplier(args: argparse.Namespace) -> int:
    """Add whom a supplier's report names; or list its lines that name nobody we know."""
    if args.lines is not None:
        return _list_unknown(args)
    if args.file is None or not args.file.is_file():
        raise Invalid(
            found=f"there is no file {args.file}" if args.file else "no report",
            fix="Give the path of the report.",
        )
    by, at = actor_of(args), clock.now()
    exposed = ExposedData(
        exposed_of(args.data),
        exposed_of(args.protected) if args.protected else (),
        certainty_of(args.certainty),
    )
    processor = None if args.processor is None else args.processor == "yes"
    size = args.file.stat().st_size
    with (
        args.file.open("rb") as file,
        ProgressBar("Reading the report", size, quiet=_quiet(args)) as advance,
    ):
        row = add_report(
            args.incident,
            file,
            ReportingSupplier(args.supplier, processor),
            exposed,
            file_name=args.file.name,
            chosen=args.columns.split(",") if args.columns else (),
            progress=advance,
            by=by,
            at=at,
        )
    return _show(args, row.pk, by)


def join(args: argparse.Namespace) -> int:
    """Make an incident part of another, or separate it again, and count."""
    by = actor_of(args)
    if args.undo:
        whole, source = part_source(args.incident)
        withdraw_list(whole, source, reason=args.reason, by=by, at=clock.now())
        count(whole, by=by, at=clock.now())
        print(f"{reference('INC', args.incident)} is an incident of its own again.")
        return 0
    row = joining.join(args.incident, args.into, by=by, at=clock.now())
    args.incident = args.into
    return _show(args, row.pk, by)


def _list_unknown(args: argparse.Namespace) -> int:
    after = 0
    while page := queries.source_lines(args.incident, args.lines, "stranger", after=after):
        for row in page:
            print(f"line {row.line}")
        after = page[-1].line
    return 0


def _show(args: argparse.Namespace, list_id: int, by: Actor) -> int:
    with ProgressBar("Counting who was exposed", len(STEPS), quiet=_quiet(args)) as advance:
        count(
            args.incident,
            progress=lambda step: advance(STEPS.index(step) + 1),
            by=by,
            at=clock.now(),
        )
    (view,) = (each for each in queries.affected_lists(args.incident) if each.id == list_id)
    if args.json:
        facts = {
            "list": view.id,
            "way": view.way.value,
            "people": view.people,
            "certainty": view.certainty.name.lower(),
            "exposed": list(view.exposed),
            "evidence": view.evidence,
        }
        print(json.dumps(facts, indent=1))
        return 0
    people = "1 person" if view.people == 1 else f"{view.people:,} people"
    print(f"list {view.id}: {people}, {view.certainty.label.lower()}; {', '.join(view.exposed)}")
    for name, value in view.evidence.items():
        print(f"  {name.replace('_', ' ')}: {'not known' if value is None else value}")
    return 0


def _quiet(args: argparse.Namespace) -> bool:
    return bool(args.json) or not sys.stderr.isatty()
