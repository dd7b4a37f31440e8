"""What the box for a new password asks while one types, where scripts run."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from aboveboard.accounts.gate import allow_staff
from aboveboard.credentials import queries
from aboveboard.credentials.validators import has_second_step, person_texts
from aboveboard.credentials.words import sentences


@never_cache
@allow_staff
@require_POST
def password_advice(request: HttpRequest) -> JsonResponse:
    """Say what the policy makes of a password, in words. It comes in the body, as the form itself
    will send it, and is kept nowhere."""
    judged = queries.judge_password(
        request.POST.get("password", ""),
        second_factor=has_second_step(request.user),
        person=person_texts(request.user),
    )
    return JsonResponse({"allowed": judged.allowed, "sentences": sentences(judged)})
