"""What ``group`` declares."""

from django.apps import AppConfig

from aboveboard.basics.package import Package


class GroupConfig(AppConfig):
    """App config of ``group``."""

    name = "aboveboard.group"
    label = "group"

    def package(self) -> Package:
        """Return what this package declares."""
        from aboveboard.group import asking, entries, links, shown
        from aboveboard.group.deciding import DECIDING
        from aboveboard.group.personal_data import PERSONAL_DATA

        return Package(
            name="group",
            public=(
                "asking",
                "entries",
                "limits",
                "links",
                "organisations",
                "proofs",
                "reading",
                "shown",
                "subject",
            ),
            entries=(
                entries.OrganisationDeclared,
                entries.OrganisationRemoved,
                entries.OrganisationLinked,
                entries.OrganisationUnlinked,
                entries.UsageShown,
                entries.UsageHidden,
            ),
            repeats={
                entries.OrganisationUnlinked: links.repeat_unlinked,
                entries.UsageHidden: shown.repeat_hidden,
            },
            personal_data=PERSONAL_DATA,
            deciding=DECIDING,
            forgets=(asking.forget,),
        )
