"""What ``recovery`` declares."""

from django.apps import AppConfig

from aboveboard.basics.package import Package


class RecoveryConfig(AppConfig):
    """App config of ``recovery``."""

    name = "aboveboard.recovery"
    label = "recovery"

    def package(self) -> Package:
        """Return what this package declares."""
        return Package(name="recovery")
