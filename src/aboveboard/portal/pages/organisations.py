"""Other organisations: their looks at this person's data, shown beside ours once the person links
them, each with its state."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_http_methods, require_safe

from aboveboard.access.actions import use
from aboveboard.access.use import Subject, UseRequest
from aboveboard.accounts.gate import allow_customer, throttle
from aboveboard.basics.actor import CUSTOMER
from aboveboard.basics.errors import AboveboardError, NotFound
from aboveboard.basics.personal import Personal
from aboveboard.group import links, organisations
from aboveboard.group.limits import LINK_LIFE, LINK_PENDING
from aboveboard.group.organisations import OrganisationRecord
from aboveboard.group.proofs import ProofVerdict
from aboveboard.group.reading import OrganisationUses, uses_elsewhere
from aboveboard.group.subject import digest_of_half, make_half
from aboveboard.portal import wording
from aboveboard.portal.page import CHANNEL, PortalCustomer, portal_page
from aboveboard.portal.pages.home import SHOW

_PENDING: Final = "group_pending"
"""Where the session keeps our half of each link that was begun, until they come back."""


@allow_customer
@require_safe
@portal_page
def overview(request: HttpRequest, you: PortalCustomer) -> HttpResponse:
    """List the organisations whose looks can be shown here, and which are."""
    linked = links.links_of(you.person_id, at=you.now)
    rows = [
        {"organisation": each, "link": linked.get(each.serial)}
        for each in organisations.organisations()
    ]
    return render(request, "portal/organisations.html", {"rows": rows})


@allow_customer
@require_http_methods(["GET", "HEAD", "POST"])
@portal_page
def organisation(request: HttpRequest, you: PortalCustomer, key: str) -> HttpResponse:
    """Say what linking an organisation does, and lead there; end a link; where both know the person
    by a field, link it here."""
    record = _organisation(key)
    if request.method == "POST":
        throttle(request, "own_change")
        if "end" in request.POST:
            links.unlink(you.person_id, record, at=you.now)
        elif record.field:
            links.link(you.person_id, record, ("", ""), at=you.now)
        else:
            return _page(request, you, record, status=422)
        return HttpResponseRedirect(reverse("portal:organisations"))
    return _page(request, you, record)


@allow_customer
@require_http_methods(["GET", "HEAD", "POST"])
@portal_page
def linked(request: HttpRequest, you: PortalCustomer, key: str) -> HttpResponse:
    """Take the other half of a link from somebody who comes back from the organisation, and ask
    whether to show its looks here."""
    record = _organisation(key)
    given = request.POST if request.method == "POST" else request.GET
    half = _begun(request, key, you.now)
    context = {"organisation": record, "half": given.get("half", ""), "begun": bool(half)}
    if request.method != "POST" or not half:
        # Not begun in this session: somebody else began it, or it was too long ago.
        status = 422 if request.method == "POST" else 200
        return render(request, "portal/organisation_linked.html", context, status=status)
    throttle(request, "own_change")
    try:
        links.link(you.person_id, record, (half, str(context["half"])), at=you.now)
    except AboveboardError:
        context["begun"] = False
        return render(request, "portal/organisation_linked.html", context, status=422)
    request.session[_PENDING] = {
        name: begun for name, begun in request.session[_PENDING].items() if name != key
    }
    return HttpResponseRedirect(f"{reverse('portal:uses')}#elsewhere")


def elsewhere(you: PortalCustomer) -> Sequence[dict[str, object]]:
    """Return every organisation whose looks can be shown here, in words."""

    def own_value(field: str) -> Personal[str] | None:
        asked = UseRequest(CUSTOMER, SHOW, (field,), CHANNEL, Subject(you.person_id))
        return use(asked, at=you.now).values.get(field)

    return [_in_words(each) for each in uses_elsewhere(you.person_id, own_value, at=you.now)]


def _in_words(shown: OrganisationUses) -> dict[str, object]:
    answer = shown.answer
    uses = answer.uses if answer else ()
    failure = answer.failure if answer else None
    proofs = [each.proof for each in uses]
    return {
        "organisation": shown.organisation,
        "linked": shown.link is not None,
        "state": wording.read_failure(failure) if failure else "",
        "since": shown.since,
        "again": failure is not None and failure.value == "unlinked",
        "uses": uses,
        "more": answer.total - len(uses) if answer else 0,
        "proved": bool(proofs) and all(each is ProofVerdict.HOLDS for each in proofs),
        "wrong": sum(each is ProofVerdict.WRONG for each in proofs),
    }


def _page(
    request: HttpRequest, you: PortalCustomer, record: OrganisationRecord, status: int = 200
) -> HttpResponse:
    link = links.links_of(you.person_id, at=you.now).get(record.serial)
    context: dict[str, object] = {
        "organisation": record,
        "link": link,
        "days": LINK_LIFE // timedelta(days=1),
    }
    if link is None and not record.field:
        half = _begun(request, record.key, you.now) or make_half()
        pending = request.session.get(_PENDING, {})
        request.session[_PENDING] = {**pending, record.key: [half, you.now.isoformat()]}
        query = urlencode({"portal": record.landing, "half": digest_of_half(half)})
        context["leads_to"] = f"{record.address}/you/portals/show/?{query}"
    return render(request, "portal/organisation.html", context, status=status)


def _begun(request: HttpRequest, key: str, now: datetime) -> str:
    """Return our half of a link that this session began a short time ago, or ""."""
    half, begun = request.session.get(_PENDING, {}).get(key, ("", ""))
    moment = parse_datetime(begun) if begun else None
    return str(half) if moment is not None and now - moment <= LINK_PENDING else ""


def _organisation(key: str) -> OrganisationRecord:
    try:
        return organisations.organisation(key)
    except NotFound:
        raise Http404 from None
