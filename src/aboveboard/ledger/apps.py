"""What ``ledger`` declares."""

from django.apps import AppConfig

from aboveboard.basics.package import Package


class LedgerConfig(AppConfig):
    """App config of ``ledger``."""

    name = "aboveboard.ledger"
    label = "ledger"

    def package(self) -> Package:
        """Return what this package declares."""
        from aboveboard.ledger.entries import SigningKeyReplaced

        return Package(name="ledger", entries=(SigningKeyReplaced,))
