"""What ``accounts`` declares."""

from django.apps import AppConfig

from aboveboard.basics.package import Job, Package


class AccountsConfig(AppConfig):
    """App config of ``accounts``."""

    name = "aboveboard.accounts"
    label = "accounts"

    def package(self) -> Package:
        """Return what this package declares."""
        from aboveboard.accounts import entries, invitations, replay, sealing
        from aboveboard.accounts.clients import tokens
        from aboveboard.accounts.deciding import DECIDING
        from aboveboard.accounts.personal_data import DECLARED

        return Package(
            name="accounts",
            public=(
                "actions",
                "clients.actions",
                "clients.agents",
                "clients.idempotency",
                "clients.messages",
                "clients.scope",
                "clients.tokens",
                "code_tries",
                "entries",
                "gate",
                "invitations",
                "limits",
                "links",
                "mail",
                "queries",
                "recent",
                "sealing",
            ),
            entries=(
                entries.StaffAdded,
                entries.StaffChanged,
                entries.StaffClosed,
                entries.SecondFactorAdded,
                entries.SecondFactorRemoved,
                entries.SignInLinkMade,
                entries.ClientMade,
                entries.ClientRotated,
                entries.ClientRevoked,
                entries.AgentRegistered,
            ),
            repeats={
                entries.StaffChanged: replay.change_role,
                entries.StaffClosed: replay.close,
                entries.ClientRevoked: replay.revoke,
            },
            personal_data=DECLARED,
            jobs=(Job(invitations.JOB, invitations.send_link),),
            deciding=DECIDING,
            forgets=(sealing.forget, tokens.forget),
            not_backed_up={
                "django_session": "a session that ended since would work: people sign in again",
                "accounts_opensession": "its session is not in a backup either",
                "accounts_accesstoken": (
                    "a token that was revoked since would work again: a client asks for another"
                ),
                "accounts_signinlink": "a link that was used since would work again",
                "accounts_signincode": "its session is not in a backup either",
            },
        )

    def ready(self) -> None:
        """Declare the gates of sign-in, and listen to how sessions begin."""
        from aboveboard.accounts import factors
        from aboveboard.accounts.signin import factor_binding, gates, log, session_marks

        gates.declare_all()
        session_marks.connect()
        factors.connect()
        log.connect()
        factor_binding.connect()
