"""What ``ledger`` declares."""

from django.apps import AppConfig

from aboveboard.basics.package import Package


class LedgerConfig(AppConfig):
    """App config of ``ledger``."""

    name = "aboveboard.ledger"
    label = "ledger"

    def package(self) -> Package:
        """Return what this package declares."""
        from aboveboard.ledger.entries import HandlesCommitted, SigningKeyReplaced

        return Package(
            name="ledger",
            public=(
                "actions",
                "audit",
                "committing",
                "entries",
                "folder",
                "format.checkpoint",
                "format.cosignature",
                "format.entry",
                "format.handle_index",
                "format.note",
                "format.own_list",
                "format.proof",
                "format.sealed_use",
                "format.tiles",
                "format.tree",
                "ingest",
                "limits",
                "own_lists",
                "published",
                "queries",
                "signing",
                "verify.ahead",
                "verify.archives",
                "verify.findings",
                "verify.fresh",
                "verify.history",
                "verify.head",
                "verify.log",
                "verify.monitor",
                "verify.own_history",
                "verify.sources",
                "verify.walk",
                "witness.app",
                "witness.state",
                "witnessing",
            ),
            entries=(SigningKeyReplaced, HandlesCommitted),
        )
