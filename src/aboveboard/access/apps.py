"""Django's name for this room."""

from django.apps import AppConfig


class Room(AppConfig):
    """The ``access`` room."""

    name = "aboveboard.access"
    label = "access"

    def ready(self) -> None:
        """Register what moves along when two people are found to be one."""
        from aboveboard.access import joining as moving
        from aboveboard.vault.merging import joining

        joining.moves("access", moving.move, moving.move_back)
