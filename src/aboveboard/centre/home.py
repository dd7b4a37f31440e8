"""The first page of the trust centre, and the same facts for programs."""

from __future__ import annotations

import base64
from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from aboveboard.accounts.gate import CONSOLE, PORTAL, public
from aboveboard.accounts.queries import role_signed_in
from aboveboard.basics import clock, settings
from aboveboard.basics.actor import Role
from aboveboard.basics.canonical import Json
from aboveboard.centre import losses
from aboveboard.centre.log import log_url
from aboveboard.incidents import public as incidents
from aboveboard.incidents.public import PublicIncident
from aboveboard.ledger import queries as ledger
from aboveboard.promise import explain
from aboveboard.promise import queries as promise
from aboveboard.promise.model import LossMeasure


@public("the bare address leads everyone to their own first page")
@require_safe
def front(request: HttpRequest) -> HttpResponse:
    """Lead a customer to the portal, staff to the console, and everyone
    else to the trust centre."""
    # Only where to go is told here; whether they may go there is asked by the page itself.
    if (role := role_signed_in(request)) is not None:
        return HttpResponseRedirect(PORTAL if role == Role.CUSTOMER else CONSOLE)
    return HttpResponseRedirect("/trust/")


@public("anyone may read how data is treated here")
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show the few numbers that matter, each with the page that lists what it counts."""
    published = incidents.incidents(at=clock.now())
    adopted = promise.in_force()
    context = {
        "purposes": len(adopted.promise.purposes),
        "last": _last_notified(published),
        "incidents": len(published),
        "outcomes": losses.outcomes(published),
        "losses": adopted.promise.in_language(get_language()).losses.values(),
        "size": ledger.size(),
        "url": log_url(),
    }
    return render(request, "centre/home.html", context)


@public("anyone may read how data is treated here, programs too")
@require_safe
def facts(request: HttpRequest) -> JsonResponse:
    """Give the public facts as JSON: the promise in force, every published incident,
    the head of the record."""
    adopted = promise.in_force()
    seal = ledger.checkpoint()
    document: dict[str, Json] = {
        "organisation": settings.current().organisation.name,
        "promise": {
            "version": adopted.serial,
            "sha256": adopted.digest,
            "adopted_at": clock.to_text(adopted.adopted_at),
            "purposes": list(adopted.promise.purposes),
            "fields": list(adopted.promise.fields),
        },
        "incidents": [_incident(incident) for incident in incidents.incidents(at=clock.now())],
        "record": {
            "url": log_url(),
            "size": seal.size if seal else 0,
            "root": base64.b64encode(seal.root).decode() if seal else None,
            "verifier_key": ledger.verifier_key(),
        },
    }
    return JsonResponse(document, json_dumps_params={"indent": 2, "ensure_ascii": False})


def _last_notified(published: Sequence[PublicIncident]) -> dict[str, object] | None:
    """Return how long telling everyone took, the last time there was someone to
    tell and all were told."""
    for incident in published:
        for kept in incident.kept:
            # Only where somebody had to be told and a promise says how fast: anything else would
            # compare with nothing.
            if (
                kept.promise.measure is LossMeasure.PEOPLE_NOTIFIED
                and kept.took is not None
                and kept.promise.within is not None
            ):
                within = explain.period_in_words(kept.promise.within, get_language())
                return {
                    "took": losses.duration_in_words(kept.took),
                    "within": within,
                    "incident": incident,
                    "kept": kept.kept,
                }
    return None


def _incident(incident: PublicIncident) -> Json:
    return {
        "reference": incident.reference,
        "kind": incident.kind.label,
        "known_at": clock.to_text(incident.known_at),
        "state": str(incident.state),
        "people": incident.people,
        "people_exact": incident.exact,
        "told": incident.notified,
        "promises": [
            {
                "promise": kept.promise.key,
                "measure": str(kept.promise.measure),
                "within": str(kept.promise.within) if kept.promise.within else None,
                "at_least_percent": kept.promise.at_least,
                "took_seconds": int(kept.took.total_seconds()) if kept.took is not None else None,
                "share_percent": None if kept.share is None else round(kept.share, 2),
                "kept": kept.kept,
            }
            for kept in incident.kept
        ],
    }
