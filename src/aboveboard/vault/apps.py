"""What ``vault`` declares."""

from django.apps import AppConfig

from aboveboard.basics.package import Package

_PUBLIC = (
    "actions",
    "aliases",
    "blind",
    "bulk",
    "changing",
    "documents.actions",
    "documents.media",
    "documents.queries",
    "documents.serving",
    "entries",
    "facets",
    "field_erasure",
    "generations",
    "grant",
    "holds",
    "identifiers",
    "likeness",
    "limits",
    "locking",
    "merging",
    "numbers",
    "origin",
    "personal_data",
    "prepared",
    "queries",
    "record_format",
    "references",
    "rekeying.index",
    "rekeying.people",
    "retention_state",
    "sealed",
)


class VaultConfig(AppConfig):
    """App config of ``vault``."""

    name = "aboveboard.vault"
    label = "vault"

    def package(self) -> Package:
        """Return what this package declares."""
        from aboveboard.vault import entries, generations, locking, mailboxes, replay
        from aboveboard.vault.deciding import DECIDING
        from aboveboard.vault.personal_data import PERSONAL_DATA

        return Package(
            name="vault",
            public=_PUBLIC,
            entries=(
                entries.CorrectionMade,
                entries.DocumentAdded,
                entries.ErasureDone,
                entries.FieldErased,
                entries.KeyRotated,
                entries.PeopleKeysBegun,
                entries.PeopleKeysFinished,
            ),
            repeats={
                entries.ErasureDone: replay.repeat_erasure,
                entries.FieldErased: replay.repeat_field_erasure,
            },
            events=(entries.ERASED,),
            personal_data=PERSONAL_DATA,
            deciding=DECIDING,
            forgets=(generations.forget,),
            customers_by_email=mailboxes.owners,
            lock_customer=locking.lock_person,
        )
