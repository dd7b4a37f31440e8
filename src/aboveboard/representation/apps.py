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
            public=("actions", "entries", "limits", "queries", "records", "terms"),
            entries=(
                entries.RepresentationRecorded,
                entries.RepresentationApproved,
                entries.RepresentationEnded,
            ),
            repeats={
                entries.RepresentationApproved: replay.repeat,
                entries.RepresentationEnded: replay.repeat,
            },
            personal_data=PERSONAL_DATA,
            deciding=DECIDING,
        )
