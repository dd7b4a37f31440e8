"""Django's name for this room, and the work it does for the worker."""

from django.apps import AppConfig


class Room(AppConfig):
    """The ``console`` room."""

    name = "aboveboard.console"
    label = "console"

    def ready(self) -> None:
        """Register the job that tells the privacy lead of an emergency look."""
        from aboveboard.access.emergency import actions
        from aboveboard.console.emergency import notify
        from aboveboard.outbox import jobs

        jobs.handler(actions.OPENED)(notify.tell_privacy_lead)
