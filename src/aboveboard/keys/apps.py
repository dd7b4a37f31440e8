"""What ``keys`` declares."""

from django.apps import AppConfig

from aboveboard.basics.package import Package


class KeysConfig(AppConfig):
    """App config of ``keys``."""

    name = "aboveboard.keys"
    label = "keys"

    def package(self) -> Package:
        """Return what this package declares."""
        return Package(name="keys")
