"""Who may call the pages of sign-in, by route name: most of them are allauth's views, which
carry no declaration."""

from __future__ import annotations

from aboveboard.accounts.gate import Gate, GateKind, declare

_ANYONE = {
    "account_login": "this is where a customer signs in",
    "account_confirm_login_code": "the code is what signs in",
    "accounts_staff": "this is where staff sign in",
    "account_request_login_code": "this is where staff ask for a code",
    "accounts_link": "the link is what signs in",
    "account_logout": "signing out must always work",
    "account_inactive": "it says that an account is closed",
    "mfa_authenticate": "the second step comes before one is signed in",
    "mfa_login_webauthn": "the passkey is what signs in",
}
_SIGNED_IN = {
    "accounts_account": "customers and staff both look after how they sign in",
    "account_reauthenticate": "it asks an account that is signed in to prove it again",
    "mfa_list_webauthn": "customers and staff both keep passkeys",
    "mfa_add_webauthn": (
        "customers and staff both keep passkeys; a passkey may be the first second factor"
    ),
    "mfa_remove_webauthn": "customers and staff both keep passkeys",
}
_STAFF_SETTING_UP = ("mfa_activate_totp", "mfa_index")
_STAFF = (
    "account_change_password",
    "account_set_password",
    "mfa_deactivate_totp",
    "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes",
    "mfa_download_recovery_codes",
    "mfa_edit_webauthn",
)


def declare_all() -> None:
    """Fill the table; called once, when Django is ready."""
    # By name, since these views are allauth's: a new version may bring pages, and one that is not
    # named here is refused.
    for name, why in _ANYONE.items():
        declare(name, Gate(GateKind.PUBLIC, why=why))
    for name, why in _SIGNED_IN.items():
        declare(name, Gate(GateKind.SIGNED_IN, why=why))
    for name in _STAFF_SETTING_UP:
        declare(name, Gate(GateKind.STAFF, before_second_factor=True))
    for name in ("accounts_second_factor", "mfa_reauthenticate"):
        declare(name, Gate(GateKind.STAFF, before_second_factor=True, proves=True))
    # Customers prove their passkey there too.
    declare(
        "mfa_reauthenticate_webauthn",
        Gate(
            GateKind.SIGNED_IN,
            why="it asks an account that is signed in to prove it again",
            proves=True,
        ),
    )
    for name in _STAFF:
        declare(name, Gate(GateKind.STAFF))
    declare(
        "accounts_end_sessions",
        Gate(GateKind.SIGNED_IN, why="anybody may sign out of a browser that they left"),
    )
