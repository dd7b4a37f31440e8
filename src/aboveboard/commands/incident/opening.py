"""``aboveboard incident open-leak``, ``report-device``, ``open-other`` and ``count``."""

from __future__ import annotations

import argparse
import sys

from aboveboard.basics import clock
from aboveboard.basics.actor import Actor
from aboveboard.basics.errors import Invalid
from aboveboard.commands.incident.acting import actor_of, print_result
from aboveboard.commands.incident.showing import show
from aboveboard.commands.progress import ProgressBar
from aboveboard.custody.queries import device_by_tag
from aboveboard.incidents.actions import open_other, report_loss
from aboveboard.incidents.exposure.counting import STEPS
from aboveboard.incidents.exposure.counting import count as count_exposed
from aboveboard.incidents.leaks.opening import (
    LeakSample,
    file_digest,
    open_from_leak,
    refuse_opened,
    sample,
)
from aboveboard.incidents.sources import queries as sources
from aboveboard.incidents.terms import LossKind
from aboveboard.incidents.views import IncidentView


def open_leak(args: argparse.Namespace) -> int:
    """Open an incident from a leaked file."""
    by = actor_of(args)
    if not args.file.is_file():
        raise Invalid(found=f"there is no file {args.file}", fix="Check the path.")
    # Said before anything is asked, read or counted: that takes minutes.
    if not args.again:
        with args.file.open("rb") as file:
            refuse_opened(file_digest(file))
    with args.file.open("rb") as file:
        guessed = sample(file)
    chosen = (
        args.columns.split(",")
        if args.columns
        else _confirm(guessed, without_asking=args.yes or args.json)
    )
    size = args.file.stat().st_size
    with (
        args.file.open("rb") as file,
        ProgressBar("Reading the file", size, quiet=_quiet(args)) as advance,
    ):
        incident = open_from_leak(
            file,
            guessed.form,
            chosen,
            file_name=args.file.name,
            title=args.title,
            again=args.again,
            progress=advance,
            by=by,
            at=clock.now(),
        )
    return _count_new(incident, args, by)


def report_device(args: argparse.Namespace) -> int:
    """Report a device missing."""
    by = actor_of(args)
    device = device_by_tag(args.tag)
    incident = report_loss(device.id, note=args.note, occurred_at=args.when, by=by, at=clock.now())
    return _count_new(incident, args, by)


def open_loss(args: argparse.Namespace) -> int:
    """Open an incident that is neither a device nor a file."""
    by = actor_of(args)
    if args.loss not in LossKind.values:
        raise Invalid(found=f"the loss {args.loss}", fix=f"Use {', '.join(LossKind.values)}.")
    loss = LossKind(args.loss)
    incident = open_other(title=args.title, loss=loss, note=args.note, by=by, at=clock.now())
    # Without a promise nothing can be worked out: it says who we are and what is held.
    args.later = not sources.affected_estimates(incident.number)
    return _count_new(incident, args, by)


def count(args: argparse.Namespace) -> int:
    """Count who was exposed, and show the incident."""
    _count(args.incident, args, actor_of(args))
    return show(args)


def _count_new(incident: IncidentView, args: argparse.Namespace, by: Actor) -> int:
    if args.later:
        words = f"{incident.reference} is open. The worker counts who was exposed."
        print_result(args, {"incident": incident.reference}, words)
        return 0
    _count(incident.number, args, by)
    args.incident = incident.number
    return show(args)


def _count(number: int, args: argparse.Namespace, by: Actor) -> None:
    with ProgressBar("Counting who was exposed", len(STEPS), quiet=_quiet(args)) as advance:
        count_exposed(
            number,
            progress=lambda step: advance(STEPS.index(step) + 1),
            by=by,
            at=clock.now(),
        )


def _confirm(guessed: LeakSample, *, without_asking: bool) -> list[str]:
    """Show what each column seems to hold and ask. None of its values is shown: most are of people
    whom we do not know."""
    if not without_asking:
        print(guessed.words)
        for guess in guessed.columns:
            name = f" ({guess.header})" if guess.header else ""
            rows = f"{guess.seen or guess.filled} of {guess.filled} sample rows"
            print(f"  column {guess.position + 1}{name}: {guess.role.replace('_', ' ')}, {rows}")
        if not sys.stdin.isatty():
            raise Invalid(
                found="nobody to confirm the columns",
                fix="Use --yes to accept the guess, or give --columns.",
            )
        if input("Is this right? [y/N] ").strip().lower() not in ("y", "yes"):
            raise Invalid(
                found="the columns were not confirmed", fix="Say what each holds with --columns."
            )
    return [guess.role for guess in guessed.columns]


def _quiet(args: argparse.Namespace) -> bool:
    return bool(args.json) or not sys.stderr.isatty()
