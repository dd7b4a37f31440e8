"""What ``third_parties`` declares."""

from django.apps import AppConfig

from aboveboard.basics.package import Job, Letter, Package


class ThirdPartiesConfig(AppConfig):
    """App config of ``third_parties``."""

    name = "aboveboard.third_parties"
    label = "third_parties"

    def package(self) -> Package:
        """Return what this package declares."""
        from aboveboard.third_parties import letters
        from aboveboard.third_parties.actions import LETTER

        return Package(
            name="third_parties",
            public=("actions", "letters", "limits", "queries"),
            jobs=(Job(LETTER, letters.queue_letter),),
            letters=(Letter(letters.KIND, letters.render_letters),),
        )
