"""Django's name for this room."""

from django.apps import AppConfig


class Room(AppConfig):
    """The ``outbox`` room."""

    name = "aboveboard.outbox"
    label = "outbox"
