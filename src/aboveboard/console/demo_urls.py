"""The addresses under ``/demo/``: there is nothing behind them unless the demonstration is on."""

from __future__ import annotations

from django.urls import path

from aboveboard.console import demo_mail

app_name = "demo"

urlpatterns = [
    path("mail", demo_mail.mailbox, name="mailbox"),
    path("mail/<str:message_id>", demo_mail.message, name="message"),
]
