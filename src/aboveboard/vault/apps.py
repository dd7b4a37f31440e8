"""What ``vault`` declares."""

from django.apps import AppConfig

from aboveboard.basics.package import Package


class VaultConfig(AppConfig):
    """App config of ``vault``."""

    name = "aboveboard.vault"
    label = "vault"

    def package(self) -> Package:
        """Return what this package declares."""
        from aboveboard.vault import entries, generations, queries, replay
        from aboveboard.vault.personal_data import PERSONAL_DATA

        return Package(
            name="vault",
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
                entries.ErasureDone: replay.erasure,
                entries.FieldErased: replay.field_erasure,
            },
            personal_data=PERSONAL_DATA,
            forgets=(generations.forget,),
            customers_by_email=lambda email: queries.find("email", email),
        )
