"""One step at one system, for somebody to do: what to do there, answering it by hand, and having it
tried again."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from aboveboard.accounts.gate import actor_of, allow
from aboveboard.basics import clock
from aboveboard.basics.actor import Role
from aboveboard.basics.bodies import takes_file
from aboveboard.basics.errors import AboveboardError
from aboveboard.console.requests.hand_forms import HandAnswerForm
from aboveboard.console.requests.identity import as_download
from aboveboard.console.requests.page import step_in_words
from aboveboard.console.requests.words import TASKS
from aboveboard.rights import limits
from aboveboard.rights.requests import queries
from aboveboard.rights.requests.queries import RequestRecord, StepRecord
from aboveboard.rights.requests.terms import NeedsPerson, NotInThisStage, StepVerb
from aboveboard.rights.running import by_hand


@allow(Role.PRIVACY_LEAD)
@takes_file(limits.DOCUMENT_BYTES)
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, number: int, system: str, step: str) -> HttpResponse:
    """Say what is to be done at a system, and take the answer."""
    record, row = _step(number, system, step)
    if request.method != "POST":
        return _page(request, record, row, HandAnswerForm(verb=row.verb))
    if not _waits_for_somebody(row):
        problem = NotInThisStage(why="this step waits for nobody")
        return _page(
            request, record, row, HandAnswerForm(verb=row.verb), problem=problem, status=409
        )
    form = HandAnswerForm(request.POST, request.FILES, verb=row.verb)
    if not form.is_valid():
        return _page(request, record, row, form, status=422)
    given = form.hand_answer(system)
    try:
        by_hand.answer_step(number, system, row.verb, given, by=actor_of(request), at=clock.now())
    except AboveboardError as error:
        form.add_error(None, str(error))
        return _page(request, record, row, form, status=409)
    messages.success(request, "Answered. It goes on.")
    return HttpResponseRedirect(reverse("console:request", args=[number]))


@allow(Role.PRIVACY_LEAD)
@require_POST
def again(request: HttpRequest, number: int, system: str, step: str) -> HttpResponse:
    """Have the worker try a step again, now."""
    record, row = _step(number, system, step)
    try:
        by_hand.try_again(number, system, row.verb, by=actor_of(request), at=clock.now())
    except AboveboardError as error:
        form = HandAnswerForm(verb=row.verb)
        return _page(request, record, row, form, problem=error, status=409)
    messages.success(request, "It is tried again now.")
    return HttpResponseRedirect(reverse("console:request", args=[number]))


@allow(Role.PRIVACY_LEAD)
@require_POST
def evidence(request: HttpRequest, number: int, system: str, step: str) -> HttpResponseBase:
    """Send the evidence of a step, as a file to look at; that somebody looked is written down."""
    record, row = _step(number, system, step)
    try:
        chunks = by_hand.open_evidence(
            number, system, row.verb, by=actor_of(request), at=clock.now()
        )
    except AboveboardError as error:
        form = HandAnswerForm(verb=row.verb)
        return _page(request, record, row, form, problem=error, status=409)
    return as_download(record.reference, chunks)


def _step(number: int, system: str, step: str) -> tuple[RequestRecord, StepRecord]:
    if step not in set(StepVerb):
        raise Http404
    record = queries.request(number, at=clock.now())
    for row in queries.steps(record):
        if (row.system, row.verb.value) == (system, step):
            return record, row
    raise Http404


def _waits_for_somebody(row: StepRecord) -> bool:
    return row.state == "needs_person" and row.why != NeedsPerson.SEVERAL


def _page(
    request: HttpRequest,
    record: RequestRecord,
    row: StepRecord,
    form: HandAnswerForm,
    *,
    problem: AboveboardError | None = None,
    status: int = 200,
) -> HttpResponse:
    is_ours = record.next_move is not None and _waits_for_somebody(row)
    context = {
        "record": record,
        "title": TASKS[row.verb].format(row.system),
        "row": step_in_words(row, record),
        "instructions": by_hand.instructions(row.system, row.verb) if is_ours else "",
        "form": form if is_ours else None,
        "problem": problem,
    }
    return render(request, "console/requests/by_hand.html", context, status=status)
