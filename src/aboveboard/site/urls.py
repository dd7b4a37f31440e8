"""Which room answers which address. Each route says who may call it (``aboveboard.accounts.gate``)."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
