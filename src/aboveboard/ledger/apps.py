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

        return Package(
            name="ledger",
            public=(
                "actions",
                "audit",
                "entries",
                "folder",
                "format.checkpoint",
                "format.cosignature",
                "format.entry",
                "format.note",
                "format.proof",
                "format.tiles",
                "format.tree",
                "ingest",
                "limits",
                "published",
                "queries",
                "signing",
                "verify.ahead",
                "verify.archives",
                "verify.findings",
                "verify.fresh",
                "verify.history",
                "verify.log",
                "verify.sources",
                "witness.app",
                "witness.state",
                "witnessing",
            ),
            entries=(SigningKeyReplaced,),
        )
