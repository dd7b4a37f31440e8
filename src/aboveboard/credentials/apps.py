"""What ``credentials`` declares."""

from django.apps import AppConfig

from aboveboard.basics.package import Job, Package


class CredentialsConfig(AppConfig):
    """App config of ``credentials``."""

    name = "aboveboard.credentials"
    label = "credentials"

    def package(self) -> Package:
        """Return what this package declares."""
        from aboveboard.credentials import entries
        from aboveboard.credentials.reuse import actions

        return Package(
            name="credentials",
            public=(
                "breached.breached_list",
                "breached.building",
                "breached.shard",
                "entries",
                "limits",
                "policy",
                "queries",
                "strength",
                "reuse.actions",
                "reuse.hashes",
                "reuse.leaked",
                "reuse.sweep",
                "words",
            ),
            entries=(entries.PasswordReset,),
            repeats={entries.PasswordReset: actions.repeat_reset},
            jobs=(Job(actions.JOB, actions.send_reason),),
        )
