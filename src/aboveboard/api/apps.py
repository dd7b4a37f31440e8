"""What ``api`` declares."""

from django.apps import AppConfig

from aboveboard.basics.package import Package


class ApiConfig(AppConfig):
    """App config of ``api``."""

    name = "aboveboard.api"
    label = "api"

    def package(self) -> Package:
        """Return what this package declares."""
        from aboveboard.api import misses

        return Package(name="api", public=("data_rights",), forgets=(misses.forget,))
