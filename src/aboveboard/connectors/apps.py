"""What ``connectors`` declares."""

from django.apps import AppConfig

from aboveboard.basics.package import Package


class ConnectorsConfig(AppConfig):
    """App config of ``connectors``."""

    name = "aboveboard.connectors"
    label = "connectors"

    def package(self) -> Package:
        """Return what this package declares."""
        from aboveboard.connectors import entries, registry
        from aboveboard.connectors.deciding import DECIDING

        return Package(
            name="connectors",
            public=(
                "actions",
                "by_hand",
                "contract",
                "declaration",
                "entries",
                "files.forms",
                "files.settings",
                "http.starting",
                "imap.inbox",
                "limits",
                "outgoing.addresses",
                "outgoing.client",
                "outgoing.retries",
                "own",
                "queries",
                "registry",
                "secrets",
                "sql.proposing",
            ),
            entries=(entries.SystemDeclared, entries.SystemChanged, entries.SystemRemoved),
            deciding=DECIDING,
            forgets=(registry.forget,),
        )
