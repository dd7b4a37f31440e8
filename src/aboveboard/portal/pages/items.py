"""What each detail is used for, until when; what is chosen for you, and by what. No value is opened
for it: labels and clocks are enough."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from aboveboard.access.decision.personal import goes_on
from aboveboard.access.lapse import HeldData, kept_until
from aboveboard.accounts.gate import allow_customer
from aboveboard.choices import queries as choices
from aboveboard.portal import wording
from aboveboard.portal.page import PortalCustomer, page_for
from aboveboard.promise import explain
from aboveboard.promise.model import Purpose
from aboveboard.representation.terms import Power
from aboveboard.vault import queries as vault
from aboveboard.vault.origin import ValueOrigin


@allow_customer
@require_safe
@page_for(Power.SEE)
def overview(request: HttpRequest, you: PortalCustomer) -> HttpResponse:
    """Show, of each detail that is held, where it came from and every purpose: why, on what basis,
    who receives it, until when; then what chooses what this person sees, and what does not."""
    origins = vault.provenance(you.person_id)
    consent = choices.consent_state(you.person_id)
    person = vault.person(you.person_id)
    collected = {
        key: origin.collected_at or (person.collected_at if person else you.now)
        for key, origin in origins.items()
    }
    active = person.last_active_at if person else you.now
    held = HeldData(collected, active, consent)
    fields = {key: field for key, field in you.promise.fields.items() if key in origins}
    purposes = [
        purpose
        for purpose in you.promise.purposes.values()
        if any(key in fields for key in purpose.fields)
    ]
    in_use = {each.key: goes_on(each, consent) for each in purposes}
    context = {
        "items": [
            {
                "key": key,
                "label": field.label,
                "origin": _origin(you, key, origins),
                "purposes": [
                    _row(you, purpose, in_use=in_use[purpose.key])
                    | {"until": _day(kept_until(purpose, key, held))}
                    for purpose in purposes
                    if key in purpose.fields
                ],
            }
            for key, field in fields.items()
        ],
        **_personal(you, purposes, set(fields), in_use),
    }
    return render(request, "portal/items.html", context)


def _origin(you: PortalCustomer, key: str, origins: Mapping[str, ValueOrigin]) -> str:
    """Return where a value came from: as recorded with it, and what the promise says of others."""
    origins_in_words = [wording.origin(you.promise, origins[key])]
    origins_in_words += [
        str(source.title.say(you.language)) for source in you.promise.sources_of(key)
    ]
    return " ".join(filter(None, origins_in_words))


def _row(you: PortalCustomer, purpose: Purpose, *, in_use: bool) -> dict[str, object]:
    words = explain.purpose_in_words(you.promise, purpose, you.language)
    return {"words": words, "in_use": in_use}


def _day(moment: datetime | None) -> str:
    return wording.day(moment) if moment is not None else ""


def _personal(
    you: PortalCustomer, purposes: list[Purpose], held: set[str], in_use: Mapping[str, bool]
) -> dict[str, object]:
    """Return which purposes choose what the person sees, by which details, and which are not used
    for it; and the programs that decide."""
    choosing = [each for each in purposes if each.personalises and in_use[each.key]]
    used = [key for key in you.promise.fields if any(key in each.fields for each in choosing)]
    used = [key for key in used if key in held]
    others = [key for key in you.promise.fields if key in held and key not in used]
    tools = [
        {
            "title": tool.title.say(you.language),
            "logic": tool.logic.say(you.language),
            "consequences": tool.consequences.say(you.language),
            "alone": tool.decides_alone,
            "review": tool.review.say(you.language) if tool.review else "",
            "in_use": any(in_use.get(key) for key in tool.purposes),
        }
        for tool in you.promise.automated.values()
        if any(key in in_use for key in tool.purposes)
    ]
    return {
        "choosing": [
            explain.purpose_in_words(you.promise, each, you.language) for each in choosing
        ],
        "used": explain.fields_in_words(you.promise, used, you.language) if used else "",
        "others": explain.fields_in_words(you.promise, others, you.language) if others else "",
        "tools": tools,
    }
