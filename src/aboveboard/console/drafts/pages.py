"""Drafts of the promise: write or upload, check, compare, go back, propose, adopt."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from aboveboard.accounts.gate import actor_of, allow
from aboveboard.accounts.queries import names
from aboveboard.adoption import adopting, concerned, drafting, queries, weighing
from aboveboard.adoption.queries import DraftRecord
from aboveboard.basics import clock
from aboveboard.basics.actor import Actor, ActorKind
from aboveboard.basics.bodies import takes_file
from aboveboard.basics.errors import AboveboardError, Invalid, http_status
from aboveboard.basics.ids import parse_id
from aboveboard.basics.reading_age import reading_age
from aboveboard.promise import diff
from aboveboard.promise import queries as promises
from aboveboard.promise.limits import PROMISE_BYTES
from aboveboard.promise.loading import SAMPLE, PromiseRefused, load
from aboveboard.promise.model import Promise
from aboveboard.promise.notice.building import build_notice
from aboveboard.promise.notice.languages import notice_language
from aboveboard.promise.notice.review import ItemState, review_notice


@allow(*adopting.ADOPTERS)
@takes_file(PROMISE_BYTES)
@require_http_methods(["GET", "HEAD", "POST"])
def overview(request: HttpRequest) -> HttpResponse:
    """List the drafts, and start one: from the promise in force, or from a file."""
    if request.method == "POST":
        by, at = actor_of(request), clock.now()
        source = _uploaded(request)
        name = "promise.yaml"
        if source is None:
            source = _in_force_text()
        draft_id = drafting.start(source, name=name, by=by, at=at)
        return HttpResponseRedirect(reverse("console:draft", args=[draft_id]))
    drafts = [{"draft": each, "by": _name(each.proposed_by)} for each in queries.drafts()]
    return render(request, "console/promise/drafts.html", {"drafts": drafts})


@allow(*adopting.ADOPTERS)
@takes_file(PROMISE_BYTES)
@require_http_methods(["GET", "HEAD", "POST"])
def draft(request: HttpRequest, draft_id: int) -> HttpResponse:
    """Show a draft with what is wrong with it and what it changes; keep what was written."""
    if request.method != "POST":
        return _page(request, queries.draft(draft_id))
    by, at = actor_of(request), clock.now()
    source = _uploaded(request)
    if source is None:
        source = _written(request)
    try:
        drafting.keep_text(draft_id, source, by=by, at=at)
    except AboveboardError as problem:
        return _refused(request, draft_id, problem)
    messages.success(request, "Saved.")
    return _back(draft_id)


@allow(*adopting.ADOPTERS)
@require_POST
def check(request: HttpRequest, draft_id: int) -> HttpResponse:
    """Give what is wrong with a text that is being written, and what it would change; nothing is
    kept."""
    queries.draft(draft_id)
    return render(request, "console/promise/draft_checked.html", checked(_written(request)))


@allow(*adopting.ADOPTERS)
@require_POST
def change(request: HttpRequest, draft_id: int, step: str) -> HttpResponse:
    """Do one step with a draft: ``go-back``, ``propose``, ``weigh``, ``adopt`` or ``give-up``."""
    act = _STEPS.get(step)
    if act is None:
        return HttpResponse(status=404)
    try:
        words = act(request, draft_id)
    except AboveboardError as problem:
        return _refused(request, draft_id, problem)
    messages.success(request, words)
    adopted = queries.draft(draft_id).adopted_serial
    if step == "adopt" and adopted is not None:
        return HttpResponseRedirect(reverse("console:tell_change", args=[adopted]))
    return _back(draft_id)


def _go_back(request: HttpRequest, draft_id: int) -> str:
    number = parse_id(request.POST.get("number", "")) or 0
    drafting.go_back(draft_id, number, by=actor_of(request), at=clock.now())
    return f"Text {number} is the newest again."


def _propose(request: HttpRequest, draft_id: int) -> str:
    drafting.propose(draft_id, by=actor_of(request), at=clock.now())
    return "Proposed. Somebody else has to adopt it."


def _weigh(_request: HttpRequest, draft_id: int) -> str:
    weighing.weigh(draft_id, at=clock.now())
    return "It is being counted over everybody held. This page shows how far it is."


def _adopt(request: HttpRequest, draft_id: int) -> str:
    against = parse_id(request.POST.get("against", ""))
    adopted = adopting.adopt(draft_id, against=against, by=actor_of(request), at=clock.now())
    return f"Version {adopted.serial} of the promise is in force."


def _give_up(_request: HttpRequest, draft_id: int) -> str:
    drafting.give_up(draft_id, at=clock.now())
    return "The draft is closed. Its texts stay here."


_STEPS: Final[Mapping[str, Callable[[HttpRequest, int], str]]] = {
    "go-back": _go_back,
    "propose": _propose,
    "weigh": _weigh,
    "adopt": _adopt,
    "give-up": _give_up,
}


def checked(source: str) -> dict[str, Any]:
    """Return what a page says of a text: its problems, or what it changes and whom that concerns,
    and what its notice lacks."""
    try:
        new = load(source, name="promise.yaml")
    except PromiseRefused as refused:
        return {"problems": refused.problems}
    findings = review_notice(new, source)
    ages = []
    for code in new.languages:
        language = notice_language(code)
        age = reading_age(build_notice(new, language).text, code)
        if age is not None and language.code == code:
            ages.append((code, age))
    return {
        "problems": (),
        "sound": True,
        "missing": [each for each in findings if each.state is ItemState.MISSING],
        "ages": ages,
        **_compared(new),
    }


def _compared(new: Promise) -> dict[str, Any]:
    serial = promises.last_serial()
    if serial is None:
        return {"before": None, "changes": ()}
    old = promises.version(serial).promise
    return {
        "before": serial,
        "changes": diff.compare(old, new),
        "concerned": [
            {"title": new.purposes[each.purpose].title, "means": each.means.value}
            for each in concerned.concerning_changes(old, new)
        ],
    }


def _page(
    request: HttpRequest,
    record: DraftRecord,
    *,
    problem: AboveboardError | None = None,
    status: int = 200,
) -> HttpResponse:
    by, weighed = actor_of(request), queries.last_weighing(record.id)
    proposed = record.proposed_by
    context = {
        "draft": record,
        "revisions": [
            {"revision": each, "by": _name(each.by)} for each in queries.revisions(record.id)
        ],
        "proposed_by": _name(proposed),
        "is_own": proposed is not None and (proposed.kind, proposed.id) == (by.kind, by.id),
        "weighed": weighed,
        "weighed_is_current": weighed is not None and weighed.digest == record.digest,
        "uses": _uses(weighed.counts) if weighed else (),
        "problem": problem,
        **checked(record.source),
    }
    return render(request, "console/promise/draft.html", context, status=status)


def _uses(counts: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return what a what-if found, a row for each purpose and set of uses that change alike."""
    alike: dict[tuple[str, int, int], dict[str, Any]] = {}
    for cell in counts.get("uses", ()):
        key = (cell["purpose"], cell["gained"], cell["lost"])
        row = alike.setdefault(
            key,
            {
                "purpose": cell["purpose"],
                "gained": cell["gained"],
                "lost": cell["lost"],
                "fields": {},
                "roles": {},
            },
        )
        row["fields"][cell["field"]] = row["roles"][cell["role"]] = None
    return [
        {**row, "fields": list(row["fields"]), "roles": list(row["roles"])}
        for row in alike.values()
    ]


def _refused(request: HttpRequest, draft_id: int, problem: AboveboardError) -> HttpResponse:
    if http_status(problem) >= 500 or http_status(problem) == 404:
        raise problem
    record = queries.draft(draft_id)
    return _page(request, record, problem=problem, status=http_status(problem))


def _back(draft_id: int) -> HttpResponse:
    return HttpResponseRedirect(reverse("console:draft", args=[draft_id]))


def _written(request: HttpRequest) -> str:
    # Browsers send line ends as CR LF; the digest is of the text as it would stand in a file.
    return request.POST.get("source", "").replace("\r\n", "\n")


def _uploaded(request: HttpRequest) -> str | None:
    upload = request.FILES.get("file")
    if upload is None:
        return None
    content = upload.read()
    try:
        return str(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise Invalid(found="the file is not UTF-8 text", fix="Save it as UTF-8.") from None


def _in_force_text() -> str:
    serial = promises.last_serial()
    return SAMPLE.read_text("utf-8") if serial is None else promises.source(serial)


def _name(actor: Actor | None) -> str:
    """Return who somebody is, by name where they are staff."""
    if actor is None:
        return ""
    if actor.kind is not ActorKind.STAFF:
        return "the command line"
    return names([int(actor.id)]).get(int(actor.id), f"account {actor.id}")
