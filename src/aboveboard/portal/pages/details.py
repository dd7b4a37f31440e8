"""Correcting a detail, with what is held beside it: one question on the page, and one page for
whoever moves. A new e-mail address is proved by a code first."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from aboveboard.access.actions import use
from aboveboard.access.use import Subject, UseRequest
from aboveboard.accounts.gate import allow_customer, throttle
from aboveboard.accounts.recent import proved_recently
from aboveboard.kinds.kind import FieldKind
from aboveboard.portal.forms import DetailForm, MoveForm, NewAddressCodeForm
from aboveboard.portal.page import CHANNEL, PortalCustomer, page_for, portal_page
from aboveboard.portal.pages.home import SHOW, display_value
from aboveboard.promise.model import Field
from aboveboard.representation.terms import Power
from aboveboard.rights import correction, proof


@allow_customer
@require_http_methods(["GET", "HEAD", "POST"])
@page_for(Power.CORRECT)
def correct(request: HttpRequest, you: PortalCustomer, field: str) -> HttpResponse:
    """Ask for the new value, and store it; a new e-mail address gets a code first."""
    about = you.promise.fields.get(field)
    if about is None or not correction.is_correctable(about):
        raise Http404
    if correction.needs_proof(about) and you.acting is not None:
        # They sign in by it: whoever turned it to themselves would be the person from then on.
        raise Http404
    if correction.needs_proof(about) and not proved_recently(request, at=you.now):
        # Codes for signing in go there: whoever found a browser left open must not be able to turn
        # them to themselves.
        return render(request, "portal/sign_in_again.html", {"field": about}, status=403)
    form = DetailForm(
        request.POST if request.method == "POST" else None, field=about, region=you.jurisdiction[:2]
    )
    if form.is_valid():
        value = form.cleaned_data["value"]
        if correction.needs_proof(about):
            # Each code is a mail to an address that anybody may type: without a limit this page
            # would send mail to strangers.
            throttle(request, "prove_address")
            proof.send_code(
                request.session, you.person_id, field, value, language=you.language, at=you.now
            )
            return HttpResponseRedirect(reverse("portal:detail_code", args=[field]))
        return _store(request, you, about, value)
    address = correction.address_fields(you.promise)
    shown = own_values(request, you, [about])
    context = {
        "form": form,
        "field": about,
        "held": display_value(about, shown[field], you.language) if shown.get(field) else "",
        "part_of_address": about in address and len(address) > 1,
    }
    return render(request, "portal/detail.html", context, status=422 if form.errors else 200)


@allow_customer
@require_http_methods(["GET", "HEAD", "POST"])
@page_for(Power.CORRECT)
def move(request: HttpRequest, you: PortalCustomer) -> HttpResponse:
    """Ask where the person lives now, with what is held beside it; store what is another."""
    address = correction.address_fields(you.promise)
    if not address:
        raise Http404
    held = own_values(request, you, address)
    form = MoveForm(
        request.POST if request.method == "POST" else None,
        address=address,
        held=held,
        region=you.jurisdiction[:2],
    )
    if form.is_valid():
        if not form.changed:
            messages.success(request, gettext("Nothing is different, so nothing was changed."))
            return HttpResponseRedirect(reverse("portal:home"))
        throttle(request, "own_change")
        correction.correct_fields(
            you.person_id, form.changed, channel=CHANNEL, by=you.actor, at=you.now
        )
        labels = [str(field.label) for field in address if field.key in form.changed]
        messages.success(request, gettext("Corrected: %(label)s.") % {"label": ", ".join(labels)})
        return HttpResponseRedirect(reverse("portal:home"))
    lines = [
        display_value(field, held[field.key], you.language)
        for field in address
        if held.get(field.key)
    ]
    context = {"form": form, "lines": lines}
    return render(request, "portal/move.html", context, status=422 if form.errors else 200)


def own_values(
    request: HttpRequest, you: PortalCustomer, fields: Sequence[Field]
) -> dict[str, str]:
    """Open some of the person's own details: a use like any other, with its entry. Empty where the
    promise does not let them be shown."""
    throttle(request, "own_use")
    show = you.promise.purposes.get(SHOW)
    keys = tuple(field.key for field in fields if show is not None and field.key in show.fields)
    if not keys:
        return {}
    opened = use(
        UseRequest(you.actor, SHOW, keys, CHANNEL, Subject(you.person_id), you.reference),
        at=you.now,
    )
    return {key: value.reveal() for key, value in opened.values.items() if value is not None}


@allow_customer
@require_http_methods(["GET", "HEAD", "POST"])
@portal_page
def prove(request: HttpRequest, you: PortalCustomer, field: str) -> HttpResponse:
    """Ask for the code that was sent to a new address, and store the address."""
    about = you.promise.fields.get(field)
    address = proof.pending_address(request.session, you.person_id, field)
    if about is None or not correction.is_correctable(about):
        raise Http404
    if address is None:
        return HttpResponseRedirect(reverse("portal:detail", args=[field]))
    form = NewAddressCodeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        proved = proof.check_code(
            request.session, you.person_id, field, form.cleaned_data["code"], at=you.now
        )
        if proved is not None:
            return _store(request, you, about, proved, proved=True)
        # The check has forgotten the address, for its tries or its time are over: another guess at
        # this code could not succeed.
        if proof.pending_address(request.session, you.person_id, field) is None:
            messages.error(request, gettext("That code no longer works. Start again."))
            return HttpResponseRedirect(reverse("portal:detail", args=[field]))
        form.add_error("code", gettext("That is not the code. Check the message and try again."))
    context = {"form": form, "field": about, "address": address}
    return render(request, "portal/detail_code.html", context, status=422 if form.errors else 200)


def _store(
    request: HttpRequest, you: PortalCustomer, about: Field, value: str, *, proved: bool = False
) -> HttpResponse:
    # Each is sealed, and stands in the record for good.
    throttle(request, "own_change")
    changed = correction.correct(
        you.person_id,
        about.key,
        value,
        channel=CHANNEL,
        proved=proved,
        by=you.actor,
        at=you.now,
    )
    if not changed:
        messages.success(request, gettext("Nothing is different, so nothing was changed."))
        return HttpResponseRedirect(reverse("portal:home"))
    sentence = gettext("Corrected: %(label)s.") % {"label": about.label}
    if about.kind is FieldKind.COUNTRY:
        more = gettext("If your address or region has changed too, correct them below.")
        sentence = f"{sentence} {more}"
    messages.success(request, sentence)
    return HttpResponseRedirect(reverse("portal:home"))
