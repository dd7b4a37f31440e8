"""Django's name for this room."""

from django.apps import AppConfig


class Room(AppConfig):
    """The ``delivery`` room."""

    name = "aboveboard.delivery"
    label = "delivery"
