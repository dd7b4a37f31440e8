"""The addresses of the ``centre`` room: the public pages below ``/trust/``, and the log's
files below ``/log/``."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from aboveboard.centre import (
    algorithms,
    asking,
    confirming,
    given,
    home,
    log,
    losses,
    notice,
    packs,
    promise,
    reporting,
    sharing,
)

app_name = "centre"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.front, name="front"),
    path("trust/", home.home, name="home"),
    path("trust/facts.json", home.facts, name="facts"),
    path("trust/promise/", promise.promise, name="promise"),
    path("trust/promise/<int:serial>/", promise.version, name="version"),
    path("trust/notice/", notice.page, name="notice"),
    path("trust/notice/<int:serial>/", notice.page, name="notice_version"),
    path("trust/notice/<int:serial>/notice.json", notice.document, name="notice_json"),
    path("trust/notice/<int:serial>/notice.pdf", notice.printed, name="notice_pdf"),
    path("trust/notice/notice.json", notice.document, name="notice_json_now"),
    path("trust/notice/notice.pdf", notice.printed, name="notice_pdf_now"),
    path("trust/notice/<slug:layer>.fragment", notice.fragment, name="notice_fragment"),
    path(
        "trust/notice/at/<slug:point>.fragment",
        notice.fragment,
        {"layer": "line"},
        name="notice_line",
    ),
    path("trust/algorithms/", algorithms.overview, name="algorithms"),
    path("trust/algorithms.json", algorithms.document, name="algorithms_json"),
    path("trust/sharing/", sharing.overview, name="sharing"),
    path("trust/sharing.csv", sharing.register_csv, name="sharing_csv"),
    path("trust/sharing/<int:number>/", sharing.agreement, name="agreement"),
    path("trust/given/", given.overview, name="given"),
    path("trust/given/sign-out/", given.sign_out, name="given_sign_out"),
    path("trust/given/<int:parcel_id>/", given.rows, name="given_rows"),
    path("trust/register/", promise.register_page, name="register"),
    path("trust/register.csv", promise.register_csv, name="register_csv"),
    path("trust/register.jsonld", promise.register_json_ld, name="register_json_ld"),
    path("trust/incidents/", losses.overview, name="incidents"),
    path("trust/incidents/<int:number>/", losses.incident, name="incident"),
    path("trust/report/", reporting.report, name="report"),
    path("trust/report/thanks/", reporting.thanks, name="report_thanks"),
    path("trust/requests/", asking.overview, name="requests"),
    path("trust/requests/ask/", asking.ask, name="ask"),
    path("trust/requests/code/", asking.code, name="request_code"),
    path("trust/requests/confirm/<str:token>/", asking.confirm, name="confirm_request"),
    path("trust/requests/pack/<str:token>/", packs.pack, name="pack"),
    path("trust/confirm-address/<str:token>/", confirming.address, name="confirm_address"),
    path("trust/check/", log.check, name="check"),
    path("trust/check/proof.html", log.offline, name="offline"),
    path("log/<path:path>", log.resource, name="log"),
]
