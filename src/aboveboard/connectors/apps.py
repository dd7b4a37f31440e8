"""What ``connectors`` declares."""

from django.apps import AppConfig

from aboveboard.basics.package import Package


class ConnectorsConfig(AppConfig):
    """App config of ``connectors``."""

    name = "aboveboard.connectors"
    label = "connectors"

    def package(self) -> Package:
        """Return what this package declares."""
        return Package(name="connectors", public=("contract",))
