"""The addresses under ``/console/``. Each view says who may call it."""

from __future__ import annotations

from django.urls import path

from aboveboard.console import people

app_name = "console"

urlpatterns = [
    path("people/", people.purposes, name="people"),
    path("people/choice/", people.record_choice, name="record_choice"),
    path("people/<slug:purpose>/", people.look_up, name="look_up"),
]
