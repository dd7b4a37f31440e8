"""What ``website`` declares."""

from django.apps import AppConfig

from aboveboard.basics.package import Package


class WebsiteConfig(AppConfig):
    """App config of ``website``."""

    name = "aboveboard.website"
    label = "website"

    def package(self) -> Package:
        """Return what this package declares."""
        from aboveboard.website.entries import VisitorChoicesKept

        return Package(
            name="website",
            public=(
                "actions",
                "asked",
                "entries",
                "handover",
                "limits",
                "queries",
                "scan.browser",
                "scan.compare",
                "scan.observed",
                "visit",
                "work",
            ),
            entries=(VisitorChoicesKept,),
        )
