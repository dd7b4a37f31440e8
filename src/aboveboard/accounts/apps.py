"""What ``accounts`` declares."""

from django.apps import AppConfig

from aboveboard.basics.package import Package


class AccountsConfig(AppConfig):
    """App config of ``accounts``."""

    name = "aboveboard.accounts"
    label = "accounts"

    def package(self) -> Package:
        """Return what this package declares."""
        return Package(name="accounts")

    def ready(self) -> None:
        """Declare the gates of sign-in, and listen to how sessions begin."""
        from aboveboard.accounts.signin import gates, log, session_marks

        gates.declare_all()
        session_marks.connect()
        log.connect()
