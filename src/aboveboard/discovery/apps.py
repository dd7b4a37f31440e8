"""What ``discovery`` declares."""

from django.apps import AppConfig

from aboveboard.basics.package import Job, Package


class DiscoveryConfig(AppConfig):
    """App config of ``discovery``."""

    name = "aboveboard.discovery"
    label = "discovery"

    def package(self) -> Package:
        """Return what this package declares."""
        from aboveboard.discovery import scans

        return Package(
            name="discovery",
            jobs=(Job(scans.SCAN, scans.run),),
            public=(
                "against_promise",
                "columns",
                "decisions",
                "documents.document",
                "documents.reading",
                "files",
                "limits",
                "scans",
                "survey",
            ),
        )
