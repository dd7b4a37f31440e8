"""What every page of the portal begins with: who is asking, the promise in
force, and their language."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext_noop

from aboveboard.accounts.gate import person_of
from aboveboard.basics import clock
from aboveboard.promise import queries as promise_queries
from aboveboard.promise.model import Promise
from aboveboard.vault import queries as vault

CHANNEL = "portal"
"""The promise's key for what is done on these pages."""

_NAVIGATION = (
    gettext_noop("Your data"),
    gettext_noop("Your choices"),
    gettext_noop("Who has looked"),
    gettext_noop("Messages"),
)
"""The labels of ``site/nav.yaml``, named here so that they are translated with the rest."""

P = ParamSpec("P")
R = TypeVar("R", bound=HttpResponseBase)


@dataclass(frozen=True, slots=True)
class You:
    """The customer who is asking. ``promise`` is printed in their ``language``; ``now`` is one
    moment for the whole page."""

    person_id: int
    jurisdiction: str
    language: str
    promise: Promise
    promise_serial: int
    now: datetime


def portal_page(
    view: Callable[Concatenate[HttpRequest, You, P], R],
) -> Callable[Concatenate[HttpRequest, P], R | HttpResponse]:
    """Give the view its :class:`You`, and answer in their language.

    Someone whose data was erased while they were signed in is told that nothing is held.
    """

    @wraps(view)
    def answer(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> R | HttpResponse:
        person_id = person_of(request)
        person = vault.person(person_id)
        if person is None:
            return render(request, "portal/nothing_held.html", status=404)
        language = _supported(person.language)
        adopted = promise_queries.in_force()
        you = You(
            person_id,
            person.jurisdiction,
            language,
            adopted.promise.in_language(language),
            adopted.serial,
            clock.now(),
        )
        with translation.override(language):
            response = view(request, you, *args, **kwargs)
        response.headers["Content-Language"] = language
        return response

    return answer


def _supported(language: str) -> str:
    try:
        return translation.get_supported_language_variant(language)
    except LookupError:
        return "en"
