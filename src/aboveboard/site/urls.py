"""Which package answers which address. Each route says who may call it
(``aboveboard.accounts.gate``)."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from aboveboard.site import metrics, pages, receiving

urlpatterns: list[URLPattern | URLResolver] = [
    # First: addresses are tried in order, and these are asked for a thousand times a second.
    path("api/v1/", include("aboveboard.api.urls")),
    path("healthz", pages.healthz, name="healthz"),
    path("metrics", metrics.metrics, name="metrics"),
    path("receipts/mail/", receiving.mail, name="mail_receipts"),
    path("receipts/sms/", receiving.sms, name="sms_receipts"),
    path("language/<slug:language>/", pages.choose_language, name="language"),
    path("", include("aboveboard.accounts.clients.urls")),
    path("accounts/password/", include("aboveboard.credentials.urls")),
    path("accounts/", include("aboveboard.accounts.signin.urls")),
    path("you/", include("aboveboard.portal.urls")),
    path("console/", include("aboveboard.console.urls")),
    path("demo/", include("aboveboard.console.demo_mail")),
    path("", include("aboveboard.banner.urls")),
    path("", include("aboveboard.centre.urls")),
]

handler400 = pages.bad_request
handler403 = pages.forbidden
handler404 = pages.not_found
handler500 = pages.failed
