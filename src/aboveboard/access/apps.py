"""Django's name for this room."""

from django.apps import AppConfig


class Room(AppConfig):
    """The ``access`` room."""

    name = "aboveboard.access"
    label = "access"
