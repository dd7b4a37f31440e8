"""Where an incident stands: confirm that it is contained, that everyone was notified, that it is
closed or open again; and take that back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from aboveboard.accounts.gate import actor_of, allow
from aboveboard.basics import clock
from aboveboard.basics.errors import Conflict
from aboveboard.console.incidents.forms import ClosingForm, StateNoteForm
from aboveboard.console.incidents.page import LEADS
from aboveboard.incidents import actions, queries
from aboveboard.incidents.case.closing import ClosingWords, TasksOpen
from aboveboard.incidents.case.tasks import tasks
from aboveboard.incidents.taking_back import take_back_duty, take_back_state
from aboveboard.incidents.terms import IncidentState
from aboveboard.incidents.views import IncidentPage


@dataclass(frozen=True, slots=True)
class StateMove:
    """A step into a state: what the page asks and says, what its button does, what is answered;
    ``all_done``: only when no duty that binds is open."""

    do: Callable[..., None]
    asks: str
    means: str
    does: str
    answer: str
    all_done: bool = False


MOVES: Final[Mapping[IncidentState, StateMove]] = {
    IncidentState.CONTAINED: StateMove(
        actions.contain,
        "Is it contained?",
        "It means that no more data can get out. The timeline says so, on the trust centre too.",
        "Mark as contained",
        "Marked as contained",
    ),
    IncidentState.NOTIFIED: StateMove(
        actions.mark_notified,
        "Has everyone been told?",
        "It means that everyone whom the law asks you to tell has been told. The timeline says so, "
        "on the trust centre too.",
        "Mark as notified",
        "Marked: everyone was told",
        all_done=True,
    ),
    IncidentState.CLOSED: StateMove(
        actions.close,
        "Close this incident?",
        "It leaves the list of what there is to do. You can reopen it.",
        "Close the incident",
        "Closed",
        all_done=True,
    ),
    IncidentState.OPEN: StateMove(
        actions.reopen,
        "Reopen this incident?",
        "It stands among what there is to do again.",
        "Reopen the incident",
        "Open again",
    ),
}
TAKEN_BACK: Final = frozenset(MOVES) - {IncidentState.OPEN}
"""States that can be taken back: whoever opened an incident again moves it on."""


@allow(*LEADS)
@require_http_methods(["GET", "HEAD", "POST"])
def move(request: HttpRequest, number: int, state: str) -> HttpResponse:
    """Ask before an incident comes into a state, or say which duties are still open."""
    page, to = queries.page(number, at=clock.now()), _state(state)
    data = request.POST if request.method == "POST" else None
    todo = [task for task in tasks(number, at=clock.now()) if task.is_open]
    form = ClosingForm(data, left=len(todo)) if to is IncidentState.CLOSED else StateNoteForm(data)
    if data is not None and MOVES[to].all_done and any(duty.is_open for duty in page.duties):
        return _ask(request, page, to, form, status=409)
    if request.method == "POST" and form.is_valid():
        try:
            # The page is only an offer. Whether the incident may go there from where it is now, the
            # action asks under its lock.
            given = (
                {"review": ClosingWords(**form.cleaned_data)}
                if isinstance(form, ClosingForm)
                else form.cleaned_data
            )
            MOVES[to].do(number, **given, by=actor_of(request), at=clock.now())
        except (actions.DutiesOpen, TasksOpen):
            return _ask(request, page, to, form, status=409)
        undo = ". You can undo it under “Status”" if to in TAKEN_BACK else ""
        messages.success(request, f"{MOVES[to].answer}{undo}")
        return HttpResponseRedirect(reverse("console:incident", args=[number]))
    return _ask(request, page, to, form, status=422 if form.errors else 200)


@allow(*LEADS)
@require_POST
def take_back(request: HttpRequest, number: int, state: str) -> HttpResponse:
    """Take back that an incident came into a state."""
    before = take_back_state(number, _state(state), by=actor_of(request), at=clock.now())
    messages.success(request, f"Taken back. The status is “{before.label.lower()}” again")
    return HttpResponseRedirect(reverse("console:incident", args=[number]))


@allow(*LEADS)
@require_POST
def take_back_done(request: HttpRequest, number: int, duty_id: int) -> HttpResponse:
    """Take back that a duty was done."""
    # The number in the address must be of this incident, or one could be taken back under
    # another's name.
    if all(each.id != duty_id for each in queries.duties(number, at=clock.now())):
        raise Http404
    try:
        take_back_duty(duty_id, by=actor_of(request), at=clock.now())
    except Conflict as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "Taken back. The duty is open again")
    return HttpResponseRedirect(reverse("console:duty", args=[number, duty_id]))


def _state(state: str) -> IncidentState:
    if state not in IncidentState.values:
        raise Http404
    return IncidentState(state)


def _ask(
    request: HttpRequest, page: IncidentPage, to: IncidentState, form: Form, *, status: int
) -> HttpResponse:
    open_duties = [duty for duty in page.duties if duty.is_open]
    left_out = [
        duty
        for duty in page.duties
        if duty.required == "yes" and duty.done is None and duty.not_notified is not None
    ]
    context = {
        "page": page,
        "move": MOVES[to],
        "form": form,
        "open": open_duties if MOVES[to].all_done else [],
        "left_out": left_out if MOVES[to].all_done else [],
    }
    return render(request, "console/incidents/move.html", context, status=status)
