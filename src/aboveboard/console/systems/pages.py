"""Systems: which are connected; one with what it holds, whether it works, and what waits there."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from aboveboard.accounts.gate import actor_of, allow
from aboveboard.basics import clock
from aboveboard.basics.actor import Role
from aboveboard.basics.errors import NotFound
from aboveboard.connectors import actions, queries, registry
from aboveboard.connectors.contract import Verb
from aboveboard.connectors.declaration import SystemDeclaration
from aboveboard.connectors.queries import SystemRecord
from aboveboard.console.requests.words import NEEDS, STEPS
from aboveboard.console.systems.words import KINDS, VERBS
from aboveboard.law import categories
from aboveboard.rights.requests import at_systems
from aboveboard.rights.requests.at_systems import WaitingStep

READERS: Final = (Role.PRIVACY_LEAD, Role.ADMINISTRATOR)


@allow(*READERS)
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """List the connected systems."""
    waiting = _waiting_counts()
    records = queries.systems()
    rows = [
        {
            "record": record,
            "kind": KINDS[record.kind],
            "why": registry.declaration(record.key).why,
            "waiting": waiting.get(record.key, 0),
        }
        for record in records
    ]
    down = sum(record.test_ok is False for record in records)
    return render(request, "console/systems/overview.html", {"rows": rows, "down": down})


@allow(*READERS)
@require_safe
def system(request: HttpRequest, key: str) -> HttpResponse:
    """Show one system: what it is, its declaration, and what waits there."""
    record, declaration, at = _record(key), registry.declaration(key), clock.now()
    connector = registry.connector(key)
    context = {
        "record": record,
        "kind": KINDS[record.kind],
        "declaration": declaration,
        "verbs": [
            {
                "what": VERBS[verb],
                "itself": verb in connector.verbs,
                "by_hand": declaration.by_hand.get(verb, ""),
            }
            for verb in Verb
        ],
        "collections": _collections(declaration),
        "waiting": [_step(waiting) for waiting in at_systems.waiting_steps(at=at).get(key, [])],
        "source": queries.source(record.version),
        "is_privacy_lead": actor_of(request).role == Role.PRIVACY_LEAD,
    }
    return render(request, "console/systems/system.html", context)


@allow(*READERS)
@require_POST
def test(request: HttpRequest, key: str) -> HttpResponse:
    """Test a system now, and show what it said."""
    health = actions.test(key, at=clock.now())
    if health.ok:
        messages.success(request, f"It works. {health.sentence}")
    else:
        messages.error(request, f"It does not work. {health.sentence}")
    return HttpResponseRedirect(reverse("console:system", args=[key]))


@allow(Role.ADMINISTRATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: HttpRequest, key: str) -> HttpResponse:
    """Ask whether a system is to be disconnected, and do it."""
    record = _record(key)
    if request.method == "POST":
        actions.remove(key, by=actor_of(request), at=clock.now())
        messages.success(request, f"{record.name} is disconnected.")
        return HttpResponseRedirect(reverse("console:systems"))
    waiting = _waiting_counts().get(key, 0)
    context = {"record": record, "waiting": waiting}
    return render(request, "console/systems/remove.html", context)


def _record(key: str) -> SystemRecord:
    record = next((each for each in queries.systems() if each.key == key), None)
    if record is None:
        raise NotFound(what="connected system")
    return record


def _collections(declaration: SystemDeclaration) -> list[dict[str, Any]]:
    return [
        {
            "name": collection.name,
            "about": collection.about,
            "fields": [
                {
                    "name": field.name,
                    "what": categories.get(field.category).noun if field.category else "",
                    "identifier": field.identifier.replace("_", " "),
                    "others": field.others,
                }
                for field in collection.fields.values()
            ],
        }
        for collection in declaration.collections.values()
    ]


def _waiting_counts() -> dict[str, int]:
    """Return at how many requests work waits, by system."""
    waiting = at_systems.waiting_steps(at=clock.now())
    return {key: len({step.record.id for step in steps}) for key, steps in waiting.items()}


def _step(waiting: WaitingStep) -> dict[str, Any]:
    return {
        "record": waiting.record,
        "what": STEPS[waiting.verb],
        "why": NEEDS[waiting.why] if waiting.why else "",
        "error": waiting.error.replace("_", " "),
        "next_try_at": waiting.next_try_at,
    }
