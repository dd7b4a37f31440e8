"""Breaking the glass: say what is at stake and who it is about, and see just the
named fields, for minutes."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from aboveboard.access import limits
from aboveboard.access.emergency import queries
from aboveboard.access.emergency.actions import break_glass, show_again
from aboveboard.access.emergency.queries import EmergencyRecord
from aboveboard.access.emergency.reasons import IN_WORDS, EmergencyGround, ReviewVerdict
from aboveboard.access.lookup import NoOneFound, SeveralFound
from aboveboard.access.use import Subject, UseResult
from aboveboard.accounts.gate import actor_of, allow_staff, throttle
from aboveboard.basics import clock
from aboveboard.basics.errors import NotFound
from aboveboard.console.emergency.forms import EmergencyForm
from aboveboard.console.forms import kind_of
from aboveboard.console.people import FieldDetail, field_reason
from aboveboard.kinds.values import display
from aboveboard.promise.model import BreakGlass, Promise
from aboveboard.promise.queries import in_force


def may_break_glass(promise: Promise, role: str) -> BreakGlass | None:
    """Return what the promise opens to this role in an emergency, or None."""
    glass = promise.break_glass
    return glass if glass is not None and role in glass.roles else None


@allow_staff
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Ask what is at stake, who and which fields; show them, or say why not. Roles that
    the promise does not allow it find no such page."""
    promise, actor = in_force().promise, actor_of(request)
    glass = may_break_glass(promise, actor.role)
    # Who may not sees no such page.
    if glass is None:
        raise Http404
    form = EmergencyForm(
        request.POST if request.method == "POST" else None, promise=promise, glass=glass
    )
    if request.method == "POST" and form.is_valid():
        # An emergency must not become the way round the limit on looking people up.
        throttle(request, "look_up")
        answers = form.cleaned_data
        try:
            result = break_glass(
                Subject(kind=kind_of(answers["who"]), value=answers["who"]),
                tuple(answers["fields_wanted"]),
                EmergencyGround(answers["why"]),
                reference=answers["reference"],
                note=answers["words"],
                by=actor,
                at=clock.now(),
            )
        except (NoOneFound, SeveralFound) as error:
            form.add_error("who", str(error))
        else:
            # A refused attempt leaves an entry and no row: there is nothing to show again.
            kept = queries.emergency_use_of_entry(result.entry_id) if result.allowed else None
            return _answer(request, promise, result, kept)
    context = {
        "form": form,
        "minutes": limits.EMERGENCY_LIFE.seconds // 60,
        "a_day": limits.EMERGENCY_A_DAY,
    }
    return render(
        request, "console/emergency/ask.html", context, status=422 if form.errors else 200
    )


@allow_staff
@require_http_methods(["GET", "HEAD", "POST"])
def record(request: HttpRequest, emergency_id: int) -> HttpResponse:
    """Show one's own emergency use: what was asked, until when; a POST shows the fields again
    while the time lasts."""
    promise, actor = in_force().promise, actor_of(request)
    try:
        emergency = queries.own_emergency_use(emergency_id, int(actor.id))
    except NotFound:
        raise Http404 from None
    if request.method == "POST":
        return _answer(
            request, promise, show_again(emergency_id, by=actor, at=clock.now()), emergency
        )
    return render(request, "console/emergency/record.html", _context(promise, emergency))


def _answer(
    request: HttpRequest, promise: Promise, result: UseResult, record: EmergencyRecord | None
) -> HttpResponse:
    if not result.allowed:
        context = {
            "reasons": [field_reason(promise, reason) for reason in result.reasons],
            "entry_id": result.entry_id,
        }
        return render(request, "console/emergency/refused.html", context, status=403)
    details = [
        FieldDetail(
            promise.fields[name].label,
            display(promise.fields[name].kind_and_format, value.reveal()) if value else "Not held",
            "",
        )
        for name, value in result.values.items()
    ]
    context = {
        "details": details,
        "entry_id": result.entry_id,
        **(_context(promise, record) if record else {}),
    }
    return render(request, "console/emergency/record.html", context)


def _context(promise: Promise, record: EmergencyRecord) -> dict[str, Any]:
    return {
        "record": record,
        "why": IN_WORDS[record.why],
        "labels": [
            promise.fields[name].label if name in promise.fields else name for name in record.fields
        ],
        "open": clock.now() <= record.until and record.verdict != ReviewVerdict.NOT_JUSTIFIED,
    }
