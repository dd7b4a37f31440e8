"""What ``access`` declares."""

from django.apps import AppConfig

from aboveboard.basics.package import Package


class AccessConfig(AppConfig):
    """App config of ``access``."""

    name = "aboveboard.access"
    label = "access"

    def package(self) -> Package:
        """Return what this package declares."""
        from aboveboard.access import decoys
        from aboveboard.access.concerns import replay as concerns
        from aboveboard.access.deciding import DECIDING
        from aboveboard.access.emergency import review
        from aboveboard.access.entries import (
            ENTRIES,
            ConcernAnswered,
            ConcernAssigned,
            ConcernRaised,
            EmergencyReviewed,
        )
        from aboveboard.access.personal_data import PERSONAL_DATA

        return Package(
            name="access",
            public=(
                "actions",
                "concerns.actions",
                "concerns.queries",
                "concerns.reading",
                "concerns.terms",
                "contactable.asking",
                "context",
                "context_reasons",
                "decision.personal",
                "emergency.actions",
                "emergency.queries",
                "emergency.reasons",
                "emergency.review",
                "entries",
                "explain.field",
                "explain.person",
                "former",
                "impact.report",
                "impact.counting",
                "lapse",
                "limits",
                "lookup",
                "queries",
                "reasons",
                "sealed_uses",
                "usage",
                "use",
                "use_index.columns",
            ),
            entries=ENTRIES,
            repeats={
                ConcernRaised: concerns.repeat_raised,
                ConcernAssigned: concerns.repeat_assigned,
                ConcernAnswered: concerns.repeat_answered,
                EmergencyReviewed: review.repeat,
            },
            personal_data=PERSONAL_DATA,
            deciding=DECIDING,
            forgets=(decoys.forget,),
            not_backed_up={"access_useindex": "it is made from the ledger when somebody asks"},
        )
