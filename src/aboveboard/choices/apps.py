"""Django's name for this room."""

from django.apps import AppConfig


class Room(AppConfig):
    """The ``choices`` room."""

    name = "aboveboard.choices"
    label = "choices"

    def ready(self) -> None:
        """Let an erasure take the person's choices too."""
        from aboveboard.choices.actions import forget
        from aboveboard.vault.actions import also_forgets

        also_forgets("choices")(forget)
