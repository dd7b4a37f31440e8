"""The addresses of the ``centre`` room: the public pages below ``/trust/``, and the log's files below ``/log/``."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from aboveboard.centre import log, promise

app_name = "centre"
urlpatterns: list[URLPattern | URLResolver] = [
    path("trust/promise/", promise.promise, name="promise"),
    path("trust/promise/<int:serial>/", promise.version, name="version"),
    path("trust/register/", promise.register_page, name="register"),
    path("trust/register.csv", promise.register_csv, name="register-csv"),
    path("trust/register.jsonld", promise.register_json_ld, name="register-json-ld"),
    path("trust/check/", log.check, name="check"),
    path("log/<path:path>", log.resource, name="log"),
]
