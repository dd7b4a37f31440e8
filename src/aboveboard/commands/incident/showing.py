"""``aboveboard incident list``, ``show``, ``duties`` and ``report``."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from typing import Any

from aboveboard.basics import clock
from aboveboard.basics.person_codes import person_code
from aboveboard.incidents import queries, reports
from aboveboard.incidents.terms import IncidentKind
from aboveboard.incidents.views import CountView, DoubtView, DutyView, IncidentPage


def list_all(args: argparse.Namespace) -> int:
    """List incidents, newest first."""
    rows = queries.incidents(at=clock.now())
    if args.json:
        facts = [
            {
                "incident": row.reference,
                "title": row.title,
                "state": row.state,
                "people": row.people,
            }
            for row in rows
        ]
        print(json.dumps(facts, indent=1))
        return 0
    for row in rows:
        about = "" if row.exact else "about "
        people = f"{about}{row.people:,} people" if row.people is not None else "not counted yet"
        print(f"{row.reference}  {row.state:<9}  {people:<18}  {row.title}")
    if not rows:
        print("There are no incidents. Report one with: aboveboard incident report-device LABEL")
    return 0


def show(args: argparse.Namespace) -> int:
    """Show one incident."""
    page = queries.page(args.incident, at=clock.now())
    if args.json:
        print(json.dumps(_facts(page), indent=1))
        return 0
    incident, count = page.incident, page.exposure
    print(f"{incident.reference}: {incident.title} ({page.state.label.lower()})")
    if incident.kind == IncidentKind.OTHER:
        _show_estimates(page)
    elif count is None:
        print(f"Not counted yet. Count with: aboveboard incident count {incident.reference}")
        return 0
    if count is not None and (count.people or incident.kind != IncidentKind.OTHER):
        _show_count(page, count)
    _show_open_questions(page)
    if (duty := page.next_duty) is not None:
        when = f"within {duty.left}" if duty.left else f"({duty.clock_words})"
        when = f"now: {duty.left}" if duty.late else when
        print(f"Next: {duty.deed} {when} ({duty.law} {duty.citation})")
    return 0


def _show_open_questions(page: IncidentPage) -> None:
    for each in page.unanswered:
        how = "the promise says" if each.declared else "taken until you say"
        print(f"Open: {each.question.ask} {how[0].upper()}{how[1:]}: {each.words}")
    if page.unanswered:
        print(f"Answer with: aboveboard incident answer {page.incident.reference} QUESTION=ANSWER")


def _show_estimates(page: IncidentPage) -> None:
    reference = page.incident.reference
    if page.estimated:
        print(f"About {page.estimated:,} people are affected who are on no list.")
    if not page.lists and not page.estimated:
        print(
            "Nobody has said who is affected, so we assume the worst. Say who is: "
            f"aboveboard incident affected {reference}"
        )


def _show_count(page: IncidentPage, count: CountView) -> None:
    bands = ", ".join(f"{part.people:,} {part.name}" for part in page.slices)
    verb = "was" if count.people == 1 else "were"
    print(f"{count.people:,} of our customers {verb} exposed" + (f": {bands}" if bands else "."))
    if count.doubtful:
        print(
            f"{count.doubtful:,} of them are in doubt: a line fits more than one customer. Settle "
            f"whose it is: aboveboard incident doubts {page.incident.reference}"
        )
    if page.evidence:
        print(
            f"Lines: {count.matched_lines:,} ours, {count.stranger_lines:,} strangers, "
            f"{count.ambiguous_lines:,} ambiguous, {count.unread_lines:,} unread"
        )


def _facts(page: IncidentPage) -> dict[str, Any]:
    count, duty = page.exposure, page.next_duty
    return {
        "incident": page.incident.reference,
        "title": page.incident.title,
        "state": page.state.value,
        "aware_at": clock.to_text(page.incident.aware_at),
        "people": count.people if count else None,
        "estimated": page.estimated,
        "matched_lines": count.matched_lines if count else None,
        "ambiguous_lines": count.ambiguous_lines if count else None,
        "stranger_lines": count.stranger_lines if count else None,
        "unread_lines": count.unread_lines if count else None,
        "doubtful": count.doubtful if count else None,
        "severity": {part.name: part.people for part in page.slices},
        "jurisdictions": page.jurisdictions,
        "open_questions": {each.question.key: each.words for each in page.unanswered},
        "next_duty": {"who": duty.who, "left": duty.left} if duty else None,
    }


def doubts(args: argparse.Namespace) -> int:
    """List the lines that fit more than one customer. Until it is settled whose they are, all of
    them are in the count and are notified."""
    after = 0
    rows: list[DoubtView] = []
    while page := queries.doubts(args.incident, after=after):
        rows += page
        after = page[-1].line
    if args.json:
        facts = [
            {"line": row.line, "people": list(row.person_ids), "settled": row.settled}
            for row in rows
        ]
        print(json.dumps(facts, indent=1))
        return 0
    for row in rows:
        outcome = (
            "in doubt" if row.settled is None else f"settled: {_people(row.settled) or 'nobody'}"
        )
        print(f"line {row.line}: {_people(row.person_ids)} ({outcome})")
    if not rows:
        print("No line fits more than one customer.")
    return 0


def _people(person_ids: Sequence[int]) -> str:
    return ", ".join(map(person_code, person_ids))


def duties(args: argparse.Namespace) -> int:
    """List who must be notified. Exit code 1: one that is required is late."""
    rows = queries.duties(args.incident, at=clock.now())
    if args.json:
        print(json.dumps([_duty(duty) for duty in rows], indent=1))
    else:
        for duty in rows:
            when = "done" if duty.done else duty.left or duty.clock_words
            when = "not notified, by decision" if duty.not_notified else when
            people = "1 person" if duty.people == 1 else f"{duty.people:,} people"
            print(f"{duty.id:>5}  {duty.required:<11}  {duty.place}: {duty.who}; {people}; {when}")
    return 1 if any(duty.late and duty.required == "yes" for duty in rows) else 0


def _duty(duty: DutyView) -> dict[str, Any]:
    return {
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
        "not_notified": _decision(duty),
        "not_covered": duty.not_covered,
        "unverified": duty.unverified,
        "reasons": list(duty.reasons),
    }


def _decision(duty: DutyView) -> dict[str, Any] | None:
    decision = duty.not_notified
    if decision is None:
        return None
    return {
        "at": clock.to_text(decision.at),
        "by": decision.by,
        "reason": decision.reason,
        "evidence": decision.evidence,
    }


def report(args: argparse.Namespace) -> int:
    """Print the report to an authority."""
    at = clock.now()
    if args.json:
        print(json.dumps(reports.report_json(args.incident, at=at), indent=1, ensure_ascii=False))
        return 0
    written = reports.released_report(args.incident, at=at)
    for answer in written.ico:
        print(f"{answer.question}\n    {answer.answer or '— not known yet'}")
    if written.missing:
        open_questions = " ".join(item.question for item in written.missing)
        print(f"{len(written.missing)} questions are still open: {open_questions}")
    return 0
