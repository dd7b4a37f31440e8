"""Django's name for this room."""

from django.apps import AppConfig


class Room(AppConfig):
    """The ``recovery`` room."""

    name = "aboveboard.recovery"
    label = "recovery"
