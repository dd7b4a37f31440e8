"""What ``representation`` declares."""

from django.apps import AppConfig

from aboveboard.basics.package import Package


class RepresentationConfig(AppConfig):
    """App config of ``representation``."""

    name = "aboveboard.representation"
    label = "representation"

    def package(self) -> Package:
        """Return what this package declares."""
        from aboveboard.representation import entries, replay
        from aboveboard.representation.deciding import DECIDING
        from aboveboard.representation.personal_data import PERSONAL_DATA

        return Package(
            name="representation",
            public=(
                "actions",
                "deaths",
                "entries",
                "errors",
                "limits",
                "queries",
                "records",
                "terms",
            ),
            entries=(
                entries.RepresentationRecorded,
                entries.RepresentationApproved,
                entries.RepresentationEnded,
                entries.DeathRecorded,
                entries.DeathApproved,
                entries.DeathTakenBack,
            ),
            repeats={
                entries.RepresentationApproved: replay.repeat,
                entries.RepresentationEnded: replay.repeat,
                entries.DeathRecorded: replay.repeat_death,
                entries.DeathApproved: replay.repeat,
                entries.DeathTakenBack: replay.repeat,
            },
            personal_data=PERSONAL_DATA,
            deciding=DECIDING,
        )
