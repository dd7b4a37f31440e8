"""What ``outbox`` declares."""

from django.apps import AppConfig

from aboveboard.basics.package import Package


class OutboxConfig(AppConfig):
    """App config of ``outbox``."""

    name = "aboveboard.outbox"
    label = "outbox"

    def package(self) -> Package:
        """Return what this package declares."""
        return Package(
            name="outbox",
            public=("actions", "events", "jobs", "limits", "queries", "reference"),
        )
