"""Django's name for this room."""

from django.apps import AppConfig


class Room(AppConfig):
    """The ``site`` room."""

    name = "aboveboard.site"
    label = "site"
