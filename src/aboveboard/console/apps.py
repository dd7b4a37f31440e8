"""Django's name for this room."""

from django.apps import AppConfig


class Room(AppConfig):
    """The ``console`` room."""

    name = "aboveboard.console"
    label = "console"
