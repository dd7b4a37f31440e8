"""What is asked before an incident is closed: why it happened, what was learned, what changed; and
that no task is open without a reason."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final

from aboveboard.basics.actor import Actor
from aboveboard.basics.errors import Conflict
from aboveboard.incidents import lifecycle
from aboveboard.incidents.case import sealing, tasks
from aboveboard.incidents.entries import ClosingReviewed, IncidentChanged
from aboveboard.incidents.models import CaseTask, ClosingReview, Incident

_WORDS: Final = "closing"


class TasksOpen(Conflict):
    """{reference} has tasks that are not done: {which}."""

    code = "tasks_open"
    next_step = "Mark each as done, or say why the others are not needed."


@dataclass(frozen=True, slots=True)
class ClosingWords:
    """What whoever closes an incident writes. ``rest``: why the tasks that are still open are not
    needed; "" where none is."""

    cause: str
    lessons: str
    changed: str
    rest: str = ""


@dataclass(frozen=True, slots=True)
class ClosingView:
    """A review as it is shown: None for the words where they cannot be read."""

    at: datetime
    by: dict[str, str]
    words: ClosingWords | None


def write_review(incident: Incident, given: ClosingWords, *, by: Actor, at: datetime) -> None:
    """Keep the review of an incident that is being closed, inside the caller's transaction, and end
    the tasks that are left.

    Raises:
        CaseWordsRefused: the cause, the lessons or what changed is missing, or too long.
        TasksOpen: tasks are open, and nothing says why they are not needed.
    """
    words = ClosingWords(
        cause=sealing.checked(given.cause),
        lessons=sealing.checked(given.lessons),
        changed=sealing.checked(given.changed),
        rest=sealing.checked(given.rest, needed=False),
    )
    left = list(CaseTask.objects.filter(incident=incident, ended_at=None).order_by("id"))
    if left and not words.rest:
        raise TasksOpen(
            reference=incident.reference, which="; ".join(row.title for row in left), why=""
        )
    for row in left:
        tasks.drop_task(incident.number, row.pk, words.rest, by=by, at=at)
    entry = IncidentChanged(
        incident=lifecycle.reference_of(incident), reviewed=ClosingReviewed(len(left))
    )
    entry_id = lifecycle.append_entry(entry, by=by, at=at)
    ClosingReview.objects.create(
        incident=incident,
        at=at,
        by=by.as_json(),
        words=sealing.seal_words(_WORDS, entry_id, json.dumps(asdict(words))),
        entry_id=entry_id,
    )
    lifecycle.add_timeline_event(
        incident, "reviewed", "The cause, the lessons and what changed were recorded.", by=by, at=at
    )


def closing_review(number: int) -> ClosingView | None:
    """Return the newest review of an incident, or None.

    Raises:
        NotFound: there is no such incident.
    """
    row = ClosingReview.objects.filter(incident=lifecycle.find(number)).order_by("-id").first()
    if row is None:
        return None
    text = sealing.read_words(_WORDS, row.entry_id, row.words)
    return ClosingView(row.at, row.by, ClosingWords(**json.loads(text)) if text else None)
