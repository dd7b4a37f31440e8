"""What ``adoption`` declares."""

from django.apps import AppConfig

from aboveboard.basics.package import Job, Letter, Package


class AdoptionConfig(AppConfig):
    """App config of ``adoption``."""

    name = "aboveboard.adoption"
    label = "adoption"

    def package(self) -> Package:
        """Return what this package declares."""
        from aboveboard.adoption import entries, notifying, weighing

        return Package(
            name="adoption",
            public=(
                "adopting",
                "concerned",
                "drafting",
                "entries",
                "limits",
                "queries",
                "notifying",
                "weighing",
            ),
            entries=(entries.PromiseProposed, entries.ChangeAnnounced),
            jobs=(Job(weighing.JOB, weighing.run), Job(notifying.JOB, notifying.run)),
            letters=(Letter(notifying.KIND, notifying.render_letters),),
        )
