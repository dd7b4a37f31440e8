"""What ``identity`` declares."""

from django.apps import AppConfig

from aboveboard.basics.package import Job, Package


class IdentityConfig(AppConfig):
    """App config of ``identity``."""

    name = "aboveboard.identity"
    label = "identity"

    def package(self) -> Package:
        """Return what this package declares."""
        from aboveboard.identity import entries, scanning
        from aboveboard.identity.deciding import DECIDING
        from aboveboard.identity.personal_data import PERSONAL_DATA

        return Package(
            name="identity",
            public=(
                "actions",
                "choosing",
                "distinct",
                "duplicates",
                "entries",
                "limits",
                "matching",
                "scanning",
                "scoring",
            ),
            entries=(
                entries.PeopleMerged,
                entries.PeopleSplit,
                entries.MergeClosed,
                entries.PeopleDistinguished,
            ),
            jobs=(Job(scanning.JOB, scanning.run_job),),
            personal_data=PERSONAL_DATA,
            deciding=DECIDING,
        )
