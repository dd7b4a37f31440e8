"""The first page: what there is to do, most pressing first."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from aboveboard.access.concerns import queries as concerns
from aboveboard.access.concerns.terms import ANSWERING
from aboveboard.access.emergency import queries as emergencies
from aboveboard.accounts.gate import actor_of, allow_staff
from aboveboard.basics import clock
from aboveboard.basics.actor import Actor, Role
from aboveboard.choices import queries as choices
from aboveboard.console.acting import APPROVERS as REPRESENTATION_APPROVERS
from aboveboard.console.emergency.ask import may_break_glass
from aboveboard.console.incidents.page import LEADS
from aboveboard.console.incidents.reviewing import APPROVERS
from aboveboard.console.people import may_look_up
from aboveboard.console.report_loss import own_devices
from aboveboard.incidents import queries
from aboveboard.incidents.notices.queries import BatchView, newest_batch
from aboveboard.incidents.terms import IncidentState
from aboveboard.incidents.views import IncidentRow
from aboveboard.ledger.witnessing import witness_states
from aboveboard.promise.queries import in_force, last_serial
from aboveboard.recovery.queries import last_comparison
from aboveboard.representation import queries as representation
from aboveboard.representation.deaths import deaths_to_approve

_TO_DO = ("first", "to_approve", "emergencies", "concerns", "refusing", "unconfirmed", "acting")
"""What is to be done, of all that the page shows."""


@allow_staff
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show what there is to do: the next duty and notices to approve for leads, looking up for
    advisers, one's own devices for all."""
    actor = actor_of(request)
    leads = actor.role in LEADS
    running = (
        [row for row in queries.incidents(at=clock.now()) if row.state != IncidentState.CLOSED]
        if leads
        else []
    )
    # By the clock that ends first; a duty without a fixed time comes after every one that has it.
    due = sorted((row for row in running if row.next_duty), key=_urgency)
    to_review = emergencies.awaiting_review() if actor.role == Role.PRIVACY_LEAD else []
    # Before the first promise is adopted there is nothing to ask, and this page opens all the same.
    promise = in_force().promise if last_serial() else None
    may_search = promise is not None and may_look_up(promise, actor.role)
    context: dict[str, Any] = {
        "leads": leads,
        "running": running,
        "first": due[0] if due else None,
        "to_approve": _to_approve(running, actor),
        "may_look_up": may_search,
        "settings": actor.role == Role.ADMINISTRATOR,
        "rows": last_comparison()
        if actor.role in (Role.ADMINISTRATOR, Role.PRIVACY_LEAD)
        else None,
        "devices": own_devices(actor),
        "refusing": [state for state in witness_states() if state.refuses] if leads else [],
        "emergency": promise is not None and may_break_glass(promise, actor.role) is not None,
        "emergencies": to_review,
        "emergencies_title": f"{len(to_review)} emergency access to review"
        if len(to_review) == 1
        else f"Emergency access used {len(to_review)} times: review each",
        "unconfirmed": len(choices.waiting_choices(confirmable_by=actor)) if may_search else 0,
        "acting": len(representation.to_approve(approver=actor, at=clock.now()))
        + len(deaths_to_approve(approver=actor))
        if actor.role in REPRESENTATION_APPROVERS
        else 0,
        "concerns": concerns.count_open() if actor.role == ANSWERING else 0,
        "concerns_overdue": concerns.count_overdue(clock.now()) if actor.role == ANSWERING else 0,
        "overdue": emergencies.count_overdue(clock.now()) if actor.role == Role.PRIVACY_LEAD else 0,
    }
    rows = context["rows"]
    context["to_do"] = any(context[key] for key in _TO_DO) or bool(rows and rows.differing)
    return render(request, "console/home.html", context)


def _urgency(row: IncidentRow) -> tuple[bool, float]:
    due = row.next_duty.due_at if row.next_duty else None
    return (due is None, due.timestamp() if due else 0.0)


def _to_approve(running: list[IncidentRow], actor: Actor) -> list[BatchView]:
    """Return the batches that need a second person, who cannot be the one that prepared them."""
    if actor.role not in APPROVERS:
        return []
    batches = [
        batch
        for row in running
        if (batch := newest_batch(row.number)) is not None and batch.waits_for_approval
    ]
    # Who prepared a batch cannot approve it, so for them there is nothing to do.
    return [each for each in batches if each.prepared_by["id"] != actor.id]
