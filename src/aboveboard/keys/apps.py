"""Django's name for this room."""

from django.apps import AppConfig


class Room(AppConfig):
    """The ``keys`` room."""

    name = "aboveboard.keys"
    label = "keys"
