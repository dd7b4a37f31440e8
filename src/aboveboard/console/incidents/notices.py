"""Notices: prepared by one, read and approved by another, sent, and followed to the last row."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from aboveboard.accounts.gate import actor_of, allow
from aboveboard.basics import clock
from aboveboard.basics.errors import AboveboardError
from aboveboard.console.incidents.forms import PrepareForm, ReadForm
from aboveboard.console.incidents.page import LEADS
from aboveboard.console.incidents.people import NOTICES
from aboveboard.console.incidents.reviewing import (
    APPROVERS,
    batch_of_incident,
    show_review,
    who,
)
from aboveboard.console.incidents.unsent import CHANNELS, NO_REASON, in_words
from aboveboard.delivery.queries import ChannelProgress
from aboveboard.delivery.terms import DispatchState
from aboveboard.incidents import queries
from aboveboard.incidents.notices import actions
from aboveboard.incidents.notices import queries as notices
from aboveboard.incidents.notices.changes import change_requests
from aboveboard.incidents.notices.recipients import NoticeNews, count_new
from aboveboard.incidents.terms import BatchStep


@allow(*APPROVERS)
@require_http_methods(["GET", "HEAD", "POST"])
def prepare(request: HttpRequest, number: int) -> HttpResponse:
    """Ask what was done, and prepare a notice for everyone counted."""
    page = queries.page(number, at=clock.now())
    form = PrepareForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            batch = actions.prepare(
                number, measures=form.cleaned_data, by=actor_of(request), at=clock.now()
            )
        except AboveboardError as error:
            form.add_error(None, str(error))
        else:
            return HttpResponseRedirect(reverse("console:notices", args=[number, batch.id]))
    return render(
        request,
        "console/incidents/prepare.html",
        {"page": page, "form": form},
        status=422 if form.errors else 200,
    )


@allow(*APPROVERS)
@require_http_methods(["GET", "HEAD", "POST"])
def prepare_new(request: HttpRequest, number: int, news: str) -> HttpResponse:
    """Ask what was done since, and prepare notices for those alone to whom something is new."""
    if news not in NoticeNews.values:
        raise Http404
    form = PrepareForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            batch = actions.prepare_new(
                number,
                NoticeNews(news),
                measures=form.cleaned_data,
                by=actor_of(request),
                at=clock.now(),
            )
        except AboveboardError as error:
            form.add_error(None, str(error))
        else:
            return HttpResponseRedirect(reverse("console:notices", args=[number, batch.id]))
    context = {
        "page": queries.page(number, at=clock.now()),
        "form": form,
        "news": news,
        "people": count_new(number)[NoticeNews(news)],
    }
    status = 422 if form.errors else 200
    return render(request, "console/incidents/prepare_new.html", context, status=status)


@allow(*LEADS)
@require_safe
def notices_page(request: HttpRequest, number: int, batch_id: int) -> HttpResponse:
    """Show a batch: to read and approve while it waits, its progress afterwards."""
    return _show(request, number, batch_id)


@allow(*APPROVERS)
@require_POST
def approve(request: HttpRequest, number: int, batch_id: int) -> HttpResponse:
    """Approve as the second person; sending begins at once."""
    form = ReadForm(request.POST)
    if form.is_valid():
        try:
            actions.approve(
                batch_of_incident(number, batch_id).id, by=actor_of(request), at=clock.now()
            )
        except AboveboardError as error:
            form.add_error(None, str(error))
        else:
            return HttpResponseRedirect(reverse("console:notices", args=[number, batch_id]))
    return _show(request, number, batch_id, form)


@allow(*APPROVERS)
@require_POST
def change(request: HttpRequest, number: int, batch_id: int, change: str) -> HttpResponse:
    """Send a batch back, stop it, or let it go on."""
    batch, by, at = batch_of_incident(number, batch_id).id, actor_of(request), clock.now()
    if change == "stop":
        actions.stop(batch, by=by, at=at)
    elif change == "resume":
        actions.resume(batch, by=by, at=at)
    elif change == "back":
        actions.send_back(batch, note="", by=by, at=at)
    else:
        raise Http404
    return HttpResponseRedirect(reverse("console:notices", args=[number, batch_id]))


def _show(
    request: HttpRequest, number: int, batch_id: int, form: ReadForm | None = None
) -> HttpResponse:
    view = batch_of_incident(number, batch_id)
    if view.waits_for_approval:
        return show_review(request, view, form=form)
    context = {
        "page": queries.page(number, at=clock.now()),
        "view": view,
        "tallies": [
            {
                "line": line,
                "words": NOTICES[line.state],
                "why": in_words(line.reason),
                # Just those that are counted here: of this reason, or of none.
                "query": "?"
                + urlencode({"state": line.state.value, "reason": line.reason or NO_REASON}),
            }
            for line in view.tallies
        ],
        "reasons": any(line.reason for line in view.tallies),
        "channels": [_channel_line(each) for each in view.channels],
        "steps": _steps(view),
        "may": actor_of(request).role in APPROVERS,
        "sending": not view.is_over and view.step in (BatchStep.APPROVED, BatchStep.RESUMED),
        "form": form,
    }
    status = 422 if form and form.errors else 200
    return render(request, "console/incidents/notices.html", context, status=status)


def _channel_line(each: ChannelProgress) -> dict[str, object]:
    unsent = each.count(DispatchState.FAILED) + each.count(DispatchState.SKIPPED)
    return {
        "words": CHANNELS[each.channel],
        "query": "?" + urlencode({"channel": each.channel.value}),
        "sent": each.count(DispatchState.SENT),
        "waiting": each.waiting,
        "unsent": unsent,
        "why": in_words(each.trouble),
        "progress": each,
    }


def _steps(view: notices.BatchView) -> list[dict[str, object]]:
    """Return who decided what about a batch, oldest first."""
    steps = [("Prepared", view.prepared_by, view.prepared_at)]
    steps += [(decision.step.label, decision.by, decision.at) for decision in view.decisions]
    for each in change_requests(view.id):
        steps.append(("Changes requested", each.by, each.at))
        if each.closed_by and each.closed_at:
            steps.append((f"Request {each.outcome}", each.closed_by, each.closed_at))
    steps.sort(key=lambda step: step[2])
    return [{"words": f"{words} by {who(by)}", "at": at} for words, by, at in steps]
