"""Saying that a look seems wrong: which look it is, what seems wrong, in their own words if they
like, and by when they are answered."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from aboveboard.access import limits
from aboveboard.access import queries as access_queries
from aboveboard.access.concerns import queries
from aboveboard.access.concerns.actions import raise_concern
from aboveboard.access.concerns.terms import Concern, TooManyConcerns
from aboveboard.accounts.gate import allow_customer
from aboveboard.basics.actor import CUSTOMER
from aboveboard.basics.ids import parse_id
from aboveboard.portal.forms import ConcernForm
from aboveboard.portal.page import PortalCustomer, portal_page
from aboveboard.portal.pages.uses import concerns_in_words, own_entry, use_in_words


@allow_customer
@require_http_methods(["GET", "HEAD", "POST"])
@portal_page
def concern(request: HttpRequest, you: PortalCustomer) -> HttpResponse:
    """Let the person say that a use seems wrong. ``?about=`` names the entry; without it, it is
    about the list as a whole."""
    about = parse_id(request.GET.get("about", ""))
    entry = own_entry(you, about) if about is not None else None
    raised = [] if about is None else queries.own_concerns(you.person_id, [about])
    asked = concerns_in_words(raised, about)
    form = ConcernForm(request.POST if request.method == "POST" else None)
    # What waits for its answer is not asked a second time: the page says when it comes.
    if not (about is not None and asked["asked_already"]) and form.is_valid():
        try:
            raise_concern(
                you.person_id,
                about,
                Concern(form.cleaned_data["concern"]),
                words=form.cleaned_data["words"],
                by=CUSTOMER,
                at=you.now,
            )
        except TooManyConcerns as refused:
            page = _outcome(request, you, count=refused.details["count"], status=429)
            page["Retry-After"] = str(refused.details["seconds"])
            return page
        return HttpResponseRedirect(reverse("portal:concern_sent"))
    use = access_queries.use_record(about) if about is not None else None
    if use is not None and use.is_sealed:
        (use,) = access_queries.records_of(you.person_id, [use.entry_id])
    context = {
        "form": form,
        "about": entry,
        "row": use_in_words(you, use) if use is not None else None,
        "asked": asked if about is not None else {"asked_already": False},
        "due": you.now + limits.CONCERN_ANSWER,
    }
    return render(request, "portal/concern.html", context, status=422 if form.errors else 200)


@allow_customer
@require_safe
@portal_page
def concern_sent(request: HttpRequest, you: PortalCustomer) -> HttpResponse:
    """Say that the privacy lead was told, and by when they answer."""
    raised = queries.own_concerns(you.person_id)
    if not raised:
        return HttpResponseRedirect(reverse("portal:uses"))
    return _outcome(request, you, due=raised[0].due_at)


def _outcome(
    request: HttpRequest, you: PortalCustomer, *, status: int = 200, **facts: object
) -> HttpResponse:
    """Show what came of it. ``due``: it was sent, and is answered by then; ``count``: it was not,
    after so many within a day."""
    context = {"contact": you.promise.organisation.contact} | facts
    return render(request, "portal/concern_outcome.html", context, status=status)
