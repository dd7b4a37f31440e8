"""What ``site`` declares."""

from typing import Protocol, runtime_checkable

from django.apps import AppConfig, apps

from aboveboard.basics.package import Package, gather


@runtime_checkable
class DeclaringApp(Protocol):
    """An app config that says what its package declares."""

    def package(self) -> Package:
        """Return the declaration."""


class SiteConfig(AppConfig):
    """App config of ``site``."""

    name = "aboveboard.site"
    label = "site"

    def package(self) -> Package:
        """Return what this package declares."""
        return Package(name="site", not_backed_up={"site_cache": "it is a cache"})

    def ready(self) -> None:
        """Gather what every package declares."""
        gather(
            config.package for config in apps.get_app_configs() if isinstance(config, DeclaringApp)
        )
