"""What ``recovery`` declares."""

from django.apps import AppConfig

from aboveboard.basics.package import Package


class RecoveryConfig(AppConfig):
    """App config of ``recovery``."""

    name = "aboveboard.recovery"
    label = "recovery"

    def package(self) -> Package:
        """Return what this package declares."""
        from aboveboard.recovery import entries

        return Package(
            name="recovery",
            public=(
                "actions",
                "backups",
                "comparing",
                "entries",
                "gate",
                "manifest",
                "queries",
                "restoring.load",
                "restoring.parts",
                "restoring.replay",
                "restoring.rules",
                "scrubbing",
                "upgrading",
            ),
            entries=(entries.BackupMade, entries.RestoreDone, entries.RowsAuthenticated),
        )
