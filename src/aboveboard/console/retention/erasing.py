"""Erasing one person on request: why, then a page that says what goes, then the confirmation."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from aboveboard.accounts.gate import actor_of, allow
from aboveboard.basics import clock
from aboveboard.basics.errors import Conflict
from aboveboard.console.retention.forms import EraseForm
from aboveboard.console.retention.people import KEEPER
from aboveboard.promise.queries import in_force
from aboveboard.retention import erasing
from aboveboard.retention.reasons import ERASURE_LAW, ERASURE_WORDS
from aboveboard.vault.entries import ErasureReason


@allow(KEEPER)
@require_http_methods(["GET", "HEAD", "POST"])
def erase(request: HttpRequest, person_id: int) -> HttpResponse:
    """Ask why; show what would go; erase once that was confirmed. Nobody can undo it."""
    preview = erasing.preview(person_id, at=clock.now())
    form = EraseForm(request.POST if request.method == "POST" else None)
    context = {"person_id": preview.person_id, "form": form, "preview": preview}
    # A hold is said first, before anybody chooses a reason: nothing that they fill in could change
    # it (GDPR Art. 17(3)).
    if preview.holds or not form.is_valid():
        status = 409 if preview.holds and form.is_bound else 422 if form.errors else 200
        return render(request, "console/retention/erase.html", context, status=status)
    reason = ErasureReason(form.cleaned_data["why"])
    # A page of its own, that says what goes: an erasure destroys a key, and nobody can undo it.
    if request.POST.get("confirmed") == "yes":
        try:
            receipt = erasing.erase(person_id, reason, by=actor_of(request), at=clock.now())
        except Conflict as error:  # a hold was placed since the page was shown
            form.add_error("why", str(error))
            return render(request, "console/retention/erase.html", context, status=409)
        return render(request, "console/retention/erased.html", {"receipt": receipt})
    fields = in_force().promise.fields
    context |= {
        "labels": [fields[key].label if key in fields else key for key in preview.fields],
        "reason": f"{ERASURE_WORDS[reason]} ({ERASURE_LAW[reason]})",
        "why": reason.value,
    }
    return render(request, "console/retention/erase_confirm.html", context)
