"""Django's name for this room."""

from django.apps import AppConfig


class Room(AppConfig):
    """The ``accounts`` room."""

    name = "aboveboard.accounts"
    label = "accounts"

    def ready(self) -> None:
        """Declare the gates of sign-in, and listen to how sessions begin."""
        from aboveboard.accounts.signin import gates, marks, watching

        gates.declare_all()
        marks.connect()
        watching.connect()
