"""What ``engines`` declares."""

from django.apps import AppConfig

from aboveboard.basics.package import Package


class EnginesConfig(AppConfig):
    """App config of ``engines``."""

    name = "aboveboard.engines"
    label = "engines"

    def package(self) -> Package:
        """Return what this package declares."""
        return Package(
            name="engines",
            public=(
                "changes",
                "contactable",
                "duck",
                "exposure",
                "leak",
                "limits",
                "listing",
                "logins",
                "ordered",
                "parquet",
                "snapshot",
                "sources",
                "untold",
            ),
        )
