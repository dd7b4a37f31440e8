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
                "before_upgrade",
                "comparing",
                "entries",
                "gate",
                "limits",
                "manifest",
                "queries",
                "restoring.load",
                "restoring.parts",
                "restoring.replay",
                "restoring.rules",
                "scrubbing",
                "one_upgrade",
                "upgrading",
                "versions",
                "watching",
            ),
            entries=(
                entries.BackupMade,
                entries.InstanceUpgraded,
                entries.RestoreDone,
                entries.RowsAuthenticated,
            ),
            not_backed_up={"recovery_rowcomparison": "it says what was found in another database"},
        )
