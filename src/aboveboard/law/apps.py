"""What ``law`` declares."""

from django.apps import AppConfig

from aboveboard.basics.package import Package


class LawConfig(AppConfig):
    """App config of ``law``."""

    name = "aboveboard.law"
    label = "law"

    def package(self) -> Package:
        """Return what this package declares."""
        return Package(
            name="law",
            public=(
                "bases",
                "categories",
                "children",
                "clocks",
                "coming",
                "duties",
                "moments",
                "offering",
                "organisation",
                "own",
                "reports.facts",
                "reports.ico",
                "reports.template",
                "rights.catalogue",
                "rights.checks",
                "rights.deadlines",
                "rights.entries",
                "rights.listing",
                "rights.terms",
                "risk",
                "rules.authorities",
                "rules.catalogue",
                "rules.checks",
                "rules.entries",
                "rules.sources",
                "severity",
                "terms",
                "transfers",
            ),
        )
