"""What every page is given, the pages for when something is wrong, and the
page that says we are up."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Final

from django.conf import settings as django_settings
from django.core.exceptions import RequestDataTooBig
from django.db import connection
from django.db.utils import Error as DatabaseError
from django.db.utils import OperationalError
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    JsonResponse,
)
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template import loader
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from aboveboard.accounts.gate import CONSOLE, public
from aboveboard.basics import problems, settings
from aboveboard.basics.errors import AboveboardError, http_status
from aboveboard.basics.logs import REQUEST_ID
from aboveboard.site import navigation

log = logging.getLogger(__name__)

_API: Final = ("/api/", "/oauth/", "/.well-known/oauth-")
"""Where clients ask: what goes wrong there is answered as a problem, not as a page."""


def every_page(request: HttpRequest) -> dict[str, Any]:
    """Give templates ``organisation``, ``demo``, ``face_name``, ``home``, ``acting_for``, what is
    offered on the way: ``nav`` and ``subnav`` (``label``, ``href``, ``current``), and the
    ``languages`` that the page can be read in, where there is a choice."""
    current = settings.current()
    where = navigation.face_at(request.path)
    role = getattr(getattr(request, "user", None), "role", "")
    main, second = navigation.navigation_for(where, request.path, role)
    return {
        "organisation": current.organisation,
        "demo": current.demo.enabled,
        "face_name": " ".join(
            filter(None, (current.organisation.name, where.suffix and gettext(where.suffix)))
        ),
        "home": where.home,
        # For whom the reader acts, on the pages of a customer (portal.page).
        "acting_for": getattr(request, "acting_name", None),
        "nav": main,
        "subnav": second,
        "languages": django_settings.LANGUAGES if _has_languages(request) else (),
    }


def _has_languages(request: HttpRequest) -> bool:
    if navigation.is_english_alone(request.path):
        return False
    # The answer to a look-up is not called up again by an address, and a link that loses it, or
    # leads to a page that takes forms alone, is worse than none.
    return not request.path.startswith(CONSOLE) or request.method in ("GET", "HEAD")


@public("whoever reads a page chooses its language")
@require_safe
def choose_language(request: HttpRequest, language: str) -> HttpResponse:
    """Remember a language in this browser, and go back to the page ``?next=``.

    By a link and not by a form: it changes nothing but the words that this browser is shown, and
    it works where a form would need a session first.
    """
    if language not in dict(django_settings.LANGUAGES):
        raise Http404
    target = request.GET.get("next", "")
    # A path of ours alone: this address must lead nobody to another site.
    if not target.startswith("/") or not url_has_allowed_host_and_scheme(target, None):
        target = "/"
    answer = HttpResponseRedirect(target)
    answer.set_cookie(
        django_settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=django_settings.LANGUAGE_COOKIE_AGE,
        secure=django_settings.LANGUAGE_COOKIE_SECURE,
        httponly=django_settings.LANGUAGE_COOKIE_HTTPONLY,
        samesite="Lax",
    )
    return answer


@public("a load balancer asks whether this process can serve")
def healthz(request: HttpRequest) -> JsonResponse:
    """Say ``{"ok": true}`` when the database answers, else 503. Says nothing else to strangers."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return JsonResponse({"ok": False}, status=503)
    return JsonResponse({"ok": True})


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: what came could not be read; 413: it is larger than is taken there."""
    return _error(request, 413 if isinstance(exception, RequestDataTooBig) else 400)


def body_not_read(request: HttpRequest, status: HTTPStatus) -> HttpResponse:
    """400, 408, 413 or 503: the body was not taken in. Says so without asking the database who it
    is: nobody has been let in yet."""
    return _problem(status) if request.path.startswith(_API) else _plain(status)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403: known, but not theirs to see."""
    return _error(request, 403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: a form came without the token that our page put in it, or too late."""
    return _error(request, 403, "forged")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: no such page."""
    return _error(request, 404)


def failed(request: HttpRequest) -> HttpResponse:
    """500: our fault; 503 when the database is away. Shown with the id under which the log has the
    reason."""
    status = 503 if isinstance(sys.exc_info()[1], OperationalError) else 500
    return _problem(status) if request.path.startswith(_API) else _plain(status)


def _plain(status: int) -> HttpResponse:
    # Without the request: asking who is signed in may be what fails.
    current = settings.current()
    context = {
        "organisation": current.organisation,
        "face_name": current.organisation.name,
        "home": "/",
        "request_id": REQUEST_ID.get(),
    }
    return HttpResponse(loader.render_to_string(f"{status}.html", context), status=status)


class ErrorPages:
    """Turns an :class:`AboveboardError` that a page raises into a page that says it, with the next
    step.

    Clients are answered by ``aboveboard.api.problems``. What is a fault of ours goes on to
    :func:`failed`.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass the request on. What goes wrong is explained in :meth:`process_exception`, or to a
        client as a problem."""
        response = self.get_response(request)
        if _is_blank(request, response):
            page = _error(request, 405)
            page["Allow"] = response["Allow"]
            return page
        # JSON explains itself: as a problem, or as OAuth has it (RFC 6749, 5.2).
        explained = response.get("Content-Type", "").startswith(
            (problems.MEDIA_TYPE, "application/json")
        )
        if response.status_code < 400 or explained or not request.path.startswith(_API):
            return response
        # A wrong method, for one: what answers that writes plain text.
        answer = _problem(response.status_code)
        for name in ("Allow", "Retry-After", "WWW-Authenticate"):
            if name in response:
                answer[name] = response[name]
        return answer

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Return the page for ``exception``, or None where it is not ours to explain."""
        status = http_status(exception)
        if (
            status == 500
            or not isinstance(exception, AboveboardError)
            or request.path.startswith(_API)
        ):
            return None
        # What is away, and what to do, is for the operator who reads the log: a customer can do
        # nothing about it.
        if status == 503:
            log.error("%s: %s", exception.code, exception, extra={"status": status})
            return _plain(status)
        log.info("refused: %s", exception.code, extra={"status": status})
        # What is wrong, and what to do, is written in English: for staff, and for programs. Whoever
        # reads another language is told in it that it did not work.
        if _reads_english(request):
            context = {
                "sentence": exception.message,
                "step": exception.step,
                "request_id": "",
            }
            with translation.override("en"):
                page = render(request, "problem.html", context, status=status)
        else:
            page = _error(request, status, "" if status in (403, 404) else "refused")
        if "seconds" in exception.details:
            page["Retry-After"] = str(exception.details["seconds"])
        return page


def _reads_english(request: HttpRequest) -> bool:
    language = translation.get_language() or "en"
    return language.startswith("en") or request.path.startswith(CONSOLE)


def _is_blank(request: HttpRequest, response: HttpResponseBase) -> bool:
    """Whether a browser would show its own error: the address of a form that was opened, as by
    reloading the page that says what is wrong with it, is answered by Django without a word."""
    return (
        response.status_code == HTTPStatus.METHOD_NOT_ALLOWED
        and isinstance(response, HttpResponse)
        and not response.content
        and request.accepts("text/html")
        and not request.path.startswith(_API)
    )


def _error(request: HttpRequest, status: int, template: str = "") -> HttpResponse:
    if request.path.startswith(_API):
        return _problem(status)
    return render(
        request, f"{template or status}.html", {"request_id": REQUEST_ID.get()}, status=status
    )


def _problem(status: int) -> JsonResponse:
    """Return an RFC 9457 problem that says no more than its status."""
    return JsonResponse(
        problems.problem_from_status(status, request_id=REQUEST_ID.get()),
        status=status,
        content_type=problems.MEDIA_TYPE,
    )
