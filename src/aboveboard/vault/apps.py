"""Django's name for this room."""

from django.apps import AppConfig


class Room(AppConfig):
    """The ``vault`` room."""

    name = "aboveboard.vault"
    label = "vault"
