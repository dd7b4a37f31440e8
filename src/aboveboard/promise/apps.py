"""What ``promise`` declares."""

from django.apps import AppConfig

from aboveboard.basics.package import Package


class PromiseConfig(AppConfig):
    """App config of ``promise``."""

    name = "aboveboard.promise"
    label = "promise"

    def package(self) -> Package:
        """Return what this package declares."""
        from aboveboard.promise import queries
        from aboveboard.promise.deciding import DECIDING
        from aboveboard.promise.entries import ADOPTED, PromiseAdopted

        return Package(
            name="promise",
            public=(
                "actions",
                "algorithms",
                "collecting",
                "diff",
                "entries",
                "explain",
                "limits",
                "loading",
                "loading.lines",
                "loading.problems",
                "loading.shape",
                "model",
                "notice",
                "notice.building",
                "notice.document",
                "notice.items",
                "notice.languages",
                "notice.review",
                "notice.sections",
                "organisation",
                "period",
                "queries",
                "records",
                "register",
                "website",
                "website_words",
                "words",
            ),
            entries=(PromiseAdopted,),
            events=(ADOPTED,),
            deciding=DECIDING,
            forgets=(queries.forget,),
        )
