"""Django's name for this room."""

from django.apps import AppConfig


class Room(AppConfig):
    """The ``choices`` room."""

    name = "aboveboard.choices"
    label = "choices"
