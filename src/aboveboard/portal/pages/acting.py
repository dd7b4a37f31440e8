"""Acting for somebody: who may act for you, for whom you may act, beginning, stopping and ending
it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from aboveboard.access.actions import use
from aboveboard.access.use import Subject, UseRequest
from aboveboard.accounts.gate import allow_customer, throttle
from aboveboard.basics.actor import CUSTOMER
from aboveboard.portal import wording
from aboveboard.portal.page import ACTING, CHANNEL, PortalCustomer, portal_page
from aboveboard.portal.pages.home import SHOW
from aboveboard.promise.explain import join_words
from aboveboard.representation import actions, queries
from aboveboard.representation.errors import EndedByCourtAlone
from aboveboard.representation.records import RepresentationRecord
from aboveboard.representation.terms import Capacity, Power, RepresentationState

_CAPACITIES: Final = {
    Capacity.GUARDIAN: gettext_lazy("As their parent or guardian"),
    Capacity.ATTORNEY: gettext_lazy("By a power of attorney"),
    Capacity.CARER: gettext_lazy("As their carer"),
    Capacity.EXECUTOR: gettext_lazy("As the executor of their will"),
}
_POWERS: Final = {
    Power.SEE: gettext_lazy("see"),
    Power.CHOOSE: gettext_lazy("choose"),
    Power.ASK: gettext_lazy("ask"),
    Power.CORRECT: gettext_lazy("correct"),
}
_STATES: Final = {
    RepresentationState.WAITING: gettext_lazy("Not in force: a second person checks it first."),
    RepresentationState.NOT_YET: gettext_lazy("It has not begun."),
    RepresentationState.IN_FORCE: "",
    RepresentationState.LAPSED: gettext_lazy("It has run out."),
    RepresentationState.ENDED: gettext_lazy("It was ended."),
    RepresentationState.NOT_AUTHENTIC: gettext_lazy("It allows nothing. Please write to us."),
}
_OPEN: Final = (
    RepresentationState.WAITING,
    RepresentationState.NOT_YET,
    RepresentationState.IN_FORCE,
)
_NAME: Final = ("first_name", "last_name")


@allow_customer
@require_safe
@portal_page
def overview(request: HttpRequest, you: PortalCustomer) -> HttpResponse:
    """Show who acts for this person, and for whom they may act."""
    return _overview(request, you)


def _overview(request: HttpRequest, you: PortalCustomer, status: int = 200) -> HttpResponse:
    own, others = queries.of_person(you.person_id), queries.by_representative
    context = {
        "represented": [_in_words(each, you, wording.REPRESENTATIVES) for each in own],
        "represents": [
            _in_words(each, you, _CAPACITIES) for each in others(you.person_id, at=you.now)
        ],
        "ended": request.GET.get("ended") == "1",
        "refused": status == 403,
        "contact": you.promise.organisation.contact,
    }
    return render(request, "portal/acting.html", context, status=status)


@allow_customer
@require_POST
@portal_page
def start(request: HttpRequest, you: PortalCustomer, number: int) -> HttpResponse:
    """Act for somebody from now on, in this session. Their name is opened once, as a look that
    stands in their record, so that each page can say for whom it is."""
    record = queries.in_force(number, representative_id=you.person_id, at=you.now)
    if record is None:
        raise Http404
    throttle(request, "own_use")
    request.session[ACTING] = {"number": record.id, "name": _name(record, you)}
    return HttpResponseRedirect(reverse("portal:home"))


@allow_customer
@require_POST
def stop(request: HttpRequest) -> HttpResponse:
    """Be oneself again."""
    request.session.pop(ACTING, None)
    return HttpResponseRedirect(reverse("portal:home"))


@allow_customer
@require_POST
@portal_page
def end(request: HttpRequest, you: PortalCustomer, number: int) -> HttpResponse:
    """End an authority to act for oneself, or give up one's own."""
    own = {each.id for each in queries.of_person(you.person_id)}
    held = queries.in_force(number, representative_id=you.person_id, at=you.now)
    if number not in own and held is None:
        raise Http404
    try:
        actions.end(number, by=CUSTOMER if number in own or not held else held.actor, at=you.now)
    except EndedByCourtAlone:
        return _overview(request, you, status=403)
    return HttpResponseRedirect(f"{reverse('portal:acting')}?ended=1")


def _name(record: RepresentationRecord, you: PortalCustomer) -> str:
    show = you.promise.purposes.get(SHOW)
    fields = tuple(name for name in _NAME if show is not None and name in show.fields)
    if not fields:
        return ""
    subject = Subject(record.person_id)
    asked = UseRequest(record.actor, SHOW, fields, CHANNEL, subject, record.evidence)
    opened = use(asked, at=you.now).values
    return " ".join(value.reveal() for name in fields if (value := opened.get(name)))


def _in_words(
    record: RepresentationRecord, you: PortalCustomer, capacities: Mapping[Any, object]
) -> dict[str, object]:
    state = record.state(you.now)
    powers = [str(_POWERS[power]) for power in Power if power in record.powers]
    return {
        "record": record,
        "capacity": str(capacities[record.capacity]),
        "powers": gettext("May %(powers)s") % {"powers": join_words(powers, you.language)},
        "until": wording.day(_last(record.until)) if record.until else "",
        "state": _STATES[state],
        "open": state in _OPEN,
    }


def _last(until: datetime) -> datetime:
    # It lapses when its last day is over: that day is the one before.
    return until - timedelta(seconds=1)
