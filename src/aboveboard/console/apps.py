"""What ``console`` declares."""

from django.apps import AppConfig

from aboveboard.basics.package import Package


class ConsoleConfig(AppConfig):
    """App config of ``console``."""

    name = "aboveboard.console"
    label = "console"

    def package(self) -> Package:
        """Return what this package declares."""
        return Package(name="console")

    def ready(self) -> None:
        """Register the job that tells the privacy lead of an emergency look."""
        from aboveboard.access.emergency import actions
        from aboveboard.console.emergency import notify
        from aboveboard.outbox import jobs

        jobs.handler(actions.OPENED)(notify.tell_privacy_lead)
