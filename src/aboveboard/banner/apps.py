"""What ``banner`` declares."""

from django.apps import AppConfig

from aboveboard.basics.package import Package


class BannerConfig(AppConfig):
    """App config of ``banner``."""

    name = "aboveboard.banner"
    label = "banner"

    def package(self) -> Package:
        """Return what this package declares."""
        return Package(name="banner")
