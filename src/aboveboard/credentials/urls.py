"""The address that a box for a new password asks."""

from __future__ import annotations

from django.urls import path

from aboveboard.credentials import views

urlpatterns = [path("advice/", views.password_advice, name="password_advice")]
