"""Django's name for this room."""

from django.apps import AppConfig


class Room(AppConfig):
    """The ``ledger`` room."""

    name = "aboveboard.ledger"
    label = "ledger"
