"""Django's name for this room, and the work it does for the worker."""

from django.apps import AppConfig


class Room(AppConfig):
    """The ``portal`` room."""

    name = "aboveboard.portal"
    label = "portal"

    def ready(self) -> None:
        """Register the job that tells the privacy lead of a customer's concern."""
        from aboveboard.access import concerns
        from aboveboard.outbox import jobs
        from aboveboard.portal import notify

        jobs.handler(concerns.KIND)(notify.tell_privacy_lead)
