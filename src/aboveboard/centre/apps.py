"""What ``centre`` declares."""

from django.apps import AppConfig

from aboveboard.basics.package import Package


class CentreConfig(AppConfig):
    """App config of ``centre``."""

    name = "aboveboard.centre"
    label = "centre"

    def package(self) -> Package:
        """Return what this package declares."""
        return Package(name="centre")
