"""What ``intake`` declares."""

from django.apps import AppConfig

from aboveboard.basics.package import NotNeeded, Package, PersonalData


class IntakeConfig(AppConfig):
    """App config of ``intake``."""

    name = "aboveboard.intake"
    label = "intake"

    def package(self) -> Package:
        """Return what this package declares."""
        from aboveboard.intake.entries import PeopleImported

        return Package(
            name="intake",
            public=("entries", "load", "mapping", "mending", "queries"),
            entries=(PeopleImported,),
            personal_data=(
                PersonalData(
                    name="import_problems",
                    tables=("intake.ImportProblem",),
                    export=_NOBODY,
                    erase=_NOBODY,
                    merge=_NOBODY,
                    split=_NOBODY,
                    re_encrypt=_NOBODY,
                    in_use=_NOBODY,
                ),
            ),
        )


_NOBODY = NotNeeded(
    "It holds the number of a line and what was expected there, never what the line said or whom "
    "it was about."
)
