"""The addresses of the ``centre`` room: the public pages below ``/trust/``, and the log's
files below ``/log/``."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from aboveboard.centre import asking, home, log, losses, packs, promise

app_name = "centre"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.front, name="front"),
    path("trust/", home.home, name="home"),
    path("trust/facts.json", home.facts, name="facts"),
    path("trust/promise/", promise.promise, name="promise"),
    path("trust/promise/<int:serial>/", promise.version, name="version"),
    path("trust/register/", promise.register_page, name="register"),
    path("trust/register.csv", promise.register_csv, name="register_csv"),
    path("trust/register.jsonld", promise.register_json_ld, name="register_json_ld"),
    path("trust/incidents/", losses.overview, name="incidents"),
    path("trust/incidents/<int:number>/", losses.incident, name="incident"),
    path("trust/requests/", asking.overview, name="requests"),
    path("trust/requests/ask/", asking.ask, name="ask"),
    path("trust/requests/code/", asking.code, name="request_code"),
    path("trust/requests/pack/<str:token>/", packs.pack, name="pack"),
    path("trust/check/", log.check, name="check"),
    path("trust/check/proof.html", log.offline, name="offline"),
    path("log/<path:path>", log.resource, name="log"),
]
