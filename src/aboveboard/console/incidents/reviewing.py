"""Reading a batch of notices before it is approved: the texts, who gets them, who may approve; and
asking for changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from aboveboard.accounts import queries as accounts
from aboveboard.accounts.gate import actor_of, allow, throttle
from aboveboard.basics import clock
from aboveboard.basics.actor import Actor, ActorKind, Role
from aboveboard.basics.errors import AboveboardError, NotFound
from aboveboard.basics.ids import parse_id
from aboveboard.console.incidents.forms import AnswerChangesForm, ChangesForm, ReadForm
from aboveboard.console.incidents.lines import language_in_words
from aboveboard.console.opened import OpenedPerson, office_channel, open_people, readable_fields
from aboveboard.incidents import queries
from aboveboard.incidents.affected import place_in_words
from aboveboard.incidents.notices import changes
from aboveboard.incidents.notices import queries as notices
from aboveboard.incidents.notices.changes import ChangeRequestView
from aboveboard.incidents.notices.queries import PURPOSE, BatchView
from aboveboard.incidents.notices.review import IndexRow, NoticeReader, gets_notice, review
from aboveboard.incidents.notices.texting import text_messages
from aboveboard.promise.queries import in_force

APPROVERS = (Role.INCIDENT_LEAD, Role.PRIVACY_LEAD)
"""The roles that approve notices here; an administrator may on the command line."""

_READERS = {
    NoticeReader.THEMSELVES: "the customer",
    NoticeReader.GUARDIAN: "a child’s guardian",
    NoticeReader.REPRESENTATIVE: "a representative",
    NoticeReader.NOBODY: "nobody: we do not write to them",
}
_FORMS = {
    "plain": "plain",
    "headed": "headings set by law",
    "guarded": "says nothing of how it happened",
}
_WAYS = {"email": "e-mail", "post": "post", "": "not sent"}


def batch_of_incident(number: int, batch_id: int) -> BatchView:
    """Return a batch of the incident in the address: what may be done is decided about that one.

    Raises:
        Http404: it is another's.
    """
    batch = notices.batch(batch_id)
    if batch.incident.number != number:
        raise Http404
    return batch


def show_review(
    request: HttpRequest,
    view: BatchView,
    *,
    form: ReadForm | None = None,
    asking: ChangesForm | None = None,
    answering: AnswerChangesForm | None = None,
    opened: OpenedPerson | None = None,
) -> HttpResponse:
    """Show a batch that waits for a second person."""
    actor = actor_of(request)
    seen, requests = review(view.id), changes.change_requests(view.id)
    open_request = next((each for each in requests if each.is_open), None)
    failed = next((each for each in (form, asking, answering) if each and each.errors), None)
    context = {
        "page": queries.page(view.incident.number, at=clock.now()),
        "view": view,
        "silent": [language_in_words(code) for code in view.without_measures],
        "index": [_index_row(row) for row in seen.rows],
        "texts": [{"text": each, "places": _places(each.places)} for each in seen.texts],
        "unread": seen.unread,
        "messages": [
            {"language": language_in_words(each.language), "words": each.words, "size": each.size}
            for each in text_messages(view.id, view.languages)
        ],
        "prepared_by": who(view.prepared_by),
        "approvers": approvers(view),
        "mine": _is_actor(view.prepared_by, actor),
        "may": actor.role in APPROVERS,
        "requests": [_request(each, actor) for each in requests],
        "open_request": open_request,
        "asking": asking or ChangesForm(),
        "answering": answering or AnswerChangesForm(),
        "reading": form or ReadForm(),
        "opened": opened,
        "form": failed,
    }
    return render(
        request, "console/incidents/notices_review.html", context, status=422 if failed else 200
    )


@allow(*APPROVERS)
@require_POST
def request_changes(request: HttpRequest, number: int, batch_id: int) -> HttpResponse:
    """Ask whoever prepared a batch for changes."""
    view, form = batch_of_incident(number, batch_id), ChangesForm(request.POST)
    return _do(
        request,
        view,
        form,
        lambda: changes.request_changes(
            view.id, form.cleaned_data["words"], by=actor_of(request), at=clock.now()
        ),
        asking=form,
    )


@allow(*APPROVERS)
@require_POST
def answer_changes(request: HttpRequest, number: int, batch_id: int) -> HttpResponse:
    """Answer a request for changes, as whoever prepared the batch."""
    view, form = batch_of_incident(number, batch_id), AnswerChangesForm(request.POST)
    return _do(
        request,
        view,
        form,
        lambda: changes.answer(
            view.id, form.cleaned_data["answer"], by=actor_of(request), at=clock.now()
        ),
        answering=form,
    )


@allow(*APPROVERS)
@require_POST
def withdraw_changes(request: HttpRequest, number: int, batch_id: int) -> HttpResponse:
    """Take a request for changes back, as whoever asked."""
    view = batch_of_incident(number, batch_id)
    changes.withdraw(view.id, by=actor_of(request), at=clock.now())
    return _back(view)


@allow(*APPROVERS)
@require_POST
def open_sample(request: HttpRequest, number: int, batch_id: int) -> HttpResponse:
    """Open what the promise allows of one person who gets a notice: a use, which they see."""
    view, person_id = batch_of_incident(number, batch_id), parse_id(request.POST.get("person", ""))
    if not view.waits_for_approval or person_id is None or not gets_notice(view.id, person_id):
        raise Http404
    promise = in_force().promise
    purpose = promise.purposes.get(PURPOSE)
    if purpose is None:
        raise NotFound(what="purpose of telling people of a loss")
    throttle(request, "look_up")
    (opened,) = open_people(
        promise,
        purpose,
        readable_fields(promise, purpose),
        office_channel(purpose),
        [person_id],
        reference=view.incident.reference,
        by=actor_of(request),
    )
    return show_review(request, view, opened=opened)


def _do(
    request: HttpRequest,
    view: BatchView,
    form: ChangesForm | AnswerChangesForm,
    act: Callable[[], object],
    **shown: Any,
) -> HttpResponse:
    if form.is_valid():
        try:
            act()
        except AboveboardError as error:
            form.add_error(None, str(error))
        else:
            return _back(view)
    if not view.waits_for_approval:
        return _back(view)
    return show_review(request, view, **shown)


def _back(view: BatchView) -> HttpResponse:
    return HttpResponseRedirect(reverse("console:notices", args=[view.incident.number, view.id]))


def who(actor: dict[str, str]) -> str:
    """Return who did something, for colleagues: their name, role and team."""
    if actor["kind"] != ActorKind.STAFF.value:
        return "the operator, on the command line"
    role = actor["role"].replace("-", " ")
    name = accounts.names([int(actor["id"])]).get(int(actor["id"]))
    return f"{name}, {role}" if name else f"the {role}, {actor['team']}"


def approvers(view: BatchView) -> list[str]:
    """Return the names and roles of the colleagues who may approve a batch: not who prepared it."""
    return [
        f"{member.name}, {member.role_in_words}"
        for member in accounts.staff()
        if member.is_active
        and member.role in APPROVERS
        and not _is_actor(view.prepared_by, member.actor)
    ]


def _is_actor(stored: dict[str, str] | None, actor: Actor) -> bool:
    return stored is not None and (stored["kind"], stored["id"]) == (actor.kind.value, actor.id)


def _request(each: ChangeRequestView, actor: Actor) -> dict[str, object]:
    return {
        "row": each,
        "by": who(each.by),
        "mine": _is_actor(each.by, actor),
        "closed_by": who(each.closed_by) if each.closed_by else "",
    }


def _index_row(row: IndexRow) -> dict[str, object]:
    return {
        "row": row,
        "place": place_in_words(row.jurisdiction),
        "language": language_in_words(row.language),
        "form": _FORMS.get(row.layout, row.layout),
        "reader": _READERS[row.reader],
        "way": _WAYS[row.channel],
    }


def _places(places: tuple[str, ...]) -> str:
    shown = [place_in_words(place) for place in places[:3]]
    more = len(places) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")
