"""Addresses that the tests of sign-in stand on: its own, and one plain view
behind every kind of gate."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, include, path

from aboveboard.accounts import gate
from aboveboard.basics.actor import Role


def _said(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"{gate.actor_of(request).kind}")


@gate.public("a test")
def anyone(request: HttpRequest) -> HttpResponse:
    return HttpResponse("anyone")


@gate.allow_customer
def portal(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"person {gate.person_of(request)}")


@gate.allow_staff
def console(request: HttpRequest) -> HttpResponse:
    return _said(request)


@gate.allow(Role.INCIDENT_LEAD, Role.ADMINISTRATOR)
def incidents(request: HttpRequest) -> HttpResponse:
    return _said(request)


@gate.service
def uses(request: HttpRequest) -> HttpResponse:
    return HttpResponse(gate.client_of(request).name)


@gate.signed_in("a test")
def either(request: HttpRequest) -> HttpResponse:
    return _said(request)


def forgotten(request: HttpRequest) -> HttpResponse:
    return HttpResponse("nobody should read this")


@gate.allow_staff
def look_up(request: HttpRequest) -> HttpResponse:
    gate.throttle(request, "look_up")
    return HttpResponse("found")


urlpatterns: list[URLPattern | URLResolver] = [
    path("accounts/password/", include("aboveboard.credentials.urls")),
    path("accounts/", include("aboveboard.accounts.signin.urls")),
    path("", anyone),
    path("you/", portal),
    path("console/", console),
    path("console/incidents/", incidents),
    path("console/look-up/", look_up),
    path("api/v1/uses", uses),
    path("api/staff", console),
    path("feed", uses),
    path("either/", either),
    path("forgotten/", forgotten),
    path("api/forgotten", forgotten),
]
