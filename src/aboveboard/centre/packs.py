"""The copy of somebody's data, for who has no account: the link of their letter, and a code to the
address that they proved. The link opens nothing by itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_http_methods

from aboveboard.accounts.gate import public, throttle
from aboveboard.basics import clock
from aboveboard.basics.actor import CUSTOMER
from aboveboard.basics.errors import Conflict, RateLimited, Unavailable
from aboveboard.basics.personal import Personal
from aboveboard.rights.pack import fetching, release
from aboveboard.rights.pack.agefile import WrongPassphrase
from aboveboard.rights.pack.kept import PackOffer, PackWay
from aboveboard.rights.pack.release import PackLinkDead
from aboveboard.rights.pack.serving import as_download
from aboveboard.rights.requests.terms import CodeRefused


class FetchForm(forms.Form):
    """The code from the mail, and the passphrase where one was agreed."""

    code = forms.CharField(
        label=gettext_lazy("The code from our mail"),
        strip=True,
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
        error_messages={"required": gettext_lazy("Enter the code.")},
    )
    passphrase = forms.CharField(
        label=gettext_lazy("The passphrase that you agreed with us"),
        required=False,
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, locked: bool) -> None:
        super().__init__(data)
        if not locked:
            del self.fields["passphrase"]


@public("the link opens nothing without a code to the address on record")
@require_http_methods(["GET", "HEAD", "POST"])
def pack(request: HttpRequest, token: str) -> HttpResponseBase:
    """Send a code, take it back, and hand the copy over."""
    link, now = Personal(token), clock.now()
    try:
        offer = fetching.offered(link, at=now)
        if offer.way is not PackWay.LINK:
            raise PackLinkDead(what="pack")
        if request.method != "POST":
            return _page(request, offer)
        if "send" in request.POST:
            return _send_code(request, link, offer)
        return _hand_over(request, link, offer)
    except PackLinkDead:
        return render(request, "centre/pack_over.html", status=404)


def _send_code(request: HttpRequest, link: Personal[str], offer: PackOffer) -> HttpResponse:
    number = release.request_of(link)
    try:
        throttle(request, "public_ask", str(number))
        fetching.send_code(number, by=CUSTOMER, at=clock.now())
    except (Conflict, RateLimited, Unavailable) as error:
        return _page(request, offer, problem=error, status=409)
    return _page(request, offer, sent=True)


def _hand_over(request: HttpRequest, link: Personal[str], offer: PackOffer) -> HttpResponseBase:
    form = FetchForm(request.POST, locked=offer.locked)
    if form.is_valid():
        given = form.cleaned_data.get("passphrase", "")
        try:
            throttle(request, "public_ask", str(release.request_of(link)))
            opened = release.open_link(
                link,
                code=form.cleaned_data["code"],
                passphrase=Personal(given) if given else None,
                by=CUSTOMER,
                at=clock.now(),
            )
        except CodeRefused:
            form.add_error("code", gettext("That code does not work. Ask for a new one."))
        except WrongPassphrase:
            words = gettext("That is not the passphrase. Ask for a new code and try again.")
            form.add_error("passphrase", words)
        except RateLimited as error:
            form.add_error("code", str(error))
        else:
            return as_download(opened)
    return _page(request, offer, form=form, status=422)


def _page(
    request: HttpRequest,
    offer: PackOffer,
    *,
    form: FetchForm | None = None,
    sent: bool = False,
    problem: Exception | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "offer": offer,
        "form": form or FetchForm(locked=offer.locked),
        "sent": sent,
        "problem": problem,
    }
    return render(request, "centre/pack.html", context, status=status)
