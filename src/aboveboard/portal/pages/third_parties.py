"""Third parties that this person lets in: who is in, what each looked at, letting one in for a
purpose and a time, and ending it in one press."""

from __future__ import annotations

from datetime import date
from typing import Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from aboveboard.access.use import UseRecord
from aboveboard.accounts.gate import allow_customer, throttle
from aboveboard.basics.actor import ActorKind
from aboveboard.basics.errors import AboveboardError
from aboveboard.portal import wording
from aboveboard.portal.page import CHANNEL, PortalCustomer, page_for
from aboveboard.portal.pages.uses_asked import UsesAsked
from aboveboard.promise import explain
from aboveboard.representation.terms import Power
from aboveboard.third_parties import actions, queries
from aboveboard.third_parties.queries import LetIn, Offered, ThirdPartyState

_OVER: Final = {
    ThirdPartyState.EXPIRED: gettext_lazy("Over: its last day has passed"),
    ThirdPartyState.ENDED: gettext_lazy("Ended"),
}


@allow_customer
@require_http_methods(["GET", "HEAD", "POST"])
@page_for(Power.CHOOSE)
def overview(request: HttpRequest, you: PortalCustomer) -> HttpResponse:
    """Show who is let in and who was, each with its looks; let one in, or end it."""
    if request.method != "POST":
        return _page(request, you)
    is_end = "end" in request.POST
    if not is_end:
        # Every use of theirs reads all of their choices. To end it is never refused.
        throttle(request, "own_change")
    try:
        (_end if is_end else _let_in)(request, you)
    except (AboveboardError, ValueError):
        # Only what this page offers can be sent by it: nothing of it is taken.
        return _page(request, you, status=422)
    saved = "ended" if is_end else "let-in"
    return HttpResponseRedirect(f"{reverse('portal:third_parties')}?saved={saved}")


def _let_in(request: HttpRequest, you: PortalCustomer) -> None:
    actions.let_in(
        you.person_id,
        request.POST.get("party", ""),
        request.POST.get("purpose", ""),
        date.fromisoformat(request.POST.get("last_day", "")),
        channel=CHANNEL,
        evidence=you.evidence,
        by=you.actor,
        at=you.now,
    )


def _end(request: HttpRequest, you: PortalCustomer) -> None:
    actions.end(
        you.person_id,
        request.POST.get("party", ""),
        request.POST.get("purpose", ""),
        channel=CHANNEL,
        evidence=you.evidence,
        by=you.actor,
        at=you.now,
    )


def _page(request: HttpRequest, you: PortalCustomer, status: int = 200) -> HttpResponse:
    rows = [
        _in_words(you, each) for each in queries.let_in_by(you.person_id, you.promise, at=you.now)
    ]
    is_in = {(r["party"], r["purpose"]) for r in rows if r["state"] is ThirdPartyState.OPEN}
    offers = [
        _offer_in_words(you, each)
        for each in queries.offered(you.promise, you.now)
        if (each.party, each.purpose.key) not in is_in
    ]
    context = {
        "waiting": [row for row in rows if row["state"] is ThirdPartyState.WAITING],
        "open": [row for row in rows if row["state"] is ThirdPartyState.OPEN],
        "over": [row for row in rows if row["state"] in _OVER],
        "offers": offers,
        "today": you.now.astimezone(you.promise.organisation.zone).date(),
        "saved": request.GET.get("saved", "") if status == 200 else "",
        "refused": status == 422,
    }
    return render(request, "portal/third_parties.html", context, status=status)


def _in_words(you: PortalCustomer, row: LetIn) -> dict[str, object]:
    choice = row.opened or row.choice
    recipient, purpose = (
        you.promise.recipients.get(row.party),
        you.promise.purposes.get(row.purpose),
    )
    actor = row.choice.actor
    by = wording.actor(you.promise, actor.kind, actor.role, actor.team)
    return {
        "party": row.party,
        "purpose": row.purpose,
        "name": recipient.name if recipient else wording.capitalise(row.party.replace("-", " ")),
        "title": wording.purpose(you.promise, row.purpose),
        "fields": explain.fields_in_words(you.promise, purpose.fields, you.language)
        if purpose
        else "",
        "state": row.state,
        "state_in_words": _OVER.get(row.state, ""),
        "at": choice.at,
        "ended_at": row.choice.at if row.state is ThirdPartyState.ENDED else None,
        "last_day": row.last_day,
        "until": wording.written_day(row.last_day.isoformat()) if row.last_day else "",
        "by": "" if actor.kind is ActorKind.PERSON else wording.capitalise(by),
        "use_count": row.use_count,
        "uses": [_use_in_words(you, each) for each in row.uses],
        "all": UsesAsked(party=row.who, purpose=row.purpose).address() if row.who else "",
    }


def _use_in_words(you: PortalCustomer, use: UseRecord) -> dict[str, object]:
    return {
        "at": use.at,
        "granted": use.granted,
        "asked": use.asked,
        "things": wording.fields_in_words(you.promise, use.fields, you.language),
        "why": "" if use.granted else wording.refusal(use.reasons),
    }


def _offer_in_words(you: PortalCustomer, offer: Offered) -> dict[str, object]:
    purpose, recipient = offer.purpose, you.promise.recipients[offer.party]
    return {
        "key": f"{offer.party}-{purpose.key}",
        "party": offer.party,
        "purpose": purpose.key,
        "name": recipient.name,
        "title": purpose.title,
        "what": purpose.what,
        "question": purpose.question.asks if purpose.question else "",
        "usual": offer.usual.isoformat(),
        "latest": offer.latest.isoformat(),
        "latest_in_words": wording.written_day(offer.latest.isoformat()),
    }
