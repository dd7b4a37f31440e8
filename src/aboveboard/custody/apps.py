"""Django's name for this room."""

from django.apps import AppConfig


class Room(AppConfig):
    """The ``custody`` room."""

    name = "aboveboard.custody"
    label = "custody"
