"""Django's name for this room."""

from django.apps import AppConfig


class Room(AppConfig):
    """The ``portal`` room."""

    name = "aboveboard.portal"
    label = "portal"
