"""The addresses of the ``portal`` room, below ``/you/``."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from aboveboard.portal.pages import choices, details, documents, home, notices, uses

app_name = "portal"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("details/<slug:field>/", details.correct, name="detail"),
    path("documents/<slug:field>/", documents.document, name="document"),
    path("choices/", choices.overview, name="choices"),
    path("choices/<int:choice_id>/receipt/", choices.receipt, name="receipt"),
    path("choices/<int:choice_id>/receipt.json", choices.receipt_json, name="receipt-json"),
    path("choices/<slug:purpose>/", choices.choose, name="choose"),
    path("looked/", uses.looks, name="looked"),
    path("looked/wrong/", uses.wrong, name="wrong"),
    path("looked/wrong/told/", uses.told, name="told"),
    path("looked/<int:entry_id>/proof/", uses.proof, name="proof"),
    path("looked/<int:entry_id>/proof.txt", uses.proof_file, name="proof-file"),
    path("notices/", notices.overview, name="notices"),
    path("notices/<int:number>/", notices.notice, name="notice"),
]
