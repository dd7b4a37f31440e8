"""What ``centre`` declares."""

from django.apps import AppConfig
from django.utils.translation import gettext_noop

from aboveboard.basics.package import Face, NavEntry, Package


class CentreConfig(AppConfig):
    """App config of ``centre``."""

    name = "aboveboard.centre"
    label = "centre"

    def package(self) -> Package:
        """Return what this package declares."""
        return Package(
            name="centre",
            navigation=(
                NavEntry(Face.CENTRE, 1, gettext_noop("Our promise"), "/trust/promise/"),
                NavEntry(Face.CENTRE, 2, gettext_noop("What we hold"), "/trust/register/"),
                NavEntry(
                    Face.CENTRE, 3, gettext_noop("When things went wrong"), "/trust/incidents/"
                ),
                NavEntry(Face.CENTRE, 4, gettext_noop("When you ask us"), "/trust/requests/"),
                NavEntry(Face.CENTRE, 5, gettext_noop("Check our record"), "/trust/check/"),
            ),
        )
