"""Django's name for this room."""

from django.apps import AppConfig


class Room(AppConfig):
    """The ``api`` room."""

    name = "aboveboard.api"
    label = "api"
