"""What ``vault`` declares."""

from django.apps import AppConfig

from aboveboard.basics.package import Package


class VaultConfig(AppConfig):
    """App config of ``vault``."""

    name = "aboveboard.vault"
    label = "vault"

    def package(self) -> Package:
        """Return what this package declares."""
        from aboveboard.vault import queries

        return Package(name="vault", customers_by_email=lambda email: queries.find("email", email))
