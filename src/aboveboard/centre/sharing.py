"""With whom data is shared, under which agreement and power: the register, and a page for each."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from aboveboard.accounts.gate import public
from aboveboard.custody import sharing
from aboveboard.custody.agreement import FIELDS, NUMBER, SharingAgreement
from aboveboard.promise import explain
from aboveboard.promise.explain import PurposeInWords
from aboveboard.promise.queries import in_force


@public("anyone may read with whom data is shared")
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """List the agreements."""
    return render(request, "centre/sharing.html", {"agreements": sharing.agreements()})


@public("anyone may read with whom data is shared")
@require_safe
def agreement(request: HttpRequest, number: int) -> HttpResponse:
    """Show one agreement: every field, and the purposes of the promise that share with those who
    are in it."""
    shared_under = sharing.agreement(number)
    values = shared_under.values
    context = {
        "agreement": shared_under,
        # Each name stands on a line of its own; the number is in the address.
        "fields": [
            (heading, values[key].replace(";", "\n") if key.endswith("-names") else values[key])
            for key, heading in FIELDS.items()
            if key != NUMBER and values[key]
        ],
        "purposes": _purposes(shared_under),
    }
    return render(request, "centre/agreement.html", context)


@public("anyone may read with whom data is shared, programs too")
@require_safe
def register_csv(request: HttpRequest) -> HttpResponse:
    """Give the register as CSV, in the form of the UK's own."""
    response = HttpResponse(sharing.as_csv(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="data-sharing.csv"'
    return response


def _purposes(agreement: SharingAgreement) -> Sequence[PurposeInWords]:
    promised, language = in_force().promise, get_language() or "en"
    names = {name.casefold() for name in agreement.parties}
    with_them = {key for key, each in promised.recipients.items() if each.name.casefold() in names}
    return [
        explain.purpose_in_words(promised, purpose, language)
        for purpose in promised.purposes.values()
        if with_them & set(purpose.recipients)
    ]
