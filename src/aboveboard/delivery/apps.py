"""What ``delivery`` declares."""

from django.apps import AppConfig

from aboveboard.basics.package import Package


class DeliveryConfig(AppConfig):
    """App config of ``delivery``."""

    name = "aboveboard.delivery"
    label = "delivery"

    def package(self) -> Package:
        """Return what this package declares."""
        return Package(name="delivery")
