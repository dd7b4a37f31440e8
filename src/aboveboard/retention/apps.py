"""What ``retention`` declares."""

from django.apps import AppConfig

from aboveboard.basics.package import Package


class RetentionConfig(AppConfig):
    """App config of ``retention``."""

    name = "aboveboard.retention"
    label = "retention"

    def package(self) -> Package:
        """Return what this package declares."""
        from aboveboard.retention import entries, replay
        from aboveboard.retention.deciding import DECIDING
        from aboveboard.retention.personal_data import PERSONAL_DATA

        return Package(
            name="retention",
            public=(
                "actions",
                "entries",
                "erasing",
                "limits",
                "queries",
                "reasons",
                "records",
                "sweep.erasing",
                "sweep.queries",
                "sweep.reviewing",
                "sweep.scheduled",
            ),
            entries=(
                entries.HoldPlaced,
                entries.HoldReleased,
                entries.RestrictionPlaced,
                entries.RestrictionLifted,
                entries.SweepReviewed,
                entries.SweepDone,
            ),
            repeats={
                entries.HoldPlaced: replay.repeat_placed,
                entries.HoldReleased: replay.repeat_ended,
                entries.RestrictionPlaced: replay.repeat_placed,
                entries.RestrictionLifted: replay.repeat_ended,
            },
            personal_data=PERSONAL_DATA,
            deciding=DECIDING,
        )
