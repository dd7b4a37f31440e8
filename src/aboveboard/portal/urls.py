"""The addresses of the ``portal`` room, below ``/you/``."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from aboveboard.portal.pages import (
    acting,
    boundaries,
    choices,
    concerns,
    details,
    documents,
    home,
    items,
    notices,
    packs,
    requests,
    uses,
    website,
)

app_name = "portal"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("what-for/", items.overview, name="items"),
    path("moving/", details.move, name="move"),
    path("details/<slug:field>/", details.correct, name="detail"),
    path("details/<slug:field>/code/", details.prove, name="detail_code"),
    path("documents/<slug:field>/", documents.document, name="document"),
    path("choices/", choices.overview, name="choices"),
    path("choices/<int:choice_id>/receipt/", choices.receipt, name="receipt"),
    path("choices/<int:choice_id>/receipt.json", choices.receipt_json, name="receipt_json"),
    path("choices/<slug:purpose>/", choices.choose, name="choose"),
    path("who-may-look/", boundaries.overview, name="boundaries"),
    path("who-has-looked/", uses.overview, name="uses"),
    path("who-has-looked/whole-list.json", uses.own_list, name="own_list"),
    path("who-has-looked/concern/", concerns.concern, name="concern"),
    path("who-has-looked/concern/sent/", concerns.concern_sent, name="concern_sent"),
    path("who-has-looked/<int:entry_id>/proof/", uses.proof, name="proof"),
    path("who-has-looked/<int:entry_id>/proof.txt", uses.proof_file, name="proof_file"),
    path("acting/", acting.overview, name="acting"),
    path("acting/stop/", acting.stop, name="stop_acting"),
    path("acting/<int:number>/", acting.start, name="act_for"),
    path("acting/<int:number>/end/", acting.end, name="end_acting"),
    path("requests/", requests.overview, name="requests"),
    path("requests/<slug:kind>/ask/", requests.ask, name="ask_request"),
    path("requests/<int:number>/", requests.request_page, name="request"),
    path("requests/<int:number>/code/", requests.enter_code, name="request_code"),
    path("requests/<int:number>/document/", requests.give_document, name="request_document"),
    path("requests/<int:number>/withdraw/", requests.withdraw, name="withdraw_request"),
    path("requests/<int:number>/pack/", packs.fetch, name="fetch_pack"),
    path("requests/<int:number>/pack/code/", packs.code, name="pack_code"),
    path("requests/<int:number>/statement.pdf", packs.statement, name="statement"),
    path("website/", website.take_over, name="website"),
    path("notices/", notices.overview, name="notices"),
    path("notices/<int:number>/", notices.notice, name="notice"),
]
