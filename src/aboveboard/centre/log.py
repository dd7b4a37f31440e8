"""The published log: how to check it, and its files as C2SP tlog-tiles asks."""

from __future__ import annotations

import logging

from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.shortcuts import render
from django.views.decorators.http import require_safe

from aboveboard.accounts.gate import public
from aboveboard.basics import settings
from aboveboard.centre import offline as page
from aboveboard.ledger import queries as ledger
from aboveboard.ledger.published import HeadDamaged
from aboveboard.ledger.witnessing import witness_states
from aboveboard.promise.queries import last_known

log = logging.getLogger(__name__)

# Whoever reads an old checkpoint sees an old truth, so caches keep it only for a few times as
# long as a new one takes.
_FRESH = "public, max-age=5"
# A tile's content follows from its name (C2SP tlog-tiles, "Merkle Tree": tiles are immutable).
_FOR_EVER = "public, max-age=31536000, immutable"


@public("anyone may check the record")
@require_safe
def check(request: HttpRequest) -> HttpResponse:
    """Show the newest seal, the key, and how to verify both without us."""
    try:
        seal, damaged = ledger.checkpoint(), False
    except HeadDamaged as error:
        # Said here, where people come to check us: a page that only fails would hide it.
        log.error("%s: %s", error.code, error)
        seal, damaged = None, True
    context = {
        "seal": seal,
        "damaged": damaged,
        "waiting": ledger.count_waiting(),
        "verifier": ledger.verifier_key(),
        "earlier": ledger.verifier_keys()[:-1],
        "url": log_url(),
        "witnesses": witness_states(),
    }
    return render(request, "centre/check.html", context, status=500 if damaged else 200)


@public("anyone may check a proof")
@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """Give the page that checks a proof without a network, as a file to keep. It is not shown here:
    its script is its own."""
    # Where no promise is known, its own keys are shown.
    adopted = last_known()
    names: page.Names = page.names_of(adopted.promise) if adopted else {}
    text = page.page(settings.current().organisation.name, ledger.verifier_keys(), names)
    response = HttpResponse(text, content_type="text/html; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{page.FILE_NAME}"'
    return response


@public("anyone may check the record")
@require_safe
def resource(request: HttpRequest, path: str) -> HttpResponse:
    """Give a file of the log as it is; 404 for any path that names none, so nothing else in
    the folder can be read."""
    # `ledger` knows the few shapes a path may have; the folder is never asked for a name from
    # outside.
    file = ledger.resource(path)
    if file is None:
        return HttpResponseNotFound(
            "There is no such file in this log.\n", content_type="text/plain; charset=utf-8"
        )
    response = HttpResponse(file.content, content_type=file.content_type)
    response["Cache-Control"] = _FOR_EVER if file.forever else _FRESH
    return response


def log_url() -> str:
    """Return where the log is, for whoever wants to verify it."""
    return f"{settings.current().server.origin}/log"
