"""``aboveboard incident done`` and ``notices``; and who acts, for all verbs."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from aboveboard.accounts.queries import staff_member
from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM, Actor
from aboveboard.basics.errors import NotFound
from aboveboard.basics.person_codes import person_code
from aboveboard.delivery.queries import ChannelProgress
from aboveboard.delivery.templates import LANGUAGES
from aboveboard.delivery.terms import DispatchState
from aboveboard.incidents import actions as incidents
from aboveboard.incidents import queries as queries_of_incidents
from aboveboard.incidents import taking_back
from aboveboard.incidents.actions import mark_done
from aboveboard.incidents.case.closing import ClosingWords
from aboveboard.incidents.exposure import settling
from aboveboard.incidents.notices import actions, queries
from aboveboard.incidents.notices.recipients import NoticeNews
from aboveboard.incidents.terms import IncidentState


def duty_done(args: argparse.Namespace) -> int:
    """Mark a duty as done, or take that back."""
    if args.undo:
        taking_back.take_back_duty(args.duty, by=actor_of(args), at=clock.now())
        print_result(args, {"duty": args.duty, "done_at": None}, "Taken back: it is open again.")
        return 0
    marked = mark_done(args.duty, reference=args.reference, by=actor_of(args), at=clock.now())
    print_result(args, {"duty": args.duty, "done_at": clock.to_text(marked.at)}, "Marked as done.")
    return 0


_STATES: Final[Mapping[str, tuple[IncidentState, Callable[..., None]]]] = {
    "contained": (IncidentState.CONTAINED, incidents.contain),
    "notified": (IncidentState.NOTIFIED, incidents.mark_notified),
    "closed": (IncidentState.CLOSED, incidents.close),
    "open": (IncidentState.OPEN, incidents.reopen),
}


def state(args: argparse.Namespace) -> int:
    """Say where an incident stands, or take that back."""
    stands, change = _STATES[args.state]
    by, at = actor_of(args), clock.now()
    if args.undo:
        stands = taking_back.take_back_state(args.incident, stands, by=by, at=at)
    elif stands is IncidentState.CLOSED:
        review = ClosingWords(args.cause, args.lessons, args.changed, args.rest)
        incidents.close(args.incident, review=review, words=args.note, by=by, at=at)
    else:
        change(args.incident, words=args.note, by=by, at=at)
    reference = queries_of_incidents.incident(args.incident).reference
    facts = {"incident": reference, "state": stands.value}
    print_result(args, facts, f"{reference}: {stands.label.lower()}.")
    return 0


def settle(args: argparse.Namespace) -> int:
    """Say whose a line of a leaked file is."""
    counted = settling.settle(
        args.incident, args.line, args.person or (), by=actor_of(args), at=clock.now()
    )
    facts = {"people": counted.people, "doubtful": counted.doubtful}
    words = f"{counted.people:,} people are in the count, {counted.doubtful:,} of them in doubt."
    print_result(args, facts, words)
    return 0


def notices(args: argparse.Namespace) -> int:
    """Prepare, approve, stop or resume notices, or say how far they are."""
    by, at = actor_of(args), clock.now()
    measures = measures_of(args.measures)
    if args.step == "prepare" and args.new:
        news = NoticeNews(args.new)
        actions.prepare_new(args.incident, news, measures=measures, by=by, at=at)
    elif args.step == "prepare":
        actions.prepare(args.incident, measures=measures, by=by, at=at)
    batch = queries.newest_batch(args.incident)
    if batch is None:
        raise NotFound(what="batch of notices for this incident")
    if args.step in ("approve", "stop", "resume"):
        step = {"approve": actions.approve, "stop": actions.stop, "resume": actions.resume}
        step[args.step](batch.id, by=by, at=at)
        batch = queries.batch(batch.id)
    _print_progress(args, batch)
    return 0


def _print_progress(args: argparse.Namespace, batch: queries.BatchView) -> None:
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
        "to_call": [person_code(number) for number in batch.to_call],
        "channels": {each.channel.value: _channel_facts(each) for each in batch.channels},
    }
    lines = [
        f"{batch.people:,} notices: {state.replace('_', ' ')}; {batch.sent:,} sent, "
        f"{batch.waiting:,} waiting, {batch.failed:,} failed, {batch.skipped:,} skipped.",
        *(_channel_line(each) for each in batch.channels),
    ]
    if batch.to_call:
        numbers = ", ".join(map(person_code, batch.to_call))
        lines.append(f"No way is safe to write to these: call them. {numbers}")
    print_result(args, facts, "\n".join(lines))


def _channel_facts(each: ChannelProgress) -> dict[str, object]:
    return {
        "sent": each.count(DispatchState.SENT),
        "waiting": each.waiting,
        "failed": each.count(DispatchState.FAILED),
        "skipped": each.count(DispatchState.SKIPPED),
        "paused": each.is_paused,
        "trouble": each.trouble or None,
    }


def _channel_line(each: ChannelProgress) -> str:
    facts = _channel_facts(each)
    state = "stopped" if each.is_paused else each.trouble
    return (
        f"{each.channel.value}: {facts['sent']:,} sent, {each.waiting:,} waiting, "
        f"{facts['failed']:,} failed, {facts['skipped']:,} skipped"
        + (f" ({state})" if state and each.waiting else "")
        + "."
    )


def measures_of(given: Sequence[str]) -> dict[str, str]:
    """Return what was done, by language: ``fr:TEXT`` is French, ``TEXT`` alone English."""
    measures = {}
    for text in given:
        language, colon, rest = text.partition(":")
        named = bool(colon) and language in LANGUAGES
        measures[language if named else LANGUAGES[0]] = rest.strip() if named else text
    return measures


def print_result(args: argparse.Namespace, facts: dict[str, Any], words: str) -> None:
    """Print the facts as JSON where that was asked for, else the words."""
    print(json.dumps(facts) if args.json else words)


def actor_of(args: argparse.Namespace) -> Actor:
    """Return who acts: the member of staff that ``--as`` names, else the operator."""
    return staff_member(args.email).actor if args.email else SYSTEM
