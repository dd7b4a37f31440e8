"""What ``choices`` declares."""

from django.apps import AppConfig

from aboveboard.basics.package import Package


class ChoicesConfig(AppConfig):
    """App config of ``choices``."""

    name = "aboveboard.choices"
    label = "choices"

    def package(self) -> Package:
        """Return what this package declares."""
        from aboveboard.choices.actions import repeat
        from aboveboard.choices.deciding import DECIDING
        from aboveboard.choices.entries import ChoiceMade, ChoiceWaits, ObjectionMet
        from aboveboard.choices.events import EVENTS
        from aboveboard.choices.personal_data import PERSONAL_DATA

        return Package(
            name="choices",
            public=(
                "actions",
                "addresses",
                "asking",
                "boundaries",
                "bounding",
                "confirmation",
                "confirming",
                "entries",
                "foreign",
                "lapsing",
                "queries",
                "receipt",
                "signed_receipt",
                "state",
                "third_parties",
                "topic",
            ),
            entries=(ChoiceMade, ChoiceWaits, ObjectionMet),
            repeats={ChoiceMade: repeat, ChoiceWaits: repeat, ObjectionMet: repeat},
            events=EVENTS,
            personal_data=PERSONAL_DATA,
            deciding=DECIDING,
        )
