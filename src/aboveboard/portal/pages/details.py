"""Correcting a detail: one question on the page."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from aboveboard.accounts.gate import allow_customer
from aboveboard.basics.actor import CUSTOMER
from aboveboard.kinds.kind import FieldKind
from aboveboard.portal.forms import DetailForm
from aboveboard.portal.page import CHANNEL, You, portal_page
from aboveboard.promise.model import Field
from aboveboard.vault import actions as vault
from aboveboard.vault import queries as vault_queries
from aboveboard.vault.origin import Origin

_CORRECTABLE_KINDS = {
    FieldKind.TEXT,
    FieldKind.PHONE,
    FieldKind.REGION,
    FieldKind.POSTCODE,
    FieldKind.POSTAL_ADDRESS,
}
_CORRECTABLE_CATEGORIES = ("user.name", "user.contact")


def is_correctable(field: Field) -> bool:
    """Whether this page can correct the field: names and ways to reach the person.

    A country decides which law protects them, and a card is the bank's: for those they write to us.
    So they do for the e-mail address: codes for signing in go there, and whoever found a browser
    left open must not be able to turn them to themselves.
    """
    return field.kind in _CORRECTABLE_KINDS and field.category.startswith(_CORRECTABLE_CATEGORIES)


@allow_customer
@require_http_methods(["GET", "HEAD", "POST"])
@portal_page
def correct(request: HttpRequest, you: You, field: str) -> HttpResponse:
    """Ask for the new value, and store it."""
    about = you.promise.fields.get(field)
    if about is None or not is_correctable(about):
        raise Http404
    form = DetailForm(
        request.POST if request.method == "POST" else None, field=about, region=you.jurisdiction[:2]
    )
    context = {"form": form, "field": about}
    if form.is_valid():
        value = form.cleaned_data["value"]
        kinds = {key: item.kind_and_format for key, item in you.promise.fields.items()}
        origin = Origin(you.promise_serial, you.now, CHANNEL, _purpose(you, about))
        vault.correct(
            you.person_id, field, value, kinds=kinds, origin=origin, by=CUSTOMER, at=you.now
        )
        messages.success(request, gettext("Corrected: %(label)s.") % {"label": about.label})
        return HttpResponseRedirect(reverse("portal:home"))
    return render(request, "portal/detail.html", context, status=422 if form.errors else 200)


def _purpose(you: You, field: Field) -> str:
    """Return what the new value is collected for: a correction serves what the old
    value did (GDPR Art. 16)."""
    before = vault_queries.provenance(you.person_id).get(field.key)
    if before is not None and before.purpose in you.promise.purposes:
        return before.purpose
    return you.promise.purposes_of(field.key)[0].key
