"""Django's name for this room."""

from django.apps import AppConfig


class Room(AppConfig):
    """The ``promise`` room."""

    name = "aboveboard.promise"
    label = "promise"
