"""What ``intake`` declares."""

from django.apps import AppConfig

from aboveboard.basics.package import Package


class IntakeConfig(AppConfig):
    """App config of ``intake``."""

    name = "aboveboard.intake"
    label = "intake"

    def package(self) -> Package:
        """Return what this package declares."""
        from aboveboard.intake import entries, erased
        from aboveboard.intake.deciding import DECIDING
        from aboveboard.intake.personal_data import PERSONAL_DATA

        return Package(
            name="intake",
            public=(
                "changes",
                "differences",
                "dry_run",
                "entries",
                "erased",
                "former",
                "held_back",
                "load",
                "mapping",
                "mending",
                "notes",
                "queries",
            ),
            entries=(
                entries.PeopleImported,
                entries.ErasedReadmitted,
                entries.ErasedReadmissionUndone,
                entries.HeldBackDecided,
                entries.DifferenceAnswered,
            ),
            personal_data=PERSONAL_DATA,
            deciding=DECIDING,
            before_erasure=erased.remember_erased,
        )
