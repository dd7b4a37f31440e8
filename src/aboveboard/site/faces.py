"""Middleware for people's pages alone: below ``/api/`` nobody is signed in by a cookie, posts a
form or chooses a language.

A program's request passes each of these by. That halves what is done around a use, and a session
cookie opens nothing there.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest
from django.middleware.common import CommonMiddleware
from django.middleware.csrf import CsrfViewMiddleware
from django.middleware.locale import LocaleMiddleware
from django.utils.deprecation import MiddlewareMixin

API = "/api/"


class _PagesAlone(MiddlewareMixin):
    def __call__(self, request: HttpRequest) -> Any:
        """Do what Django's own does, for a page."""
        return (
            self.get_response(request)
            if request.path_info.startswith(API)
            else super().__call__(request)
        )


class Session(_PagesAlone, SessionMiddleware):
    """Django's."""


class Language(_PagesAlone, LocaleMiddleware):
    """Django's."""


class Common(_PagesAlone, CommonMiddleware):
    """Django's."""


class Forms(_PagesAlone, CsrfViewMiddleware):
    """Django's. A view below ``/api/`` that took forms would be refused them as any other: its
    ``process_view`` stays."""


class Messages(_PagesAlone, MessageMiddleware):
    """Django's."""


class Account(AuthenticationMiddleware):
    """Django's; a program's request is nobody's."""

    def __call__(self, request: HttpRequest) -> Any:
        """Say who is signed in."""
        if request.path_info.startswith(API):
            request.user = AnonymousUser()
            return self.get_response(request)
        return super().__call__(request)
