"""To whom this person's data was given: by parcel, when, which details, what for, and under which
agreement."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from aboveboard.accounts.gate import allow_customer
from aboveboard.custody.disclosed import OwnDisclosure, agreements_with, disclosures_of
from aboveboard.portal import wording
from aboveboard.portal.page import PortalCustomer, page_for
from aboveboard.promise import explain
from aboveboard.representation.terms import Power
from aboveboard.vault import aliases


@allow_customer
@require_safe
@page_for(Power.SEE)
def overview(request: HttpRequest, you: PortalCustomer) -> HttpResponse:
    """List what was given to whom, the newest first."""
    disclosed = disclosures_of(aliases.numbers_of(you.person_id), you.promise)
    rows = [_in_words(you, each) for each in disclosed]
    return render(request, "portal/recipients.html", {"rows": rows})


def _in_words(you: PortalCustomer, disclosed: OwnDisclosure) -> dict[str, object]:
    parcel = disclosed.parcel
    recipient = you.promise.recipients.get(parcel.recipient)
    name = recipient.name if recipient else parcel.recipient
    return {
        "name": name,
        "title": recipient.title.say(you.language) if recipient else "",
        "at": parcel.at,
        "fields": explain.fields_in_words(you.promise, disclosed.fields, you.language),
        "purpose": wording.purpose(you.promise, parcel.purpose),
        "agreements": agreements_with([name]),
        "entry_id": parcel.entry_id,
    }
