"""What ``delivery`` declares."""

from django.apps import AppConfig

from aboveboard.basics.package import Package


class DeliveryConfig(AppConfig):
    """App config of ``delivery``."""

    name = "aboveboard.delivery"
    label = "delivery"

    def package(self) -> Package:
        """Return what this package declares."""
        from aboveboard.delivery import actions, entries
        from aboveboard.delivery.deciding import DECIDING
        from aboveboard.delivery.personal_data import CORRESPONDENCE, NOTICES

        return Package(
            name="delivery",
            public=(
                "actions",
                "catcher",
                "correspondence",
                "entries",
                "letters",
                "limits",
                "queries",
                "rendering",
                "templates",
                "terms",
                "trial",
            ),
            entries=(
                entries.NoticeSent,
                entries.NoticeFailed,
                entries.CorrespondenceSet,
                entries.CorrespondenceEnded,
            ),
            repeats={entries.NoticeSent: actions.repeat_sent},
            personal_data=(NOTICES, CORRESPONDENCE),
            deciding=DECIDING,
        )
