"""What ``choices`` declares."""

from django.apps import AppConfig

from aboveboard.basics.package import Package


class ChoicesConfig(AppConfig):
    """App config of ``choices``."""

    name = "aboveboard.choices"
    label = "choices"

    def package(self) -> Package:
        """Return what this package declares."""
        return Package(name="choices")

    def ready(self) -> None:
        """Let an erasure take the person's choices too."""
        from aboveboard.choices.actions import forget
        from aboveboard.vault.actions import also_forgets

        also_forgets("choices")(forget)
