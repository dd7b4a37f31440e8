"""Django's name for this room."""

from django.apps import AppConfig


class Room(AppConfig):
    """The ``incidents`` room."""

    name = "aboveboard.incidents"
    label = "incidents"
