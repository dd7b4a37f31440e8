"""Django's name for this room."""

from django.apps import AppConfig


class Room(AppConfig):
    """The ``site`` room."""

    name = "aboveboard.site"
    label = "site"

    def ready(self) -> None:
        """Join the accounts room to rooms it may not know: whose address that is, and
        what seals its sessions."""
        from aboveboard.accounts import directory, sealing
        from aboveboard.keys import queries as keys
        from aboveboard.vault import queries as vault

        directory.register(lambda email: vault.find("email", email))
        sealing.register(lambda: keys.instance_secret("sessions"))
