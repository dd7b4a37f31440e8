"""Django's name for this room."""

from django.apps import AppConfig


class Room(AppConfig):
    """The ``centre`` room."""

    name = "aboveboard.centre"
    label = "centre"
