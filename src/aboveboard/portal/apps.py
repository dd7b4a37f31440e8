"""What ``portal`` declares."""

from django.apps import AppConfig

from aboveboard.basics.package import Package


class PortalConfig(AppConfig):
    """App config of ``portal``."""

    name = "aboveboard.portal"
    label = "portal"

    def package(self) -> Package:
        """Return what this package declares."""
        return Package(name="portal")

    def ready(self) -> None:
        """Register the job that tells the privacy lead of a customer's concern."""
        from aboveboard.access import concerns
        from aboveboard.outbox import jobs
        from aboveboard.portal import notify

        jobs.handler(concerns.KIND)(notify.tell_privacy_lead)
