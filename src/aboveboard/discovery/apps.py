"""What ``discovery`` declares."""

from django.apps import AppConfig

from aboveboard.basics.package import Package


class DiscoveryConfig(AppConfig):
    """App config of ``discovery``."""

    name = "aboveboard.discovery"
    label = "discovery"

    def package(self) -> Package:
        """Return what this package declares."""
        return Package(
            name="discovery",
            public=(
                "against_promise",
                "columns",
                "documents.document",
                "documents.reading",
                "files",
                "limits",
                "survey",
            ),
        )
