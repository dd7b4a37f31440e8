"""What ``kinds`` declares."""

from django.apps import AppConfig

from aboveboard.basics.package import Package


class KindsConfig(AppConfig):
    """App config of ``kinds``."""

    name = "aboveboard.kinds"
    label = "kinds"

    def package(self) -> Package:
        """Return what this package declares."""
        return Package(
            name="kinds",
            public=(
                "addresses",
                "cards",
                "codes",
                "compared",
                "days",
                "email_addresses",
                "kind",
                "limits",
                "normalise",
                "placeholders",
                "recognise",
                "text",
                "text.lexicon",
                "text.span",
                "values",
            ),
        )
