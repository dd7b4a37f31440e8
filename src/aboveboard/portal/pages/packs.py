"""Taking away what we hold about you, once you asked for it; and the statement of what became of
a deletion, a correction or an objection, as a letter."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from aboveboard.accounts.gate import allow_customer, throttle
from aboveboard.basics.actor import CUSTOMER
from aboveboard.basics.errors import RateLimited
from aboveboard.basics.personal import Personal
from aboveboard.portal.forms import PassphraseForm
from aboveboard.portal.page import PortalCustomer, page_for, portal_page
from aboveboard.portal.pages.requests import answer_page, own_request
from aboveboard.representation.terms import Power
from aboveboard.rights.pack.agefile import WrongPassphrase
from aboveboard.rights.pack.kept import PackWay, pack_offer
from aboveboard.rights.pack.release import PackLinkDead, open_signed_in
from aboveboard.rights.pack.serving import as_download, as_pdf
from aboveboard.rights.pack.stating import request_statement
from aboveboard.rights.requests import proving


@allow_customer
@require_POST
@page_for(Power.ASK)
def fetch(request: HttpRequest, you: PortalCustomer, number: int) -> HttpResponseBase:
    """Send the copy of somebody's own data, to them or to who acts for them and may ask. Posted, so
    that nothing that only looks ahead uses up one of its downloads."""
    record, form = own_request(you, number), PassphraseForm(request.POST)
    throttle(request, "own_use")
    given = form.cleaned_data["passphrase"] if form.is_valid() else ""
    try:
        opened = open_signed_in(
            number,
            record.person_id or you.person_id,
            passphrase=Personal(given) if given else None,
            by=you.actor,
            at=you.now,
        )
    except WrongPassphrase:
        form.add_error("passphrase", gettext("That is not the passphrase of this copy."))
        return answer_page(request, record, pack_form=form, status=422)
    except PackLinkDead:
        # The page says that its time is over, and what to do.
        return answer_page(request, record, status=404)
    return as_download(opened)


@allow_customer
@require_POST
@portal_page
def code(request: HttpRequest, you: PortalCustomer, number: int) -> HttpResponse:
    """Show the code with which a colleague at the counter hands over the copy, this once."""
    record, offer = own_request(you, number), pack_offer(number, at=you.now)
    if offer is None or offer.way is not PackWay.COUNTER:
        return answer_page(request, record, status=404)
    try:
        made = proving.make_code(number, proving.CodeUse.PACK, by=CUSTOMER, at=you.now)
    except RateLimited as error:
        return answer_page(request, record, too_many=str(error), status=429)
    return answer_page(request, record, pack_code=made)


@allow_customer
@require_safe
@page_for(Power.ASK)
def statement(request: HttpRequest, you: PortalCustomer, number: int) -> HttpResponse:
    """Send what became of a request as a letter; until then the page says where it is."""
    record = own_request(you, number)
    stated = request_statement(record)
    if stated is None:
        return HttpResponseRedirect(reverse("portal:request", args=[number]))
    throttle(request, "own_use")
    return as_pdf(f"{record.reference}.pdf", stated.as_pdf())
