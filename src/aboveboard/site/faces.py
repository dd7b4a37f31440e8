"""Middleware for people's pages alone: below ``/api/`` nobody is signed in by a cookie, posts a
form or chooses a language.

A client's request passes each of these by. That halves what is done around a use, and a session
cookie opens nothing there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.common import CommonMiddleware
from django.middleware.csrf import CsrfViewMiddleware
from django.middleware.locale import LocaleMiddleware
from django.utils import timezone, translation
from django.utils.deprecation import MiddlewareMixin

from aboveboard.promise.queries import last_known
from aboveboard.site.navigation import is_english_alone

API = "/api/"
_PAGES = ("/you/", "/console/", "/trust/", "/accounts/", "/demo/")


class _PagesAlone(MiddlewareMixin):
    def __call__(self, request: HttpRequest) -> Any:
        """Do what Django's own does, for a page."""
        return (
            self.get_response(request)
            if request.path_info.startswith(API)
            else super().__call__(request)
        )


class PagesSession(_PagesAlone, SessionMiddleware):
    """Django's."""


class PagesLanguage(_PagesAlone, LocaleMiddleware):
    """Django's."""


class PagesCommon(_PagesAlone, CommonMiddleware):
    """Django's."""


class PagesForms(_PagesAlone, CsrfViewMiddleware):
    """Django's. A view below ``/api/`` that took forms would be refused them as any other: its
    ``process_view`` stays."""


class PagesMessages(_PagesAlone, MessageMiddleware):
    """Django's."""


class PagesAccount(AuthenticationMiddleware):
    """Django's; a client's request is nobody's."""

    def __call__(self, request: HttpRequest) -> Any:
        """Say who is signed in."""
        if request.path_info.startswith(API):
            request.user = AnonymousUser()
            return self.get_response(request)
        return super().__call__(request)


class RowNumberBounds:
    """Answers 404 to a number in an address that no row can have: a database compares with signed
    64-bit integers alone, and fails where it is given another."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass the request on; the work is in :meth:`process_view`."""
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: object, args: object, kwargs: dict[str, object]
    ) -> None:
        """Look at the numbers of the address, whichever view they are for.

        Raises:
            Http404: one is too large.
        """
        if any(isinstance(value, int) and value >= 2**63 for value in kwargs.values()):
            raise Http404


class LocalTime:
    """Shows times on pages in the organisation's time zone, as its promise names it.

    Records, receipts and files say UTC themselves. The portal then goes over to the person's own
    zone, where their country has one (``portal.page``).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass the request on, and leave no zone behind for the next one of this thread."""
        try:
            return self.get_response(request)
        finally:
            timezone.deactivate()

    def process_view(
        self, request: HttpRequest, view: object, args: object, kwargs: object
    ) -> None:
        """Switch the zone on. Not before a view is found: an address that is nobody's, or is
        refused at the gate, asks the database for no promise."""
        # The last that is known will do: where the one in force is missing, a page that does not
        # need it is shown all the same, and the one to sign in on most of all.
        if request.path_info.startswith(_PAGES) and (adopted := last_known()):
            timezone.activate(adopted.promise.organisation.zone)


class StaffLanguage:
    """Shows pages that are in English alone (:func:`~aboveboard.site.navigation.is_english_alone`)
    in English, whatever the browser asks for."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass the request on; the work is in :meth:`process_view`."""
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: object, args: object, kwargs: object
    ) -> None:
        """Switch over. Not before the gate: a customer who is refused reads why in their own."""
        if is_english_alone(request.path_info):
            translation.activate("en")
