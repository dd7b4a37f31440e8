"""What ``access`` declares."""

from django.apps import AppConfig

from aboveboard.basics.package import Package


class AccessConfig(AppConfig):
    """App config of ``access``."""

    name = "aboveboard.access"
    label = "access"

    def package(self) -> Package:
        """Return what this package declares."""
        from aboveboard.access.entries import ENTRIES

        return Package(name="access", entries=ENTRIES)

    def ready(self) -> None:
        """Register what moves along when two people are found to be one, and what is sealed
        anew under a new key."""
        from aboveboard.access import joining as moving
        from aboveboard.access.emergency.notes import seal_anew
        from aboveboard.identity import joining
        from aboveboard.vault.rekeying.records import also_seals

        joining.moves("access", moving.move, moving.move_back)
        also_seals("access")(seal_anew)
