"""What ``campaigns`` declares."""

from django.apps import AppConfig

from aboveboard.basics.package import Job, Package


class CampaignsConfig(AppConfig):
    """App config of ``campaigns``."""

    name = "aboveboard.campaigns"
    label = "campaigns"

    def package(self) -> Package:
        """Return what this package declares."""
        from aboveboard.campaigns import actions, running
        from aboveboard.campaigns.deciding import DECIDING
        from aboveboard.campaigns.files import PERSONAL_DATA

        return Package(
            name="campaigns",
            public=("actions", "files", "limits", "queries", "terms"),
            jobs=(Job(actions.RUN, running.run), Job(actions.END, running.end)),
            personal_data=PERSONAL_DATA,
            deciding=DECIDING,
        )
