"""What ``portal`` declares."""

from django.apps import AppConfig
from django.utils.translation import gettext_noop

from aboveboard.basics.package import Face, NavEntry, Package


class PortalConfig(AppConfig):
    """App config of ``portal``."""

    name = "aboveboard.portal"
    label = "portal"

    def package(self) -> Package:
        """Return what this package declares."""
        return Package(
            name="portal",
            navigation=(
                NavEntry(Face.PORTAL, 1, gettext_noop("Your data"), "/you/"),
                NavEntry(
                    Face.PORTAL,
                    2,
                    gettext_noop("Your choices"),
                    "/you/choices/",
                    covers=("/you/who-may-look/", "/you/third-parties/", "/you/website/"),
                ),
                NavEntry(
                    Face.PORTAL,
                    3,
                    gettext_noop("Who has looked"),
                    "/you/who-has-looked/",
                    covers=("/you/organisations/", "/you/portals/", "/you/who-was-given/"),
                ),
                NavEntry(Face.PORTAL, 4, gettext_noop("Ask us"), "/you/requests/"),
                NavEntry(Face.PORTAL, 5, gettext_noop("Messages"), "/you/notices/"),
            ),
        )
