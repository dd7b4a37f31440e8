"""Whom a version of the promise concerns: who is told, who is asked again, and how far that is."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from aboveboard.accounts.gate import actor_of, allow
from aboveboard.adoption import notifying, queries
from aboveboard.adoption.adopting import ADOPTERS
from aboveboard.adoption.concerned import ChangeMeans
from aboveboard.adoption.notifying import NobodyConcerned, NotInForce
from aboveboard.basics import clock
from aboveboard.promise import queries as promises


@allow(*ADOPTERS)
@require_http_methods(["GET", "HEAD", "POST"])
def tell(request: HttpRequest, serial: int) -> HttpResponse:
    """Show whom a version concerns, and have them told."""
    if request.method == "POST":
        try:
            notifying.tell(serial, by=actor_of(request), at=clock.now())
            messages.success(request, "They are being told. This page shows how far it is.")
        except (NobodyConcerned, NotInForce) as problem:
            messages.error(request, problem.message)
        return HttpResponseRedirect(reverse("console:tell_change", args=[serial]))
    version = promises.version(serial)
    before, changes = notifying.changes_of(serial)
    context = {
        "adopted": version,
        "before": before,
        "is_in_force": promises.last_serial() == serial,
        "changes": [
            {
                "title": version.promise.purposes[each.purpose].title,
                "asks_again": each.means is ChangeMeans.ASK_AGAIN,
                "is_new": each.is_new,
            }
            for each in changes
        ],
        "progress": queries.announcement(serial),
    }
    return render(request, "console/promise/tell.html", context)
