"""Taking away a document that is held about you: opening it is a use like any other."""

from __future__ import annotations

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from aboveboard.access.actions import use_document
from aboveboard.access.use import Subject, UseRequest
from aboveboard.accounts.gate import allow_customer, throttle
from aboveboard.basics.actor import CUSTOMER
from aboveboard.kinds.kind import FieldKind
from aboveboard.portal import wording
from aboveboard.portal.page import CHANNEL, PortalCustomer, portal_page
from aboveboard.portal.pages.home import SHOW
from aboveboard.vault.documents.serving import as_download


@allow_customer
@require_GET
@portal_page
def document(request: HttpRequest, you: PortalCustomer, field: str) -> HttpResponseBase:
    """Send the document in one field; 404 where none is held, and why not
    where it may not be shown."""
    about = you.promise.fields.get(field)
    if about is None or about.kind is not FieldKind.DOCUMENT:
        raise Http404
    throttle(request, "own_use")
    # The purpose of the page that lists it: to take one's own document away needs no other ground
    # than to see that it is held (GDPR Art. 15(3)).
    asked = UseRequest(CUSTOMER, SHOW, (field,), CHANNEL, Subject(you.person_id))
    result, opened = use_document(asked, at=you.now)
    if not result.allowed:
        refused = wording.refusal(reason.code for reason in result.reasons)
        return render(
            request,
            "portal/document_refused.html",
            {"field": about, "refused": refused},
            status=403,
        )
    if opened is None:
        raise Http404
    return as_download(opened)
