"""What ``rights`` declares."""

from django.apps import AppConfig

from aboveboard.basics.package import Job, Package


class RightsConfig(AppConfig):
    """App config of ``rights``."""

    name = "aboveboard.rights"
    label = "rights"

    def package(self) -> Package:
        """Return what this package declares."""
        from aboveboard.access.concerns import terms as concerns
        from aboveboard.intake import former
        from aboveboard.rights import answering, notifying

        return Package(
            name="rights",
            public=("correction", "proof"),
            jobs=(
                Job(former.ADDRESS_CHANGED, notifying.notify),
                Job(concerns.ANSWERED, answering.notify),
            ),
        )
