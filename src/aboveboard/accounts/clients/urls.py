"""Where clients get tokens. The addresses of RFC 8414 and the two endpoints it names."""

from __future__ import annotations

from django.urls import path

from aboveboard.accounts.clients import views

urlpatterns = [
    path("oauth/token", views.token, name="oauth_token"),
    path("oauth/revoke", views.revoke, name="oauth_revoke"),
    path(".well-known/oauth-authorization-server", views.server_metadata, name="oauth_metadata"),
]
