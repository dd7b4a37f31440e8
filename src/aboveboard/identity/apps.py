"""What ``identity`` declares."""

from django.apps import AppConfig

from aboveboard.basics.package import Package


class IdentityConfig(AppConfig):
    """App config of ``identity``."""

    name = "aboveboard.identity"
    label = "identity"

    def package(self) -> Package:
        """Return what this package declares."""
        return Package(name="identity")
