"""What a recipient was given, for its people where they have no program: they sign in with the id
and secret of its client, for as long as a token works. The same as ``GET /api/v1/disclosures``.

A row is told by its place in the file that the recipient has: to show whose it is, the record of
each person would have to be opened for somebody outside once more.
"""

from __future__ import annotations

from typing import Final

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext, gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from aboveboard.accounts import limits
from aboveboard.accounts.clients import tokens
from aboveboard.accounts.gate import public, throttle
from aboveboard.basics import clock, settings
from aboveboard.basics.errors import NotFound, RateLimited
from aboveboard.basics.ids import parse_id
from aboveboard.basics.limits import PAGE_SIZE
from aboveboard.custody import disclosed
from aboveboard.custody.disclosed import DisclosedParcel, DisclosedRow
from aboveboard.law import categories
from aboveboard.promise import explain
from aboveboard.promise.queries import in_force

_COOKIE: Final = "aboveboard-given"
_PATH: Final = "/trust/given/"


class ClientForm(forms.Form):
    """The id and the secret of a recipient's client, as they were printed when it was added."""

    client_id = forms.CharField(
        label=gettext_lazy("Client ID"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": gettext_lazy("Enter the client ID.")},
    )
    secret = forms.CharField(
        label=gettext_lazy("Client secret"),
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        error_messages={"required": gettext_lazy("Enter the client secret.")},
    )


@public("people of a recipient sign in here with its client, and see what it was given")
@require_http_methods(["GET", "HEAD", "POST"])
def overview(request: HttpRequest) -> HttpResponse:
    """Sign somebody of a recipient in, and list the parcels that left for it, the newest first."""
    recipient = _recipient(request)
    if request.method == "POST" or not recipient:
        return _sign_in(request)
    before = parse_id(request.GET.get("before", ""))
    parcels = disclosed.parcels_for(recipient, before=before, limit=PAGE_SIZE + 1)
    promised = in_force().promise.in_language(get_language() or "en")
    known = promised.recipients.get(recipient)
    name = known.name if known else recipient
    context = {
        "name": name,
        "parcels": [_in_words(each) for each in parcels[:PAGE_SIZE]],
        "agreements": disclosed.agreements_with([name]),
        "older": parcels[PAGE_SIZE - 1].id if len(parcels) > PAGE_SIZE else None,
    }
    return render(request, "centre/given.html", context)


@public("people of a recipient see the rows of what it was given, with the token of its client")
@require_safe
def rows(request: HttpRequest, parcel_id: int) -> HttpResponse:
    """List the rows of one parcel of the recipient's own; another's is not there."""
    recipient = _recipient(request)
    if not recipient:
        return HttpResponseRedirect(reverse("centre:given"))
    try:
        parcel = disclosed.parcel_for(recipient, parcel_id)
    except NotFound:
        raise Http404 from None
    after = parse_id(request.GET.get("after", "")) or 0
    listed = disclosed.rows_of(parcel, after=after, limit=PAGE_SIZE + 1)
    page = listed[:PAGE_SIZE]
    context = {
        "parcel": _in_words(parcel),
        "rows": [_row_in_words(each) for each in page],
        "more": page[-1].row if len(listed) > PAGE_SIZE else None,
    }
    return render(request, "centre/given_rows.html", context)


@public("people of a recipient give up the token that let them in")
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Stop the token working, and forget it."""
    tokens.give_up(request.COOKIES.get(_COOKIE, ""), at=clock.now())
    response = HttpResponseRedirect(reverse("centre:given"))
    response.delete_cookie(_COOKIE, path=_PATH, samesite="Strict")
    return response


def _sign_in(request: HttpRequest) -> HttpResponse:
    form = ClientForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        client_id, secret = form.cleaned_data["client_id"], form.cleaned_data["secret"]
        try:
            throttle(request, "client_failed", client_id)
        except RateLimited as error:
            form.add_error(None, str(error))
        else:
            token = tokens.recipient_token(client_id, secret, at=clock.now())
            if token is not None:
                return _let_in(token)
            form.add_error(None, gettext("That is not the ID and secret of a recipient."))
    status = 422 if form.errors else 200
    return render(request, "centre/given_sign_in.html", {"form": form}, status=status)


def _let_in(token: str) -> HttpResponse:
    response = HttpResponseRedirect(reverse("centre:given"))
    response.set_cookie(
        _COOKIE,
        token,
        max_age=limits.ACCESS_TOKEN_LIFE,
        path=_PATH,
        secure=settings.current().server.origin.startswith("https://"),
        httponly=True,
        samesite="Strict",
    )
    return response


def _recipient(request: HttpRequest) -> str:
    """Return which recipient's people ask; "" where nobody is signed in, or not any more."""
    token = request.COOKIES.get(_COOKIE, "")
    client = tokens.client_for_token(token, at=clock.now()) if token else None
    return client.scope.recipient if client else ""


def _in_words(parcel: DisclosedParcel) -> dict[str, object]:
    language = get_language() or "en"
    promised = in_force().promise.in_language(language)
    purpose = promised.purposes.get(parcel.purpose)
    fields = [key for key in parcel.fields if key in promised.fields]
    return {
        "parcel": parcel,
        "purpose": purpose.title if purpose else parcel.purpose,
        "fields": explain.fields_in_words(promised, fields, language),
    }


def _row_in_words(row: DisclosedRow) -> dict[str, object]:
    language = get_language() or "en"
    labels = [categories.get(key).label for key in row.categories]
    words = [label.get(language, label["en"]) for label in labels]
    return {"row": row.row, "things": explain.join_words(words, language)}
