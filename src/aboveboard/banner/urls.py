"""The addresses of the ``banner`` room: files for the organisation's own pages below ``/banner/``,
and the support of Global Privacy Control."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from aboveboard.banner import choices, serving

app_name = "banner"
urlpatterns: list[URLPattern | URLResolver] = [
    path("banner/loader.js", serving.loader, name="loader"),
    path("banner/panel.js", serving.panel, name="panel"),
    path("banner/panel.css", serving.sheet, name="sheet"),
    path("banner/words.json", serving.words, name="words"),
    path("banner/choices", choices.choices, name="choices"),
    path("banner/mine", choices.hand_over, name="mine"),
    path(".well-known/gpc.json", serving.gpc_support, name="gpc"),
]
