"""What ``retention`` declares."""

from django.apps import AppConfig

from aboveboard.basics.package import Package


class RetentionConfig(AppConfig):
    """App config of ``retention``."""

    name = "aboveboard.retention"
    label = "retention"

    def package(self) -> Package:
        """Return what this package declares."""
        return Package(name="retention")
