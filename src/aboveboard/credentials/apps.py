"""What ``credentials`` declares."""

from django.apps import AppConfig

from aboveboard.basics.package import Package


class CredentialsConfig(AppConfig):
    """App config of ``credentials``."""

    name = "aboveboard.credentials"
    label = "credentials"

    def package(self) -> Package:
        """Return what this package declares."""
        return Package(
            name="credentials",
            public=(
                "breached.breached_list",
                "breached.building",
                "breached.shard",
                "limits",
                "policy",
                "queries",
                "strength",
                "words",
            ),
        )
