"""Changes to an incident that people make. Each is one transaction with its ledger entry.

Opening from a leaked file is ``leaks.opening``; counting is ``exposure.counting``; notices are
``notices.actions``.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from aboveboard.basics.actor import Actor
from aboveboard.basics.errors import Conflict, Invalid, NotFound
from aboveboard.basics.facts import Code, Word
from aboveboard.custody import actions as custody
from aboveboard.incidents import affected, entries, lifecycle, open_duties
from aboveboard.incidents.assessment import assess, circumstances
from aboveboard.incidents.assessment.moments import set_moments
from aboveboard.incidents.assessment.sectors import set_sectors
from aboveboard.incidents.assessment.times import check_order
from aboveboard.incidents.case import tasks
from aboveboard.incidents.case.closing import ClosingWords, write_review
from aboveboard.incidents.case.freezing import refuse_frozen
from aboveboard.incidents.case.playbook import playbooks
from aboveboard.incidents.exposure import counting
from aboveboard.incidents.models import DutyDone, DutyRecord, Incident, NotNotified, TimelineEvent
from aboveboard.incidents.terms import IncidentKind, IncidentState, LossKind
from aboveboard.incidents.views import DutyDoneView, IncidentView


class DutiesOpen(Conflict):
    """{reference} has required duties that are not done yet: {which}."""

    code = "duties_open"
    next_step = "Mark each as done: aboveboard incident done NUMBER"


def report_loss(
    device_id: int,
    *,
    note: str = "",
    occurred_at: datetime | None = None,
    reported_in_seconds: int | None = None,
    by: Actor,
    at: datetime,
) -> IncidentView:
    """Report a device missing: any member of staff may, in a minute. Opens the
    incident and asks for the count.

    ``note`` is what happened, in the reporter's words; it stays out of the ledger.

    Raises:
        NotFound: there is no such device.
        Conflict: it is already reported missing, or retired.
        Invalid: ``occurred_at`` is in the future.
    """
    check_order(occurred_at=occurred_at, discovered_at=at, at=at)
    with transaction.atomic():
        # The device first, which holds its row: of two who report it at one moment the second is
        # refused here, before there is a second incident.
        device = custody.report_missing(device_id, note=note, by=by, at=at)
        incident = lifecycle.open_incident(
            IncidentKind.LOST_DEVICE,
            title=f"{device.kind.label} {device.tag} is missing",
            discovered_at=at,
            occurred_at=occurred_at,
            device_id=device_id,
            circumstances=circumstances.check({"what_happened": note}),
            reported_in_seconds=reported_in_seconds,
            by=by,
            at=at,
        )
        tasks.plan(incident, by=by, at=at)
        # In the same transaction, so that no incident is ever left without its count (decision
        # 0006).
        counting.enqueue(incident)
    return IncidentView.of(incident)


def open_other(
    *,
    title: str,
    loss: LossKind = LossKind.ODD,
    note: str = "",
    occurred_at: datetime | None = None,
    discovered_at: datetime | None = None,
    reported_in_seconds: int | None = None,
    by: Actor,
    at: datetime,
) -> IncidentView:
    """Open an incident that is neither a device nor a file. Whom it affects is said later
    (``affected``); until then the worst is assumed, so that the clock of the law runs at once.

    Raises:
        Invalid: there is no title, or the moment is in the future.
    """
    if not title.strip():
        raise Invalid(found="an incident without a title", fix="Say in a few words what was lost.")
    check_order(occurred_at=occurred_at, discovered_at=discovered_at, at=at)
    known = playbooks()[loss].known
    with transaction.atomic():
        incident = lifecycle.open_incident(
            IncidentKind.OTHER,
            loss=loss,
            title=title.strip(),
            occurred_at=occurred_at,
            discovered_at=discovered_at or at,
            circumstances=circumstances.check({"what_happened": note, **known}),
            reported_in_seconds=reported_in_seconds,
            by=by,
            at=at,
        )
        tasks.plan(incident, by=by, at=at)
        affected.assume_the_worst(incident, at=at)
    return IncidentView.of(incident)


def change(
    number: int,
    *,
    title: str | None = None,
    answers: Mapping[str, object] | None = None,
    moments: Mapping[str, datetime | None] | None = None,
    sectors: Mapping[str, bool | None] | None = None,
    by: Actor,
    at: datetime,
) -> IncidentView:
    """Change what is known: the title, answers to ``assessment.circumstances``, moments (the four
    of every loss, and those of ``law.moments``), or whether we are in a sector (for this incident).
    What is left blank, or None, is taken back. Severity, risk and duties are worked out again.

    Raises:
        NotFound: there is no such incident. NoSuchAnswer: an answer is not among the options.
        Invalid: a moment is unknown, missing, or out of order; there is no such sector.
    """
    with transaction.atomic():
        incident = lifecycle.find(number, lock=True)
        changed: list[str] = []
        if title is not None and title.strip() and title.strip() != incident.title:
            incident.title = title.strip()[:120]
            changed.append("title")
        if answers is not None:
            # What was not asked on this page stays as it is: two people who answer different pages
            # at once lose nothing of each other's.
            kept = {
                key: value for key, value in incident.circumstances.items() if key not in answers
            }
            merged = kept | circumstances.check(answers)
            changed += sorted(
                key
                for key in {*merged, *incident.circumstances}
                if merged.get(key) != incident.circumstances.get(key)
            )
            incident.circumstances = merged
        changed += set_moments(incident, moments or {}, at=at)
        changed += set_sectors(incident, sectors or {})
        if not changed:
            return IncidentView.of(incident)
        incident.save()
        lifecycle.add_timeline_event(
            incident,
            "changed",
            f"Changed: {', '.join(name.replace('_', ' ') for name in changed)}.",
            by=by,
            at=at,
        )
        # The names of what was changed; the words themselves may name people.
        entry = entries.IncidentChanged(
            incident=lifecycle.reference_of(incident), changed=tuple(map(Word, changed))
        )
        lifecycle.append_entry(entry, by=by, at=at)
    # After the transaction, not in it: the file of a count may have to be written anew, for
    # minutes, and nobody else could change the incident meanwhile.
    assess.assess(number, by=by, at=at)
    return IncidentView.of(lifecycle.find(number))


def note(
    number: int,
    sentence: str,
    *,
    happened_at: datetime | None = None,
    public: bool = False,
    lessons: bool = False,
    by: Actor,
    at: datetime,
) -> None:
    """Add a sentence to the timeline; ``public`` shows it on the trust centre as it is. The
    sentence that stands there last, said again by the same person, changes nothing: it is a second
    click.

    ``lessons``: it says what was changed so that this does not happen again.

    Raises:
        NotFound: there is no such incident. Invalid: the sentence is empty, or lies in the future.
        CommunicationsFrozen: it is public, and nothing about the incident may go out.
    """
    text = sentence.strip()
    if not text or len(text) > 400:
        raise Invalid(
            found="a note that is empty or longer than 400 characters", fix="Write one sentence."
        )
    check_order(occurred_at=happened_at, at=at)
    with transaction.atomic():
        incident = lifecycle.find(number, lock=True)
        code = "lessons" if lessons else "note"
        if _is_last(incident, code, text, happened_at, public, by):
            return
        if public:
            refuse_frozen(incident)
        lifecycle.add_timeline_event(
            incident,
            code,
            text,
            by=by,
            at=happened_at or at,
            recorded_at=at,
            public=public,
        )
        entry = entries.IncidentChanged(
            incident=lifecycle.reference_of(incident), note=True, public=public
        )
        lifecycle.append_entry(entry, by=by, at=at)


def _is_last(
    incident: Incident,
    code: str,
    text: str,
    happened_at: datetime | None,
    public: bool,
    by: Actor,
) -> bool:
    """Whether the newest line of the timeline is just this."""
    last = TimelineEvent.objects.filter(incident=incident).order_by("-id").first()
    if last is None or (last.code, last.sentence, last.public) != (code, text, public):
        return False
    # A line without a moment of its own happened when it was recorded.
    moment = None if last.at == last.recorded_at else last.at
    return moment == happened_at and last.by == by.as_json()


def mark_done(
    duty_pk: int,
    *,
    done_at: datetime | None = None,
    reference: str = "",
    words: str = "",
    by: Actor,
    at: datetime,
) -> DutyDoneView:
    """Mark a duty as done, with the evidence. Clocks that start with it start.

    ``reference``: such as the authority's case number.

    Raises:
        NotFound: there is no such duty. Conflict: it is already done.
            Invalid: it lies in the future.
    """
    check_order(occurred_at=done_at, at=at)
    with transaction.atomic():
        duty = DutyRecord.objects.filter(pk=duty_pk).select_related("incident").first()
        if duty is None:
            raise NotFound(what="duty")
        # The incident before the duty, as whoever works out duties anew does: the other way round
        # the two would wait for each other.
        lifecycle.find(duty.incident.number, lock=True)
        DutyRecord.objects.select_for_update().get(pk=duty_pk)
        if DutyDone.objects.filter(duty=duty).exists():
            raise Conflict(why="this duty is already marked as done")
        if decision := NotNotified.objects.filter(duty=duty, withdrawn_at=None).first():
            # Told after all: the decision stays on record, and no longer holds.
            decision.withdrawn_at = at
            decision.save(update_fields=["withdrawn_at"])
        done = DutyDone.objects.create(
            duty=duty,
            at=done_at or at,
            recorded_at=at,
            by=by.as_json(),
            reference=reference.strip()[:120],
            note=words.strip(),
        )
        public = duty.recipient_type == "authority"
        lifecycle.add_timeline_event(
            duty.incident,
            "duty.done",
            f"Notified: {open_duties.who(duty)}.",
            by=by,
            at=done.at,
            recorded_at=at,
            public=public,
        )
        entry = entries.DutyFulfilled(
            incident=lifecycle.reference_of(duty.incident),
            duty=Code(duty.duty_id),
            jurisdiction=Code(duty.jurisdiction),
        )
        lifecycle.append_entry(entry, by=by, at=at)
    assess.assess(duty.incident.number, by=by, at=at)
    return DutyDoneView.of(done)


def contain(number: int, *, words: str = "", by: Actor, at: datetime) -> None:
    """Record that no more data can get out.

    Raises:
        NotFound: there is no such incident. Conflict: it is not open.
    """
    _change_state(
        number, IncidentState.CONTAINED, "Contained: no more data can get out.", words, by, at
    )


def mark_notified(number: int, *, words: str = "", by: Actor, at: datetime) -> None:
    """Record that everyone who must be notified has been, or is a row with the reason why not.

    Raises:
        NotFound: there is no such incident. DutiesOpen: a required duty is not done.
        Conflict: it cannot be called so from where it is.
    """
    _change_state(
        number,
        IncidentState.NOTIFIED,
        "Everyone who must be notified has been notified.",
        words,
        by,
        at,
        all_done=True,
    )


def close(number: int, *, review: ClosingWords, words: str = "", by: Actor, at: datetime) -> None:
    """Close an incident, with why it happened, what was learned and what changed.

    Raises:
        NotFound: there is no such incident. DutiesOpen: a duty that binds is not done.
        Conflict: it is closed. TasksOpen: a task is open without a reason.
        CaseWordsRefused: the review is not whole.
    """
    with transaction.atomic():
        _change_state(number, IncidentState.CLOSED, "Closed.", words, by, at, all_done=True)
        write_review(lifecycle.find(number), review, by=by, at=at)


def reopen(number: int, *, words: str, by: Actor, at: datetime) -> None:
    """Open an incident again.

    Raises:
        NotFound: there is no such incident. Conflict: it is open.
    """
    _change_state(number, IncidentState.OPEN, "Opened again.", words, by, at)


def publish(number: int, *, by: Actor, at: datetime) -> None:
    """Put an incident on the trust centre. Doing it twice changes nothing.

    Raises:
        NotFound: there is no such incident. CommunicationsFrozen: nothing about it may go out.
    """
    with transaction.atomic():
        incident = lifecycle.find(number, lock=True)
        refuse_frozen(incident)
        if incident.published_at is None:
            lifecycle.publish(incident, by=by, at=at)


def _change_state(
    number: int,
    state: IncidentState,
    sentence: str,
    words: str,
    by: Actor,
    at: datetime,
    *,
    all_done: bool = False,
) -> None:
    with transaction.atomic():
        incident = lifecycle.find(number, lock=True)
        # Asked while the incident is held, as whoever works out duties holds it too: a duty that
        # came in between would be open on an incident that is closed.
        if all_done and (left := open_duties.to_do(incident)):
            raise DutiesOpen(reference=incident.reference, which="; ".join(left))
        lifecycle.change_state(incident, state, note=words.strip(), by=by, at=at)
        lifecycle.add_timeline_event(incident, state.value, sentence, by=by, at=at, public=True)
        # Never in silence: whom the law names, and who was not told all the same.
        if all_done and (left_out := open_duties.left_out(incident)):
            lifecycle.add_timeline_event(
                incident,
                "not_notified",
                f"Not notified, by decision: {'; '.join(left_out)}.",
                by=by,
                at=at,
            )
