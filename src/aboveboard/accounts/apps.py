"""Django's name for this room."""

from django.apps import AppConfig


class Room(AppConfig):
    """The ``accounts`` room."""

    name = "aboveboard.accounts"
    label = "accounts"

    def ready(self) -> None:
        """Declare the gates of sign-in, and listen to how sessions begin."""
        from aboveboard.accounts.signin import gates, log, session_marks

        gates.declare_all()
        session_marks.connect()
        log.connect()
