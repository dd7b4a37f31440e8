"""What ``custody`` declares."""

from django.apps import AppConfig

from aboveboard.basics.package import Package


class CustodyConfig(AppConfig):
    """App config of ``custody``."""

    name = "aboveboard.custody"
    label = "custody"

    def package(self) -> Package:
        """Return what this package declares."""
        return Package(name="custody")
