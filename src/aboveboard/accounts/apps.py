"""Django's name for this room."""

from django.apps import AppConfig


class Room(AppConfig):
    """The ``accounts`` room."""

    name = "aboveboard.accounts"
    label = "accounts"
