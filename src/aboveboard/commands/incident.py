"""``aboveboard incident``: open an incident, count who was in it, see what is
due, tell people, report."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aboveboard.basics import clock
from aboveboard.basics.errors import Invalid
from aboveboard.commands.progress import Bar

if TYPE_CHECKING:
    from aboveboard.basics.actor import Actor
    from aboveboard.incidents.leaks.opening import Look
    from aboveboard.incidents.views import IncidentView

NAME = "incident"
HELP = (
    "From a loss to everyone told: open, count, see what is due, prepare and approve notices, "
    "report."
)
EXAMPLE = """\
aboveboard incident report-device LT-0042 --note "Left on the train" --as sam@example.com
aboveboard incident open-leak dump.txt --as lead@example.com
aboveboard incident show INC-0001
aboveboard incident duties INC-0001 --json
aboveboard incident notices prepare INC-0001 --measures "We locked the account." \
--as lead@example.com
aboveboard incident notices approve INC-0001 --as second@example.com
aboveboard incident report INC-0001 --json > report.json"""
NEEDS_INSTANCE = True


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    below = parser.add_subparsers(dest="what", required=True, metavar="WHAT")
    leak = below.add_parser(
        "open-leak", help="open an incident from a file of leaked rows, and count who is in it"
    )
    leak.add_argument("file", type=Path)
    leak.add_argument(
        "--columns",
        help=(
            "what each column is, with commas, such as email,phone,password; guessed and asked "
            "when left out"
        ),
    )
    leak.add_argument(
        "--yes", action="store_true", help="take the columns as guessed, without asking"
    )
    leak.add_argument("--title", default="", help="what to call the incident")
    device = below.add_parser(
        "report-device", help="report a device missing, and count who is on it"
    )
    device.add_argument("tag", help="the label on the device")
    device.add_argument("--note", default="", help="what happened")
    device.add_argument(
        "--when", type=_moment, help="when it happened, such as 2026-11-18T17:40+00:00"
    )
    for one in (leak, device):
        one.add_argument("--later", action="store_true", help="leave the count to the worker")
    below.add_parser("list", help="list incidents, newest first")
    for name, words in (
        ("show", "show one incident"),
        ("count", "count who was exposed; again, if there is more to count"),
        ("duties", "list who must be told, by when, on what law"),
        ("report", "the report to an authority, and what is still missing in it"),
        ("veris", "the incident as a VERIS record"),
    ):
        below.add_parser(name, help=words).add_argument(
            "incident", type=_number, help="such as INC-0001"
        )
    done = below.add_parser("done", help="write down that a duty was done")
    done.add_argument("duty", type=int, help="its number in `duties`")
    done.add_argument("--reference", default="", help="such as the authority's case number")
    notices = below.add_parser(
        "notices", help="prepare, approve, stop and resume notices, or see how far they are"
    )
    notices.add_argument("step", choices=("prepare", "approve", "stop", "resume", "status"))
    notices.add_argument("incident", type=_number)
    notices.add_argument(
        "--measures",
        action="append",
        default=[],
        metavar="TEXT",
        help="what was done; `fr:TEXT` for French, `de:` for German",
    )
    for one in below.choices.values():
        one.add_argument(
            "--as",
            dest="email",
            help="the address of the member of staff who acts; else the operator does",
        )
        one.add_argument("--json", action="store_true", help="print JSON for a program")


def run(args: argparse.Namespace) -> int:
    """Do it. Exit codes: 0 done, 1 a duty is late, 2 wrong use, 3 not found, 4 not possible now, 5
    not allowed, 8 refused."""
    steps = {
        "open-leak": _open_leak,
        "report-device": _report_device,
        "list": _list,
        "show": _show,
        "count": _count,
        "duties": _duties,
        "report": _report,
        "veris": _veris,
        "done": _done,
        "notices": _notices,
    }
    code = steps[args.what](args, _actor(args.email))
    if args.what in ("open-leak", "report-device", "count", "done") or (
        args.what == "notices" and args.step != "status"
    ):
        from aboveboard.keys.log_signing import sequence_now

        sequence_now()
    return code


def _open_leak(args: argparse.Namespace, by: Actor) -> int:
    from aboveboard.incidents.leaks.opening import look, open_from_leak

    if not args.file.is_file():
        raise Invalid(found=f"there is no file {args.file}", fix="Check the path.")
    with args.file.open("rb") as file:
        seen = look(file)
    chosen = args.columns.split(",") if args.columns else _confirm(seen, sure=args.yes or args.json)
    size = args.file.stat().st_size
    with (
        args.file.open("rb") as file,
        Bar("Reading the file", size, quiet=args.json or not sys.stderr.isatty()) as advance,
    ):
        incident = open_from_leak(
            file,
            seen.form,
            chosen,
            file_name=args.file.name,
            title=args.title,
            progress=advance,
            by=by,
            at=clock.now(),
        )
    return _opened(incident, args, by)


def _confirm(seen: Look, *, sure: bool) -> list[str]:
    """Show what each column was taken for and ask; none of its values is shown,
    they are strangers' too."""
    if not sure:
        for guess in seen.columns:
            name = f" ({guess.header})" if guess.header else ""
            looks = f"{guess.seen or guess.filled} of {guess.filled} sample rows"
            print(f"  column {guess.position + 1}{name}: {guess.role.replace('_', ' ')}, {looks}")
        if not sys.stdin.isatty():
            raise Invalid(
                found="nobody to confirm the columns",
                fix="Say --yes to take them as guessed, or give --columns.",
            )
        if input("Is that right? [y/N] ").strip().lower() not in ("y", "yes"):
            raise Invalid(
                found="the columns were not confirmed", fix="Say what each is with --columns."
            )
    return [guess.role for guess in seen.columns]


def _report_device(args: argparse.Namespace, by: Actor) -> int:
    from aboveboard.custody.queries import device_by_tag
    from aboveboard.incidents.actions import report_loss

    device = device_by_tag(args.tag)
    incident = report_loss(device.id, note=args.note, occurred_at=args.when, by=by, at=clock.now())
    return _opened(incident, args, by)


def _opened(incident: IncidentView, args: argparse.Namespace, by: Actor) -> int:
    if args.later:
        _say(
            args,
            {"incident": incident.reference},
            f"{incident.reference} is open. The worker counts who was in it.",
        )
        return 0
    args.incident = incident.number
    return _count(args, by)


def _count(args: argparse.Namespace, by: Actor) -> int:
    from aboveboard.incidents.counting import STEPS, count

    with Bar(
        "Counting who was in it", len(STEPS), quiet=args.json or not sys.stderr.isatty()
    ) as advance:
        count(
            args.incident,
            progress=lambda step: advance(STEPS.index(step) + 1),
            by=by,
            at=clock.now(),
        )
    return _show(args, by)


def _list(args: argparse.Namespace, by: Actor) -> int:
    from aboveboard.incidents.queries import incidents

    rows = incidents(at=clock.now())
    if args.json:
        print(
            json.dumps(
                [
                    {
                        "incident": row.reference,
                        "title": row.title,
                        "state": row.state,
                        "people": row.people,
                    }
                    for row in rows
                ],
                indent=1,
            )
        )
    for row in rows if not args.json else ():
        counted = f"{row.people:,} people" if row.people is not None else "not counted yet"
        print(f"{row.reference}  {row.state:<9}  {counted:<18}  {row.title}")
    if not rows and not args.json:
        print("No incident. Report one with: aboveboard incident report-device TAG")
    return 0


def _show(args: argparse.Namespace, by: Actor) -> int:
    from aboveboard.incidents.queries import page

    at = clock.now()
    found = page(args.incident, at=at)
    counted = found.exposure
    facts: dict[str, Any] = {
        "incident": found.incident.reference,
        "title": found.incident.title,
        "state": found.state.value,
        "aware_at": clock.to_text(found.incident.aware_at),
        "people": counted.people if counted else None,
        "matched_lines": counted.matched_lines if counted else None,
        "ambiguous_lines": counted.ambiguous_lines if counted else None,
        "stranger_lines": counted.stranger_lines if counted else None,
        "unread_lines": counted.unread_lines if counted else None,
        "severity": {part.name: part.people for part in found.slices},
        "jurisdictions": found.jurisdictions,
        "next_duty": {"who": found.next_duty.who, "left": found.next_duty.left}
        if found.next_duty
        else None,
    }
    if args.json:
        print(json.dumps(facts, indent=1))
        return 0
    print(f"{found.incident.reference}: {found.incident.title} ({found.state.label.lower()})")
    if counted is None:
        print("Not counted yet. Count with: aboveboard incident count " + found.incident.reference)
        return 0
    print(
        f"{counted.people:,} of our customers were exposed: "
        + ", ".join(f"{part.people:,} {part.name}" for part in found.slices)
    )
    if found.evidence:
        ours = f"{counted.matched_lines:,} ours, {counted.stranger_lines:,} strangers"
        print(
            f"Lines: {ours}, {counted.ambiguous_lines:,} ambiguous, {counted.unread_lines:,} unread"
        )
    if found.next_duty:
        left = (
            f" within {found.next_duty.left}"
            if found.next_duty.left
            else f" {found.next_duty.clock_words}"
        )
        print(
            f"Next: tell {found.next_duty.who}{left} ({found.next_duty.law} "
            f"{found.next_duty.citation})"
        )
    return 0


def _duties(args: argparse.Namespace, by: Actor) -> int:
    from aboveboard.incidents.queries import duties

    found = duties(args.incident, at=clock.now())
    if args.json:
        rows = [
            {
                "duty": duty.id,
                "id": duty.duty_id,
                "place": duty.place,
                "tell": duty.who,
                "law": f"{duty.law} {duty.citation}",
                "required": duty.required,
                "people": duty.people,
                "due_at": clock.to_text(duty.due_at) if duty.due_at else None,
                "clock": duty.clock_words,
                "done_at": clock.to_text(duty.done.at) if duty.done else None,
                "not_covered": duty.not_covered,
                "reasons": list(duty.reasons),
            }
            for duty in found
        ]
        print(json.dumps(rows, indent=1))
    for duty in found if not args.json else ():
        when = "done" if duty.done else duty.left or duty.clock_words
        print(
            f"{duty.id:>5}  {duty.required:<11}  {duty.place}: {duty.who}; {duty.people:,} people; "
            f"{when}"
        )
    return 1 if any(duty.late and duty.required == "yes" for duty in found) else 0


def _report(args: argparse.Namespace, by: Actor) -> int:
    from aboveboard.incidents.reports import authority_report, report_json

    at = clock.now()
    if args.json:
        print(json.dumps(report_json(args.incident, at=at), indent=1, ensure_ascii=False))
        return 0
    report = authority_report(args.incident, at=at)
    for answer in report.ico:
        print(f"{answer.question}\n    {answer.answer or '— not known yet'}")
    if report.missing:
        print(
            f"{len(report.missing)} questions are open: "
            + " ".join(item.question for item in report.missing)
        )
    return 0


def _veris(args: argparse.Namespace, by: Actor) -> int:
    from aboveboard.incidents.veris import export

    print(json.dumps(export(args.incident), indent=1))
    return 0


def _done(args: argparse.Namespace, by: Actor) -> int:
    from aboveboard.incidents.actions import mark_done

    done = mark_done(args.duty, reference=args.reference, by=by, at=clock.now())
    _say(args, {"duty": args.duty, "done_at": clock.to_text(done.at)}, "Written down.")
    return 0


def _notices(args: argparse.Namespace, by: Actor) -> int:
    from aboveboard.basics.errors import NotFound
    from aboveboard.incidents.notices import actions, queries

    at = clock.now()
    if args.step == "prepare":
        actions.prepare(args.incident, measures=_measures(args.measures), by=by, at=at)
    batch = queries.newest_batch(args.incident)
    if batch is None:
        raise NotFound(what="batch of notices for this incident")
    if args.step in ("approve", "stop", "resume"):
        {"approve": actions.approve, "stop": actions.stop, "resume": actions.resume}[args.step](
            batch.id, by=by, at=at
        )
        batch = queries.batch(batch.id)
    state = batch.step.value if batch.step else "waits for a second person"
    facts = {
        "batch": batch.id,
        "state": state,
        "people": batch.people,
        "queued": batch.queued,
        "sent": batch.sent,
        "waiting": batch.waiting,
        "failed": batch.failed,
        "skipped": batch.skipped,
        "languages": batch.languages,
    }
    tally = (
        f"{batch.sent:,} sent, {batch.waiting:,} waiting, {batch.failed:,} failed, "
        f"{batch.skipped:,} skipped"
    )
    words = f"{batch.people:,} notices: {state.replace('_', ' ')}; {tally}."
    _say(args, facts, words)
    return 0


def _measures(given: list[str]) -> dict[str, str]:
    found = {}
    for text in given:
        language, colon, rest = text.partition(":")
        known = colon and language in ("en", "fr", "de")
        found[language if known else "en"] = rest.strip() if known else text
    return found


def _say(args: argparse.Namespace, facts: dict[str, Any], words: str) -> None:
    print(json.dumps(facts) if args.json else words)


def _actor(email: str | None) -> Actor:
    from aboveboard.accounts.queries import staff_member
    from aboveboard.basics.actor import SYSTEM

    return staff_member(email).actor if email else SYSTEM


def _number(text: str) -> int:
    """Read ``INC-0042`` or ``42``."""
    digits = text.upper().removeprefix("INC-")
    if not digits.isdigit():
        raise argparse.ArgumentTypeError(f"{text} is not an incident, such as INC-0042")
    return int(digits)


def _moment(text: str) -> datetime:
    try:
        return clock.from_text(text)
    except ValueError as problem:
        raise argparse.ArgumentTypeError(str(problem)) from None
