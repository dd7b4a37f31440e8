"""What ``intake`` declares."""

from django.apps import AppConfig

from aboveboard.basics.package import Package


class IntakeConfig(AppConfig):
    """App config of ``intake``."""

    name = "aboveboard.intake"
    label = "intake"

    def package(self) -> Package:
        """Return what this package declares."""
        return Package(
            name="intake",
            public=(
                "load",
                "mapping",
                "mending",
                "queries",
            ),
        )
