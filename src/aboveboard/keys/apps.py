"""What ``keys`` declares."""

from django.apps import AppConfig

from aboveboard.basics.package import Package


class KeysConfig(AppConfig):
    """App config of ``keys``."""

    name = "aboveboard.keys"
    label = "keys"

    def package(self) -> Package:
        """Return what this package declares."""
        from aboveboard.keys import demonstration, entries, log_signing, queries, rows
        from aboveboard.keys.personal_data import DECLARED
        from aboveboard.ledger.entries import SigningKeyReplaced

        return Package(
            name="keys",
            public=(
                "actions",
                "counting",
                "demonstration",
                "entries",
                "entries_about",
                "handles",
                "limits",
                "log_signing",
                "providers.file",
                "providers.material",
                "providers.passphrase",
                "providers.places",
                "queries",
                "ring",
                "rotation.ceremony",
                "rotation.progress",
                "rotation.root",
                "rows",
                "sealed_files",
                "shares",
                "status",
                "wrapping",
                "wrapping_keys",
            ),
            personal_data=DECLARED,
            entries=(
                entries.RotationBegun,
                entries.RotationFinished,
                entries.OtherProvidersRemoved,
                entries.RootKeySplit,
                entries.RootKeyRecovered,
            ),
            # The ledger writes this entry, and whether the new key is here is known to keys alone.
            repeats={SigningKeyReplaced: log_signing.repeat_replacement},
            forgets=(queries.forget, log_signing.forget, rows.forget, demonstration.forget),
        )
